//! Who is where: the same description in every process.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use rehearsal_protocol::{Actor, Address, NodeId, Protocol};

use crate::edge::Edge;
use crate::error::Error;

/// Nodes and the actors that they start with. Every process of a system builds the same one: addresses follow from it.
pub struct System<P: Protocol> {
    pub(crate) name: Arc<str>,
    pub(crate) version: u32,
    pub(crate) nodes: Vec<Arc<str>>,
    pub(crate) residents: Vec<Resident<P>>,
    node_ids: BTreeMap<Arc<str>, NodeId>,
    slots: BTreeMap<(NodeId, String), u32>,
}

/// An actor that a node starts with.
pub(crate) struct Resident<P: Protocol> {
    pub(crate) node: NodeId,
    pub(crate) path: Arc<str>,
    pub(crate) role: Role<P>,
}

/// What lives at a path.
pub(crate) enum Role<P: Protocol> {
    /// Nothing yet: declared and not placed.
    Vacant,
    /// An actor, in the state in which each of its lives begins.
    Actor(Box<dyn Actor<P>>),
    /// An async function.
    Edge(EdgeFunction<P>),
}

pub(crate) type EdgeFunction<P> =
    Arc<dyn Fn(Edge<P>) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

impl<P: Protocol> Clone for Role<P> {
    fn clone(&self) -> Self {
        match self {
            Self::Vacant => Self::Vacant,
            Self::Actor(actor) => Self::Actor(actor.clone()),
            Self::Edge(function) => Self::Edge(function.clone()),
        }
    }
}

impl<P: Protocol> System<P> {
    /// A system without nodes. Peers of another name or version are refused.
    pub fn new(name: &str, version: u32) -> Self {
        Self {
            name: name.into(),
            version,
            nodes: Vec::new(),
            residents: Vec::new(),
            node_ids: BTreeMap::new(),
            slots: BTreeMap::new(),
        }
    }

    /// Adds a node, or returns to one that was added before.
    pub fn node(&mut self, name: &str) -> NodeOf<'_, P> {
        let nodes = &mut self.nodes;
        let name: Arc<str> = name.into();
        let node = *self.node_ids.entry(name).or_insert_with_key(|name| {
            nodes.push(name.clone());
            NodeId(nodes.len() as u32 - 1)
        });
        NodeOf { system: self, node }
    }

    /// The names of the nodes, by their numbers.
    pub fn nodes(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|name| &**name)
    }

    /// The path of an address that belongs to this description; children that are spawned later have none here.
    pub fn path(&self, address: Address) -> Option<&str> {
        let resident = self.residents.get(address.slot() as usize)?;
        (resident.node == address.node()).then_some(&*resident.path)
    }

    pub(crate) fn id(&self, name: &str) -> Option<NodeId> {
        self.node_ids.get(name).copied()
    }

    pub(crate) fn known(&self) -> String {
        match self.nodes.as_slice() {
            [] => "none".to_owned(),
            nodes => nodes.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        }
    }

    pub(crate) fn find(&self, name: &str) -> Result<NodeId, Error> {
        self.id(name).ok_or_else(|| Error::NoSuchNode {
            name: name.to_owned(),
            system: self.name.to_string(),
            known: self.known(),
        })
    }
}

/// One node of a [`System`].
pub struct NodeOf<'a, P: Protocol> {
    system: &'a mut System<P>,
    node: NodeId,
}

impl<P: Protocol> NodeOf<'_, P> {
    /// Places an actor. It starts with the node, and again after a restart, from this state and what its disk kept.
    ///
    /// # Panics
    ///
    /// If the name is taken on this node.
    pub fn actor(&mut self, name: &str, actor: impl Actor<P> + 'static) -> Address {
        self.place(name, Role::Actor(Box::new(actor)))
    }

    /// Places an actor that is behind a pointer already.
    ///
    /// # Panics
    ///
    /// If the name is taken on this node.
    pub fn boxed(&mut self, name: &str, actor: Box<dyn Actor<P>>) -> Address {
        self.place(name, Role::Actor(actor))
    }

    /// Places an async function behind an address: a real tool, a model call, a terminal. It ends with its node, and starts again
    /// if it panics.
    ///
    /// # Panics
    ///
    /// If the name is taken on this node.
    pub fn edge<F>(&mut self, name: &str, function: impl Fn(Edge<P>) -> F + Send + Sync + 'static) -> Address
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.place(name, Role::Edge(Arc::new(move |edge| Box::pin(function(edge)))))
    }

    /// The address of what is placed later under this name: for actors that know each other.
    pub fn declare(&mut self, name: &str) -> Address {
        let (node, system) = (self.node, &mut *self.system);
        let residents = &mut system.residents;
        let path = || Arc::from(format!("/{}/{name}", system.nodes[node.index()]));
        let slot = *system.slots.entry((node, name.to_owned())).or_insert_with(|| {
            residents.push(Resident { node, path: path(), role: Role::Vacant });
            residents.len() as u32 - 1
        });
        Address::new(node, slot)
    }

    fn place(&mut self, name: &str, role: Role<P>) -> Address {
        let address = self.declare(name);
        let resident = &mut self.system.residents[address.slot() as usize];
        assert!(matches!(resident.role, Role::Vacant), "`{}` is placed twice", resident.path);
        resident.role = role;
        address
    }
}
