//! Who is where at the start of every run.

use std::sync::Arc;

use rehearsal_protocol::time::nanos;
use rehearsal_protocol::{Actor, Address, NodeId, Protocol};

use super::weather::Weather;
use crate::choice::generator::Key;
use crate::fault::outage::Outages;
use crate::scenario::{Limits, Scenario, Setup};
use crate::trace::digest::digest;

/// A scenario, set up once; every run of a campaign starts from a copy of it.
pub struct Blueprint<P: Protocol> {
    /// Who is where, without regard to the protocol.
    pub topology: Topology,
    pub(crate) actors: Vec<Box<dyn Actor<P>>>,
}

/// Nodes, actors, timeouts and limits, without regard to the protocol.
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

impl<P: Protocol> Blueprint<P> {
    /// Sets a scenario up.
    ///
    /// # Panics
    ///
    /// If an actor was declared and never placed.
    pub fn of(scenario: &impl Scenario<Protocol = P>) -> Self {
        let mut setup = Setup::default();
        scenario.set_up(&mut setup);
        Self::from_setup(setup)
    }

    fn from_setup(setup: Setup<P>) -> Self {
        let missing = |path: &str| -> ! { panic!("the actor `{path}` was declared and never placed") };
        let placed = setup.placed.into_iter().zip(&setup.actors);
        let actors = placed.map(|(actor, info)| actor.unwrap_or_else(|| missing(&info.path))).collect();
        let outages = Outages::around(&setup.timeouts);
        let weather = Weather::fair(setup.latency, &outages);
        let topology = Topology {
            nodes: setup.nodes,
            actors: setup.actors,
            outages,
            weather,
            faulty_phase: nanos(setup.faulty_phase),
            horizon: setup.horizon.map(nanos),
            limits: setup.limits,
            panics_are_crashes: setup.panics_are_crashes,
        };
        Self { topology, actors }
    }
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
