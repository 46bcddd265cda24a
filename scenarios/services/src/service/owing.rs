//! What supervisors owe.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, Step};
use rehearsal_protocol::supervision::Fact as Supervision;
use rehearsal_protocol::{Address, Time};
use rehearsal_services::service::Fact;

/// What a supervisor owes is done in time, unless the one above all begins or ends: then no other is left that could owe anything.
#[derive(Clone)]
pub(crate) struct Owing {
    within: Duration,
    step: fn(&Fact) -> Step<Address>,
    /// The first that ever began: a tree has one root.
    root: Option<Address>,
    since: BTreeMap<Address, Time>,
}

impl Owing {
    /// What a fact means for what is owed.
    pub(crate) fn new(within: Duration, step: fn(&Fact) -> Step<Address>) -> Self {
        Self { within, step, root: None, since: BTreeMap::new() }
    }
}

/// What it remembers; the rest is the same in every state.
impl Hash for Owing {
    fn hash<H: Hasher>(&self, to: &mut H) {
        (self.root, &self.since).hash(to);
    }
}

impl Monitor<Fact> for Owing {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match (self.step)(fact) {
            Step::Owe(supervisor) => {
                self.since.entry(supervisor).or_insert(moment.at);
            }
            Step::Settle(supervisor) => {
                self.since.remove(&supervisor);
            }
            Step::Ignore => {}
        }
        if let Fact::Supervision(
            Supervision::SupervisorBegan { supervisor, .. } | Supervision::SupervisorEnded { supervisor },
        ) = fact
            && *self.root.get_or_insert(*supervisor) == *supervisor
        {
            self.since.clear();
        }
        Ok(())
    }

    fn kinds(&self) -> Option<&[&'static str]> {
        Some(&["Supervision"])
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |(supervisor, since): (&Address, &Time)| Owed {
            since: *since,
            within: self.within,
            what: supervisor.to_string(),
        };
        self.since.iter().map(owe).collect()
    }

    fn reset(&mut self) {
        (self.root, self.since) = (None, BTreeMap::new());
    }
}
