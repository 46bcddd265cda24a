//! What a monitor is, and what it says when it is not content.

use std::hash::Hash;
use std::time::Duration;

use rehearsal_protocol::{Address, Time};
use serde::Serialize;

/// A judge of facts. It sees what actors announce, in order, and never an actor's fields; so the same monitor judges a
/// simulation, a real run and a log.
///
/// Worlds are cloned with their monitors, and states are compared: a `Hash` that leaves something out makes states equal that are not.
pub trait Monitor<F>: Clone + Hash + Send + 'static {
    /// Judges one fact.
    ///
    /// # Errors
    ///
    /// What is wrong, in words, if the invariant is broken.
    fn observe(&mut self, moment: &Moment, fact: &F) -> Result<(), String>;

    /// The kinds of facts that it judges: names of variants. It is not shown any other. All facts if absent; see [`on`](super::on).
    fn kinds(&self) -> Option<&[&'static str]> {
        None
    }

    /// What has been promised and not yet done. Judged when it is overdue, and at the end of a run.
    fn owed(&self) -> Vec<Owed> {
        Vec::new()
    }

    /// Forgets everything, for the next run.
    fn reset(&mut self);
}

/// When and where a fact was announced.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Virtual time, not the node's clock.
    pub at: Time,
    /// The number of the event in the trace.
    pub event: u64,
    /// Who announced it.
    pub actor: Address,
    /// Since when there are no faults any more, if the faulty phase is over.
    pub healed: Option<Time>,
}

/// Something promised and not yet done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Since when.
    pub since: Time,
    /// How long it may take once there are no faults.
    pub within: Duration,
    /// What, in words: "run 3 of s1:b1 never ended".
    pub what: String,
}

impl Owed {
    /// When it must be done, given since when there are no faults.
    pub fn due(&self, healed: Time) -> Time {
        self.since.max(healed) + self.within
    }
}

/// An invariant that did not hold: the product of the whole testbed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The invariant's id, as `SES-1`.
    pub invariant: String,
    /// The invariant's sentence.
    pub sentence: String,
    /// What was wrong.
    pub message: String,
    /// Virtual time in nanoseconds.
    pub at: Time,
    /// The number of the event in the trace.
    pub event: u64,
}
