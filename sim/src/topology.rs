//! Who is where: nodes, actors, timeouts and limits, without regard to the protocol.
//!
//! - `layout` — a topology under construction.

pub(crate) mod layout;

use std::sync::Arc;
use std::time::Duration;

use rehearsal_protocol::{Address, NodeId};

use crate::choice::generator::Key;
use crate::trace::digest::digest;
use crate::weather::Weather;
use crate::weather::outage::Outages;

/// Nodes, actors, timeouts and limits.
#[derive(Clone, Debug)]
pub struct Topology {
    /// The nodes, by their numbers.
    pub nodes: Vec<NodeInfo>,
    /// The actors that nodes start with, by their slots.
    pub actors: Vec<ActorInfo>,
    /// The classes of lengths of outages.
    pub outages: Outages,
    /// The weather when nothing is wrong.
    pub weather: Weather,
    /// How long faults may go on, in nanoseconds.
    pub faulty_phase: u64,
    /// How long after the faulty phase a run that is never quiet ends in good order, in nanoseconds.
    pub horizon: Option<u64>,
    /// When a run ends though it is not done.
    pub limits: Limits,
    /// Whether a panic in a turn is a crash like any other rather than a violation.
    pub panics_are_crashes: bool,
}

/// A node.
#[derive(Clone, Debug)]
pub struct NodeInfo {
    /// Its name.
    pub name: Arc<str>,
    /// The key of its name.
    pub key: Key,
    /// Whether faults leave it alone.
    pub steady: bool,
    /// Whether it may stay broken for good.
    pub expendable: bool,
    /// The slots of the actors that it starts with.
    pub actors: Vec<u32>,
}

/// An actor.
#[derive(Clone, Debug)]
pub struct ActorInfo {
    /// Its path: `/node/name`.
    pub path: Arc<str>,
    /// The key of its path.
    pub key: Key,
    /// Its node.
    pub node: NodeId,
}

impl Topology {
    /// A hash over how the scenario is set up: nodes, actors, timeouts and the length of the faulty phase. A case keeps it, to tell a
    /// scenario that was changed from a protocol that was.
    pub fn configuration(&self) -> u64 {
        let nodes: Vec<_> =
            self.nodes.iter().map(|node| (&node.name, node.steady, node.expendable)).collect();
        let actors: Vec<_> = self.actors.iter().map(|actor| &actor.path).collect();
        let rest = (self.outages.timeouts(), self.faulty_phase, self.horizon, self.panics_are_crashes);
        digest(&(nodes, actors, rest))
    }

    /// The address of the actor in a slot.
    pub fn address(&self, slot: u32) -> Address {
        Address::new(self.actors[slot as usize].node, slot)
    }
}

/// When a run ends though it is not done. A limit is a verdict of its own, never a failure of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events in a run.
    pub events: u64,
    /// Virtual time of a run, counted from the end of the faulty phase.
    pub virtual_time: Duration,
    /// Wall time of a run. The one limit whose effect may differ between machines.
    pub wall_time: Duration,
    /// Messages, timers and signals that wait at the same time: the bound on memory.
    pub pending: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            events: 2_000_000,
            virtual_time: Duration::from_secs(600),
            wall_time: Duration::from_secs(20),
            pending: 200_000,
        }
    }
}
