//! Sessions whose runtime crashes: whatever was accepted runs in the end, and nothing runs twice.
//!
//! The clients, the model and the sandbox are those of `session`. Here the runtime is crashed, paused and killed like everything else, its
//! disks tear what was not synced, and sessions that have nothing to do leave.

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::registry::{Entry, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_sessions::session::fact::PhaseName;
use rehearsal_sessions::session::{Config, Fact, RECOVERY_VARIANTS, Session, Variants};

use crate::session::{SESSION, Sessions, invariants};

/// The entry of the registry.
pub static RECOVERY: Entry = Entry {
    name: "recovery",
    sentence: "the runtime of the sessions crashes at any point: nothing accepted is lost, nothing runs twice",
    variants: &planted(RECOVERY_VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: SESSION.settings,
    build: |variant, settings| {
        let variant = variant.and_then(Variants::named).unwrap_or_default();
        rehearsal(Recovery(Recovery::with(variant).0.sized(settings)))
    },
};

/// A runtime that crashes, with its clients.
#[derive(Clone, Copy, Debug)]
pub struct Recovery(pub Sessions);

impl Recovery {
    /// The usual size, with a planted bug.
    pub fn with(variant: impl Into<Variants>) -> Self {
        let sessions = Sessions::with(variant);
        let config = Config { max_idle: Some(MAX_IDLE), ..sessions.config };
        Self(Sessions { config, steady: false, ..sessions })
    }
}

impl Scenario for Recovery {
    type Protocol = Session;

    fn set_up(&self, system: &mut Setup<Session>) {
        self.0.set_up(system);
        system.timeout("idle", MAX_IDLE);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        invariants::state_recovery(check, &self.0.config);
        check.sometimes("work waits when its session crashes", |fact| matches!(fact, Fact::Restored { .. }));
        check.sometimes("a run is cut at its first step and goes on", |fact| {
            matches!(fact, Fact::Resumed { step: 1, .. })
        });
        check.sometimes("a run is cut at a later step and goes on", |fact| {
            matches!(fact, Fact::Resumed { step: 2.., .. })
        });
        check.sometimes("a call is tried again after a crash", |fact| {
            matches!(fact, Fact::CallRetried { .. })
        });
        check.sometimes("an interrupt is applied after a crash", |fact| {
            matches!(fact, Fact::InterruptReplayed { .. })
        });
        check.sometimes("a terminated key comes back as such", |fact| {
            matches!(fact, Fact::Closed { phase: PhaseName::Closed, .. })
        });
        check.sometimes("an idle session leaves", |fact| matches!(fact, Fact::Passivated { .. }));
    }
}

const MAX_IDLE: Duration = Duration::from_millis(150);
