//! What actors announce, kept for judging: by monitors in the same process, or as a log for `rehearse check`.
//!
//! The facts of a turn are kept before its messages leave: whatever a fact caused comes after it, in every log that a crash leaves.

pub mod log;

use std::sync::{Mutex, PoisonError};

use rehearsal_protocol::{Address, Incarnation, Protocol, Time};

pub use log::FactLog;

/// Keeps the facts of a node, or of several.
pub trait Facts<P: Protocol>: Send + Sync {
    /// Keeps one fact. What this returns from is kept: the messages of the same turn leave after it.
    fn keep(&self, announced: &Announced<'_, P::Fact>);

    /// Whether facts carry vector clocks, so that the logs of several nodes can be merged.
    fn wants_clocks(&self) -> bool {
        false
    }

    /// The node has stopped in good order: nothing follows.
    fn close(&self) {}
}

/// A fact, with who announced it and when.
#[derive(Clone, Debug)]
pub struct Announced<'a, F> {
    /// The time on the node's clock.
    pub at: Time,
    /// Who announced it.
    pub who: Address,
    /// The path of that actor.
    pub path: &'a str,
    /// Which life of it.
    pub incarnation: Incarnation,
    /// How many facts of each node this one knows of, by the numbers of nodes; empty if clocks are not wanted.
    pub clock: &'a [u64],
    /// What was announced.
    pub fact: &'a F,
}

/// The vector clock of a node.
#[derive(Debug, Default)]
pub(crate) struct Clock(Mutex<Vec<u64>>);

impl Clock {
    /// The clock of a node at its start. The counts of a boot are above those of all earlier ones, so that a log that goes on goes on
    /// upwards.
    pub(crate) fn of(nodes: usize, node: usize, boot: u32) -> Self {
        let mut clock = vec![0; nodes];
        clock[node] = u64::from(boot - 1) << 32;
        Self(Mutex::new(clock))
    }

    /// Counts a fact of this node and shows the clock to `keep`, one fact at a time: the log has the order of the clock.
    pub(crate) fn tick(&self, node: usize, keep: impl FnOnce(&[u64])) {
        let mut clock = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clock[node] += 1;
        keep(&clock);
    }

    /// What a frame carries.
    pub(crate) fn stamp(&self) -> Vec<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Knows what a frame's sender knew. A stamp of another length says nothing.
    pub(crate) fn learn(&self, stamp: &[u64]) {
        let mut clock = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if clock.len() == stamp.len() {
            for (known, told) in clock.iter_mut().zip(stamp) {
                *known = (*known).max(*told);
            }
        }
    }
}
