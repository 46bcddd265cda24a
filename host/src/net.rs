//! The network between nodes: `host/docs/wire.md` has the bytes.
//!
//! Each node dials each node to which it sends; a connection carries frames one way, and answers to pings the other way. Delivery is at most
//! once, as in the world: what was in a connection that broke is lost.

pub mod frame;
pub(crate) mod handshake;
mod link;
pub(crate) mod listener;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use rehearsal_protocol::NodeId;
use tokio::net::TcpStream;
use tokio_util::codec::{Decoder, Encoder, Framed, LengthDelimitedCodec};

pub(crate) use link::Links;

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

/// What a node says of itself in a handshake.
#[derive(Clone, Debug)]
pub(crate) struct Passport {
    pub(crate) system: Arc<str>,
    pub(crate) version: u32,
    pub(crate) node: NodeId,
    pub(crate) boot: u32,
    pub(crate) nodes: u32,
}

/// A connection that is cut into payloads.
type Wire = Framed<TcpStream, Payloads>;

/// Before the handshake a peer may say this much.
const HANDSHAKE_LENGTH: usize = 1024;

fn wire(stream: TcpStream) -> Wire {
    let _ = stream.set_nodelay(true); // Slower without, and no less right.
    Framed::new(stream, Payloads::up_to(HANDSHAKE_LENGTH))
}

/// Payloads with their lengths before them.
pub(crate) struct Payloads(LengthDelimitedCodec);

impl Payloads {
    pub(crate) fn up_to(longest: usize) -> Self {
        Self(LengthDelimitedCodec::builder().max_frame_length(longest).new_codec())
    }

    fn allow(&mut self, longest: usize) {
        self.0.set_max_frame_length(longest);
    }
}

impl Decoder for Payloads {
    type Item = BytesMut;
    type Error = io::Error;

    fn decode(&mut self, bytes: &mut BytesMut) -> io::Result<Option<BytesMut>> {
        self.0.decode(bytes)
    }
}

impl Encoder<Vec<u8>> for Payloads {
    type Error = io::Error;

    fn encode(&mut self, payload: Vec<u8>, bytes: &mut BytesMut) -> io::Result<()> {
        self.0.encode(Bytes::from(payload), bytes)
    }
}
