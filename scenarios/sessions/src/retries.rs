//! Sessions whose model is busy: steps are tried again as the modes of their agents say, while people interrupt, switch agents, rotate models, and
//! ask what sessions are at.
//!
//! Each step has an agent of its own, which the scenario `session` does without: a provider whose word is final is all that the rest needs, and a
//! second actor between it and a session would cost each of its runs.

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::registry::{Entry, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_sessions::session::fact::PhaseName;
use rehearsal_sessions::session::{
    AgentName, Cause, Config, Fact, Leftovers, Listener, ProviderError, RETRY_VARIANTS, Session, Variants,
    Workload,
};

use crate::session::{Sessions, invariants, sizes};

/// The entry of the registry.
pub static RETRIES: Entry = Entry {
    name: "retries",
    sentence: "agents try again at a busy model as their modes say, while people switch them and rotate models",
    variants: &planted(RETRY_VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &sizes(2, 4, 2),
    build: |variant, settings| {
        let variants = variant.and_then(Variants::named).unwrap_or_default();
        rehearsal(Retries(Retries::with(variants).0.sized(settings)))
    },
};

/// A runtime whose sessions have agents, with its clients and an operator.
#[derive(Clone, Copy, Debug)]
pub struct Retries(pub Sessions);

impl Retries {
    /// The usual size, with a planted bug.
    pub fn with(variants: impl Into<Variants>) -> Self {
        let sessions = Sessions::with(variants);
        let leftovers = Leftovers::Killed { again: Duration::from_millis(100) };
        let config = Config { listener: Listener::Agent, leftovers, ..sessions.config };
        let workload = Workload { keys: 2, ..sessions.workload };
        Self(Sessions { config, workload, operator: true, ..sessions })
    }
}

impl Scenario for Retries {
    type Protocol = Session;

    fn set_up(&self, system: &mut Setup<Session>) {
        self.0.set_up(system);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        invariants::state_retries(check, &self.0.config);
        attempts(check);
        check.sometimes(
            "a run is made by another agent than the usual one",
            |fact| matches!(fact, Fact::StepResolved { pin, .. } if pin.agent == AgentName::Deep),
        );
        check.sometimes(
            "a step is made with a model that was rotated",
            |fact| matches!(fact, Fact::StepResolved { pin, .. } if pin.version > 1),
        );
        check.sometimes("somebody is told the state while a run streams", |fact| {
            matches!(fact, Fact::StateTold { phase: PhaseName::Stream, .. })
        });
        check.sometimes("somebody is told of a run that failed", |fact| {
            matches!(fact, Fact::StateTold { last_error: Some(_), .. })
        });
        check.sometimes("a session says how often it has tried again", {
            |fact| matches!(fact, Fact::MetricsTold { metrics, .. } if metrics.retries > 0)
        });
        check.sometimes("a run is interrupted", |fact| {
            matches!(fact, Fact::RunEnded { cause: Cause::Interrupted, .. })
        });
    }
}

fn attempts(check: &mut Properties<Fact>) {
    check.sometimes(
        "a step is tried a second time",
        |fact| matches!(fact, Fact::Attempted { stream, .. } if stream.attempt == 2),
    );
    check.sometimes(
        "a step is tried for the fifth time",
        |fact| matches!(fact, Fact::Attempted { stream, .. } if stream.attempt == 5),
    );
    check.sometimes(
        "the provider asks for a longer wait than the cap",
        |fact| matches!(fact, Fact::AttemptFailed { retry_after: Some(wait), .. } if wait.as_secs() > 60),
    );
    check.sometimes("a call that reads is made for the third time", |fact| {
        matches!(fact, Fact::CallRetried { attempt: 3, .. })
    });
    check.sometimes("the provider refuses what it will never take", |fact| {
        matches!(fact, Fact::AttemptFailed { error: ProviderError::Invalid, .. })
    });
}
