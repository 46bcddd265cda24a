//! A topology under construction.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rehearsal_protocol::time::nanos;
use rehearsal_protocol::{Address, NodeId};

use super::{ActorInfo, Limits, NodeInfo, Topology};
use crate::choice::generator;
use crate::weather::Weather;
use crate::weather::outage::Outages;

/// Nodes and actors by their names, and what is declared beside them.
pub(crate) struct Layout {
    pub(crate) nodes: Vec<NodeInfo>,
    pub(crate) actors: Vec<ActorInfo>,
    pub(crate) timeouts: Vec<(String, Duration)>,
    pub(crate) latency: (Duration, Duration),
    pub(crate) faulty_phase: Duration,
    pub(crate) horizon: Option<Duration>,
    pub(crate) limits: Limits,
    pub(crate) panics_are_crashes: bool,
    node_ids: BTreeMap<Arc<str>, NodeId>,
    /// By their paths.
    slots: BTreeMap<Arc<str>, u32>,
    /// Room to put a path together.
    path: String,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            actors: Vec::new(),
            timeouts: Vec::new(),
            latency: (Duration::from_micros(500), Duration::from_millis(5)),
            faulty_phase: Duration::from_secs(5),
            horizon: None,
            limits: Limits::default(),
            panics_are_crashes: false,
            node_ids: BTreeMap::new(),
            slots: BTreeMap::new(),
            path: String::new(),
        }
    }
}

impl Layout {
    /// The node of that name, added if there was none.
    pub(crate) fn node(&mut self, name: String) -> NodeId {
        if let Some(node) = self.node_ids.get(&*name) {
            return *node;
        }
        let (node, name) = (NodeId(self.nodes.len() as u32), Arc::<str>::from(name));
        self.node_ids.insert(name.clone(), node);
        let key = generator::name(&name);
        self.nodes.push(NodeInfo { name, key, steady: false, expendable: false, actors: Vec::new() });
        node
    }

    /// The actor of that name on a node, added if there was none.
    ///
    /// # Panics
    ///
    /// If an actor of another node has the same path.
    pub(crate) fn actor(&mut self, node: NodeId, name: &str) -> Address {
        self.path.clear();
        for part in ["/", &*self.nodes[node.index()].name, "/", name] {
            self.path.push_str(part);
        }
        if let Some(slot) = self.slots.get(&*self.path) {
            let (path, known) = (&self.path, self.actors[*slot as usize].node);
            assert!(known == node, "`{path}` is the path of two actors, of {known} and of {node}");
            return Address::new(node, *slot);
        }
        let path: Arc<str> = self.path.as_str().into();
        let (key, slot) = (generator::name(&path), self.actors.len() as u32);
        self.slots.insert(path.clone(), slot);
        self.actors.push(ActorInfo { path, key, node });
        self.nodes[node.index()].actors.push(slot);
        Address::new(node, slot)
    }

    pub(crate) fn topology(self) -> Topology {
        let outages = Outages::around(&self.timeouts);
        let weather = Weather::fair(self.latency, &outages);
        Topology {
            nodes: self.nodes,
            actors: self.actors,
            outages,
            weather,
            faulty_phase: nanos(self.faulty_phase),
            horizon: self.horizon.map(nanos),
            limits: self.limits,
            panics_are_crashes: self.panics_are_crashes,
        }
    }
}
