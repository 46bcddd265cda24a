//! What is said to other nodes, and by them.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use rehearsal_protocol::{Address, Exit, Incarnation, NodeId, Protocol, Signal};

use super::Kernel;
use crate::net::Endpoint;
use crate::net::frame::Frame;

/// Who on this node watches whom on another: told again when a link comes up, and of the end when that node was started anew.
#[derive(Default)]
pub(super) struct Abroad(Mutex<Vec<(Address, Address)>>);

impl Abroad {
    pub(super) fn watch(&self, watcher: Address, watched: Address) {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !pairs.contains(&(watcher, watched)) {
            pairs.push((watcher, watched));
        }
    }

    /// Those who watch an actor of a node, and whom.
    fn watched_at(&self, peer: NodeId) -> Vec<(Address, Address)> {
        let pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pairs.iter().filter(|(_, watched)| watched.node() == peer).copied().collect()
    }

    fn forget(&self, which: impl Fn((Address, Address)) -> bool) -> Vec<(Address, Address)> {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (gone, kept) = pairs.drain(..).partition(|pair| which(*pair));
        *pairs = kept;
        gone
    }
}

impl<P: Protocol> Kernel<P> {
    pub(super) fn frame(self: &Arc<Self>, to: NodeId, frame: Frame<P>) {
        self.links.send(self, to, frame);
    }
}

impl<P: Protocol> Endpoint<P> for Kernel<P> {
    fn name_of(&self, node: NodeId) -> &str {
        self.names.get(node.index()).map_or("?", |name| name)
    }

    fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.run(task);
    }

    /// What a frame says in the name of a third node is no frame of this protocol.
    fn arrived(self: &Arc<Self>, frame: Frame<P>, peer: NodeId) {
        let speaker = match &frame {
            Frame::Message { envelope, .. } => envelope.from.node(),
            Frame::Signal { from, .. } => from.node(),
            Frame::Monitor { watcher, .. } => watcher.node(),
            Frame::Kill { .. } => peer,
        };
        if speaker != peer {
            return tracing::warn!(peer = self.name_of(peer), "dropped: a frame in the name of another node");
        }
        match frame {
            Frame::Message { to, envelope, stamp } => {
                self.facts.learn(&stamp);
                self.deliver(to, envelope);
            }
            Frame::Signal { from: _, to, signal, stamp } => {
                self.facts.learn(&stamp);
                if let Signal::Exit { who, .. } = &signal
                    && self.abroad.forget(|(watcher, watched)| watcher == to && watched == *who).is_empty()
                {
                    return; // It was told before: both the news and the answer to a second question have come.
                }
                self.signal(to, to, None, signal);
            }
            Frame::Monitor { watcher, watched } => self.monitor(watcher, watched),
            Frame::Kill { who } => self.kill(who),
        }
    }

    /// If the peer was started anew, all whom this node watched there have ended; if not, it may have missed that they are watched.
    fn link_up(self: &Arc<Self>, peer: NodeId, anew: bool) {
        if !anew {
            return self.link_from(peer);
        }
        for (watcher, watched) in self.abroad.forget(|(_, watched)| watched.node() == peer) {
            let reason = Exit::NodeDown(peer);
            let told = Signal::Exit { who: watched, incarnation: Incarnation(0), reason };
            self.signal(watched, watcher, None, told);
        }
    }

    /// The news of an end may have been lost, so it is asked for again.
    fn link_from(self: &Arc<Self>, peer: NodeId) {
        for (watcher, watched) in self.abroad.watched_at(peer) {
            self.frame(peer, Frame::Monitor { watcher, watched });
        }
    }
}
