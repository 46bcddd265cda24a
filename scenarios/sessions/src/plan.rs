//! Sessions whose model asks people: for leave to use a tool, and for a word on a plan.
//!
//! The rest is `recovery`: the runtime crashes at any point, and what waits for people must outlast that. There are two people, who decide
//! about the same things without knowing of each other.

use rehearsal::check::Properties;
use rehearsal::registry::{Entry, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_sessions::session::fact::{Cause, PhaseName, Verdict};
use rehearsal_sessions::session::{Fact, PLAN_VARIANTS, Session, Variants};

use crate::recovery::Recovery;
use crate::session::{SESSION, Sessions, invariants};

/// The entry of the registry.
pub static PLAN: Entry = Entry {
    name: "plan",
    sentence: "a model makes plans and calls tools that people must allow, while the runtime crashes",
    variants: &planted(PLAN_VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: SESSION.settings,
    build: |variant, settings| {
        let variant = variant.and_then(Variants::named).unwrap_or_default();
        rehearsal(Plan(Recovery(Plan::with(variant).0.0.sized(settings))))
    },
};

/// A runtime that crashes, with its clients and people who decide.
#[derive(Clone, Copy, Debug)]
pub struct Plan(pub Recovery);

impl Plan {
    /// The usual size, with a planted bug.
    pub fn with(variant: impl Into<Variants>) -> Self {
        Self(Recovery(Sessions { people: true, ..Recovery::with(variant).0 }))
    }
}

impl Scenario for Plan {
    type Protocol = Session;

    fn set_up(&self, system: &mut Setup<Session>) {
        self.0.set_up(system);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        invariants::state_people(check);
        check.sometimes("a run waits for people", |fact| matches!(fact, Fact::Parked { .. }));
        check.sometimes("an interrupt comes while a run waits for people", |fact| {
            matches!(fact, Fact::InterruptReceived { phase: PhaseName::Parked, .. })
        });
        check.sometimes("a run gives way to an interjection", |fact| {
            matches!(fact, Fact::RunEnded { cause: Cause::GaveWay, .. })
        });
        let mut word = |name: &str, wanted: Verdict| {
            check.sometimes(
                name,
                move |fact| matches!(fact, Fact::PlanDecided { verdict, .. } if *verdict == wanted),
            );
        };
        word("a plan is confirmed", Verdict::Confirmed);
        word("a plan is rejected", Verdict::Rejected);
        word("a plan is cancelled with its run", Verdict::Cancelled);
    }
}
