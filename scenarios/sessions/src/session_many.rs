//! Sessions of many keys at a time: what one key does is nothing to another.

use rehearsal::check::Properties;
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_sessions::session::{Cause, Fact, MANY_VARIANTS, Session, Variants, Workload};

use crate::session::{Sessions, invariants};

/// The entry of the registry.
pub static SESSION_MANY: Entry = Entry {
    name: "session-many",
    sentence: "six clients on fifty keys, each with runs of its own",
    variants: &planted(MANY_VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting {
            name: "clients",
            sentence: "how many clients there are",
            default: 6,
            least: 1,
            most: 1_000,
        },
        Setting {
            name: "rounds",
            sentence: "how often each presses something",
            default: 10,
            least: 1,
            most: 10_000,
        },
        Setting { name: "keys", sentence: "how many keys they use", default: 50, least: 1, most: 10_000 },
    ],
    build: |variant, settings| {
        let usual = Many(Sessions::with(variant.and_then(Variants::named).unwrap_or_default()));
        rehearsal(Many(usual.0.sized(settings)))
    },
};

/// A runtime with many keys.
#[derive(Clone, Copy, Debug)]
pub struct Many(pub Sessions);

impl Default for Many {
    fn default() -> Self {
        Self(Sessions { clients: 6, workload: Workload { rounds: 10, keys: 50 }, ..Sessions::default() })
    }
}

impl Scenario for Many {
    type Protocol = Session;

    fn set_up(&self, system: &mut Setup<Session>) {
        self.0.set_up(system);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        invariants::state_many(check);
        check.sometimes("five keys run at the same time", |fact| {
            matches!(fact, Fact::KeysBusy { count: 5.. })
        });
        check.sometimes("a run is interrupted", |fact| {
            matches!(fact, Fact::RunEnded { cause: Cause::Interrupted, .. })
        });
    }
}
