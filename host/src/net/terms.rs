//! The terms on which a node talks to others.

use std::sync::Arc;
use std::time::Duration;

use rehearsal_protocol::NodeId;

/// What holds for all connections of a node.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) passport: Arc<Passport>,
    pub(crate) bounds: Bounds,
}

/// What a node says of itself in a handshake.
#[derive(Clone, Debug)]
pub(crate) struct Passport {
    pub(crate) system: Arc<str>,
    pub(crate) version: u32,
    pub(crate) node: NodeId,
    pub(crate) boot: u32,
    pub(crate) nodes: u32,
}

/// What bounds the network of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The longest frame that is sent or accepted, in bytes.
    pub frame: usize,
    /// How many frames to one node may wait; beyond that the newest is dropped.
    pub queue: usize,
    /// A frame that waited longer for its connection is dropped: its node counts as down.
    pub stale: Duration,
    /// How long connecting, a handshake or a write may take.
    pub patience: Duration,
    /// How often an open connection is probed; one that is silent for three times as long is half open and is closed.
    pub ping: Duration,
    /// The wait before the first attempt to connect again; it doubles with each that fails, and a random part is taken off.
    pub least_wait: Duration,
    /// The longest wait before an attempt to connect again.
    pub greatest_wait: Duration,
    /// How many connections may be without a handshake at the same time; more are closed at once.
    pub strangers: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            frame: 1 << 20,
            queue: 4096,
            stale: Duration::from_secs(5),
            patience: Duration::from_secs(5),
            ping: Duration::from_secs(1),
            least_wait: Duration::from_millis(20),
            greatest_wait: Duration::from_secs(2),
            strangers: 64,
        }
    }
}
