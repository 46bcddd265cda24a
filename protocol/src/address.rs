//! Who is where: nodes, addresses, incarnations.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A process that can crash, as a dense number within one system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u32);

impl NodeId {
    /// This node's place in a table of nodes.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node#{}", self.0)
    }
}

/// The handle of an actor: small, copied freely, sent in messages.
///
/// An address names a path and not one life of it: after a restart it reaches the next [`Incarnation`].
/// The stable name behind it (`/node/session/s1:b1`) is the stage's to tell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address {
    node: NodeId,
    slot: u32,
}

impl Address {
    /// The address in `slot` of the stage's table of actors, living on `node`. Stages make addresses; actors receive them.
    pub const fn new(node: NodeId, slot: u32) -> Self {
        Self { node, slot }
    }

    /// The node on which the actor lives.
    pub const fn node(self) -> NodeId {
        self.node
    }

    /// The place in the stage's table of actors.
    pub const fn slot(self) -> u32 {
        self.slot
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}.{}", self.node.0, self.slot)
    }
}

/// Which life of a path this is; the first is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Incarnation(pub u32);

impl Incarnation {
    /// The life that follows this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "incarnation {}", self.0)
    }
}
