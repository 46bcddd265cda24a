//! The node at this end of all links.

use std::future::Future;
use std::sync::Arc;

use rehearsal_protocol::{NodeId, Protocol};

use super::frame::Frame;

/// A node, as its own network sees it: what runs the network's tasks and is told what comes from peers.
pub(crate) trait Endpoint<P: Protocol>: Sized + Send + Sync + 'static {
    /// What a node is called; `?` if there is none of that number.
    fn name_of(&self, node: NodeId) -> &str;

    /// Runs a task that ends with this node at the latest.
    fn run(&self, task: impl Future<Output = ()> + Send + 'static);

    /// A frame came from a peer.
    fn arrived(self: &Arc<Self>, frame: Frame<P>, peer: NodeId);

    /// A link to a peer came up; `anew` if the peer was started anew since the last one.
    fn link_up(self: &Arc<Self>, peer: NodeId, anew: bool);

    /// A link from a peer came up.
    fn link_from(self: &Arc<Self>, peer: NodeId);
}
