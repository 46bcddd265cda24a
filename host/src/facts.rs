//! What actors announce, kept for judging: by monitors in the same process, or as a log for `rehearse check`.
//!
//! The facts of a turn are kept before its messages leave: whatever a fact caused comes after it, in every log that a crash leaves.

use std::sync::{Arc, Mutex, PoisonError};

use rehearsal_protocol::{Address, Incarnation, NodeId, Protocol, Time};

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

/// The facts of a node, with its vector clock if one is wanted.
pub(crate) struct Keeper<P: Protocol> {
    node: NodeId,
    facts: Option<Arc<dyn Facts<P>>>,
    clock: Option<Clock>,
}

impl<P: Protocol> Keeper<P> {
    /// The facts of one of so many nodes, in a boot.
    pub(crate) fn of(facts: Option<Arc<dyn Facts<P>>>, node: NodeId, nodes: usize, boot: u32) -> Self {
        let wants_clocks = facts.as_ref().is_some_and(|facts| facts.wants_clocks());
        let clock = wants_clocks.then(|| Clock::of(nodes, node.index(), boot));
        Self { node, facts, clock }
    }

    /// Whether facts are kept at all.
    pub(crate) fn is_there(&self) -> bool {
        self.facts.is_some()
    }

    pub(crate) fn keep(&self, announced: &Announced<'_, P::Fact>) {
        let Some(facts) = &self.facts else { return };
        match &self.clock {
            Some(clock) => clock.tick(self.node.index(), |clock| {
                facts.keep(&Announced { clock, ..announced.clone() });
            }),
            None => facts.keep(announced),
        }
    }

    /// What a frame carries: nothing without a clock.
    pub(crate) fn stamp(&self) -> Vec<u64> {
        self.clock.as_ref().map(Clock::stamp).unwrap_or_default()
    }

    /// Knows what a frame's sender knew.
    pub(crate) fn learn(&self, stamp: &[u64]) {
        if let Some(clock) = &self.clock {
            clock.learn(stamp);
        }
    }

    /// Nothing follows.
    pub(crate) fn close(&self) {
        if let Some(facts) = &self.facts {
            facts.close();
        }
    }
}

/// The vector clock of a node.
#[derive(Debug, Default)]
struct Clock(Mutex<Vec<u64>>);

impl Clock {
    /// The clock of a node at its start. The counts of a boot are above those of all earlier ones, so that a log that goes on goes on
    /// upwards.
    fn of(nodes: usize, node: usize, boot: u32) -> Self {
        let mut clock = vec![0; nodes];
        clock[node] = u64::from(boot - 1) << 32;
        Self(Mutex::new(clock))
    }

    /// Counts a fact of this node and shows the clock to `keep`, one fact at a time: the log has the order of the clock.
    fn tick(&self, node: usize, keep: impl FnOnce(&[u64])) {
        let mut clock = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clock[node] += 1;
        keep(&clock);
    }

    fn stamp(&self) -> Vec<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Knows what is known by a stamp. One of another length says nothing.
    fn learn(&self, stamp: &[u64]) {
        let mut clock = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if clock.len() == stamp.len() {
            for (known, told) in clock.iter_mut().zip(stamp) {
                *known = (*known).max(*told);
            }
        }
    }
}
