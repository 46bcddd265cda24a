//! What nodes say to each other once they know each other.

use rehearsal_protocol::{Address, Envelope, Protocol, Signal};
use serde::{Deserialize, Serialize};
use tokio_util::codec::Decoder;

/// One thing said by one node to another.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "P: Protocol", deserialize = "P: Protocol"))]
pub(crate) enum Frame<P: Protocol> {
    /// A message for an actor.
    Message {
        to: Address,
        envelope: Envelope<P::Message>,
        /// What the sender's node knew of the facts of each node; empty if it keeps no clock.
        stamp: Vec<u64>,
    },
    /// A signal for an actor.
    Signal { from: Address, to: Address, signal: Signal, stamp: Vec<u64> },
    /// `watcher` wants to hear of the end of `watched`.
    Monitor { watcher: Address, watched: Address },
    /// End an actor at once.
    Kill { who: Address },
}

/// One payload of the dialling side.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "P: Protocol", deserialize = "P: Protocol"))]
pub(crate) enum Said<P: Protocol> {
    Frame(Frame<P>),
    /// Are you there?
    Ping(u64),
}

/// One payload of the listening side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pong(pub(crate) u64);

/// Why a payload cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is longer than the bound, or its length makes no sense.
    #[error("{0}")]
    Length(std::io::Error),
    /// It is not what this protocol says.
    #[error("it is not in this protocol's encoding ({0})")]
    Encoding(postcard::Error),
    /// More follows than belongs to it.
    #[error("{0} bytes follow its end")]
    TooLong(usize),
}

pub(crate) fn encoded(value: &impl Serialize) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_allocvec(value)
}

pub(crate) fn decoded<T: for<'de> Deserialize<'de>>(payload: &[u8]) -> Result<T, Unreadable> {
    let (value, rest) = postcard::take_from_bytes(payload).map_err(Unreadable::Encoding)?;
    if rest.is_empty() { Ok(value) } else { Err(Unreadable::TooLong(rest.len())) }
}

/// Reads bytes as the listening side of a node does once the handshake is over, and says how many payloads were whole: for fuzzing what faces
/// the network, without one.
///
/// # Errors
///
/// For the first payload that cannot be read; the connection would be closed there.
pub fn read_all<P: Protocol>(bytes: &[u8], longest: usize) -> Result<u64, Unreadable> {
    let mut codec = super::Payloads::up_to(longest);
    let mut buffer = bytes::BytesMut::from(bytes);
    let mut whole = 0;
    while let Some(payload) = codec.decode(&mut buffer).map_err(Unreadable::Length)? {
        decoded::<Said<P>>(&payload)?;
        whole += 1;
    }
    Ok(whole)
}
