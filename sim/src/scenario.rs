//! What is rehearsed: a system of nodes and actors, and what must hold in it.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use rehearsal_protocol::time::nanos;
use rehearsal_protocol::{Actor, Address, NodeId, Protocol};

use crate::check::Properties;
use crate::choice::generator;
use crate::measure::Measures;
use crate::topology::{ActorInfo, Limits, NodeInfo, Topology};
use crate::weather::Weather;
use crate::weather::outage::Outages;
use crate::world::blueprint::Blueprint;
use crate::world::held::Held;

/// A system to rehearse.
///
/// Both methods are pure: called twice, they give the same. What differs between runs comes from choices.
pub trait Scenario: Send + Sync + 'static {
    /// What its actors speak.
    type Protocol: Protocol;

    /// Places nodes and actors, and declares the timeouts around which outages are drawn.
    fn set_up(&self, system: &mut Setup<Self::Protocol>);

    /// States invariants and goals.
    fn properties(&self, check: &mut Properties<<Self::Protocol as Protocol>::Fact>);

    /// The names of design alternatives that can be compared; none by default.
    fn policies(&self) -> &'static [&'static str] {
        &[]
    }

    /// The same scenario under the policy of that name, if there is one.
    fn under(&self, policy: &str) -> Option<Self>
    where
        Self: Sized,
    {
        let _ = policy;
        None
    }

    /// The same scenario under a policy that is given as data; [`Policy::read`](crate::policy::Policy::read) makes a value of the table.
    ///
    /// # Errors
    ///
    /// If the data are not a policy of this scenario: by default none are.
    fn under_data(&self, data: &toml::Table) -> Result<Self, String>
    where
        Self: Sized,
    {
        let _ = data;
        Err("its policies are known by their names only".to_owned())
    }

    /// States what is measured when policies are compared; nothing by default.
    fn measures(&self, measure: &mut Measures<<Self::Protocol as Protocol>::Fact>) {
        let _ = measure;
    }
}

/// A system under construction.
pub struct Setup<P: Protocol> {
    pub(crate) nodes: Vec<NodeInfo>,
    pub(crate) actors: Vec<ActorInfo>,
    /// The actors themselves, by their slots; none where one was declared and not placed yet.
    pub(crate) placed: Vec<Option<Box<dyn Actor<P>>>>,
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

impl<P: Protocol> Default for Setup<P> {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            actors: Vec::new(),
            placed: Vec::new(),
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

impl<P: Protocol> Setup<P> {
    /// Adds a node, or returns to one that was added before.
    pub fn node(&mut self, name: impl Into<String>) -> NodeSetup<'_, P> {
        let name = name.into();
        let node = self.node_ids.get(&*name).copied().unwrap_or_else(|| self.add_node(name.into()));
        NodeSetup { node, system: self }
    }

    fn add_node(&mut self, name: Arc<str>) -> NodeId {
        let node = NodeId(self.nodes.len() as u32);
        self.node_ids.insert(name.clone(), node);
        let key = generator::name(&name);
        self.nodes.push(NodeInfo { name, key, steady: false, expendable: false, actors: Vec::new() });
        node
    }

    /// Declares a timeout of the protocol: outages and delays are drawn just below, at and above it.
    pub fn timeout(&mut self, name: &str, span: Duration) {
        self.timeouts.push((name.to_owned(), span));
    }

    /// How long a message takes between two nodes when nothing is wrong. Default 0.5–5 ms.
    ///
    /// # Panics
    ///
    /// If `min > max`.
    pub fn latency(&mut self, min: Duration, max: Duration) {
        assert!(min <= max, "the least latency {min:?} is above the greatest {max:?}");
        self.latency = (min, max);
    }

    /// How long faults may go on before the core is healed. Default 5 s.
    pub fn faulty_phase(&mut self, span: Duration) {
        self.faulty_phase = span;
    }

    /// For a system that is never quiet: a run ends in good order this long after the faulty phase, and what is not yet due
    /// by then is not judged. Without a horizon, such a run ends at a limit.
    pub fn horizon(&mut self, span: Duration) {
        self.horizon = Some(span);
    }

    /// A panic in a turn is a crash like any other, and an actor that nobody spawned starts again after 100 ms. Without
    /// this, a panic is a violation of `ACT-3`.
    pub fn panics_are_crashes(&mut self) {
        self.panics_are_crashes = true;
    }

    /// When a run ends though it is not done.
    pub fn limits(&mut self, limits: Limits) {
        self.limits = limits;
    }
}

/// One node of a system under construction.
pub struct NodeSetup<'a, P: Protocol> {
    system: &'a mut Setup<P>,
    node: NodeId,
}

impl<P: Protocol> NodeSetup<'_, P> {
    /// Places an actor. It starts with the node, and again after each restart, from this state and what its disk kept.
    ///
    /// # Panics
    ///
    /// If the name is taken on this node.
    pub fn actor(
        &mut self,
        name: impl Into<String>,
        actor: impl Actor<P> + Clone + Hash + 'static,
    ) -> Address {
        self.place(name.into(), Box::new(Held::new(actor)))
    }

    /// The same for all actors, so that it is compiled once for each protocol.
    fn place(&mut self, name: String, actor: Box<dyn Actor<P>>) -> Address {
        let address = self.declare(name);
        let place = &mut self.system.placed[address.slot() as usize];
        let path = &self.system.actors[address.slot() as usize].path;
        assert!(place.is_none(), "the actor `{path}` is placed twice");
        *place = Some(actor);
        address
    }

    /// The address of an actor that is placed later under this name: for actors that know each other.
    ///
    /// # Panics
    ///
    /// If an actor of another node has the same path, as `/a/b/c` is that of `b/c` on `a` and of `c` on `a/b`.
    pub fn declare(&mut self, name: impl Into<String>) -> Address {
        let (node, system) = (self.node, &mut *self.system);
        system.path.clear();
        for part in ["/", &*system.nodes[node.index()].name, "/", &*name.into()] {
            system.path.push_str(part);
        }
        if let Some(slot) = system.slots.get(&*system.path) {
            let (path, known) = (&system.path, system.actors[*slot as usize].node);
            assert!(known == node, "`{path}` is the path of two actors, of {known} and of {node}");
            return Address::new(node, *slot);
        }
        let path: Arc<str> = system.path.as_str().into();
        let (key, slot) = (generator::name(&path), system.actors.len() as u32);
        system.slots.insert(path.clone(), slot);
        system.actors.push(ActorInfo { path, key, node });
        system.placed.push(None);
        system.nodes[node.index()].actors.push(slot);
        Address::new(node, slot)
    }

    /// Faults never crash or pause this node: what the protocol does not claim to survive is not injected.
    #[must_use]
    pub fn steady(self) -> Self {
        self.system.nodes[self.node.index()].steady = true;
        self
    }

    /// This node may stay broken for good: it need not belong to the core that is healed.
    #[must_use]
    pub fn expendable(self) -> Self {
        self.system.nodes[self.node.index()].expendable = true;
        self
    }

    /// The node's number.
    pub fn id(&self) -> NodeId {
        self.node
    }
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
