//! What is rehearsed: a system of nodes and actors, and what must hold in it.

use std::hash::Hash;
use std::time::Duration;

use rehearsal_protocol::{Actor, Address, NodeId, Protocol};

use crate::check::Properties;
use crate::measure::Measures;
use crate::topology::Limits;
use crate::topology::layout::Layout;
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
    layout: Layout,
    /// The actors themselves, by their slots; none where one was declared and not placed yet.
    placed: Vec<Option<Box<dyn Actor<P>>>>,
}

impl<P: Protocol> Default for Setup<P> {
    fn default() -> Self {
        Self { layout: Layout::default(), placed: Vec::new() }
    }
}

impl<P: Protocol> Setup<P> {
    /// Adds a node, or returns to one that was added before.
    pub fn node(&mut self, name: impl Into<String>) -> NodeSetup<'_, P> {
        NodeSetup { node: self.layout.node(name.into()), system: self }
    }

    /// Declares a timeout of the protocol: outages and delays are drawn just below, at and above it.
    pub fn timeout(&mut self, name: &str, span: Duration) {
        self.layout.timeouts.push((name.to_owned(), span));
    }

    /// How long a message takes between two nodes when nothing is wrong. Default 0.5–5 ms.
    ///
    /// # Panics
    ///
    /// If `min > max`.
    pub fn latency(&mut self, min: Duration, max: Duration) {
        assert!(min <= max, "the least latency {min:?} is above the greatest {max:?}");
        self.layout.latency = (min, max);
    }

    /// How long faults may go on before the core is healed. Default 5 s.
    pub fn faulty_phase(&mut self, span: Duration) {
        self.layout.faulty_phase = span;
    }

    /// For a system that is never quiet: a run ends in good order this long after the faulty phase, and what is not yet due
    /// by then is not judged. Without a horizon, such a run ends at a limit.
    pub fn horizon(&mut self, span: Duration) {
        self.layout.horizon = Some(span);
    }

    /// A panic in a turn is a crash like any other, and an actor that nobody spawned starts again after 100 ms. Without
    /// this, a panic is a violation of `ACT-3`.
    pub fn panics_are_crashes(&mut self) {
        self.layout.panics_are_crashes = true;
    }

    /// When a run ends though it is not done.
    pub fn limits(&mut self, limits: Limits) {
        self.layout.limits = limits;
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
        let path = &self.system.layout.actors[address.slot() as usize].path;
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
        let address = self.system.layout.actor(self.node, &name.into());
        if self.system.placed.len() == address.slot() as usize {
            self.system.placed.push(None);
        }
        address
    }

    /// Faults never crash or pause this node: what the protocol does not claim to survive is not injected.
    #[must_use]
    pub fn steady(self) -> Self {
        self.system.layout.nodes[self.node.index()].steady = true;
        self
    }

    /// This node may stay broken for good: it need not belong to the core that is healed.
    #[must_use]
    pub fn expendable(self) -> Self {
        self.system.layout.nodes[self.node.index()].expendable = true;
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
        let Setup { layout, placed } = setup;
        let mut actors = Vec::with_capacity(placed.len());
        for (slot, actor) in placed.into_iter().enumerate() {
            let path = &layout.actors[slot].path;
            actors.push(actor.unwrap_or_else(|| panic!("the actor `{path}` was declared and never placed")));
        }
        Self { topology: layout.topology(), actors }
    }
}
