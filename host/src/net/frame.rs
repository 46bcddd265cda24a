//! What nodes say to each other once they know each other.

use rehearsal_protocol::{Address, Envelope, Protocol, Signal};
use serde::{Deserialize, Serialize};
use tokio_util::codec::Decoder;

use super::wire::Payloads;

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

/// The bytes of a message as the dialling side of a node says it once the handshake is over: what [`read_all`] reads.
///
/// # Errors
///
/// If the message cannot be encoded.
pub fn message<P: Protocol>(
    to: Address,
    envelope: Envelope<P::Message>,
    stamp: Vec<u64>,
) -> Result<Vec<u8>, postcard::Error> {
    let payload = encoded(&Said::<P>::Frame(Frame::Message { to, envelope, stamp }))?;
    Ok([&(payload.len() as u32).to_be_bytes()[..], &payload].concat())
}

/// Reads bytes as the listening side of a node does once the handshake is over, and says how many payloads were whole: for fuzzing what faces
/// the network, without one.
///
/// # Errors
///
/// For the first payload that cannot be read; the connection would be closed there.
pub fn read_all<P: Protocol>(bytes: &[u8], longest: usize) -> Result<u64, Unreadable> {
    let mut codec = Payloads::up_to(longest);
    let mut buffer = bytes::BytesMut::from(bytes);
    let mut whole = 0;
    while let Some(payload) = codec.decode(&mut buffer).map_err(Unreadable::Length)? {
        decoded::<Said<P>>(&payload)?;
        whole += 1;
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::{Exit, Incarnation, MessageId, NodeId, Run};
    use tokio_util::codec::Encoder;

    use super::*;
    use crate::pinned::{Holder, Lease, Message, shows};

    const PAGE: &str = include_str!("../../docs/wire.md");
    const LOCK: Address = Address::new(NodeId(0), 0);
    const CLIENT: Address = Address::new(NodeId(1), 2);

    fn framed(value: &impl Serialize) -> Vec<u8> {
        let mut bytes = bytes::BytesMut::new();
        Payloads::up_to(1024).encode(encoded(value).unwrap(), &mut bytes).unwrap();
        bytes.to_vec()
    }

    fn said(frame: Frame<Lease>) -> Vec<u8> {
        let bytes = framed(&Said::Frame(frame));
        assert_eq!(read_all::<Lease>(&bytes, 1024).unwrap(), 1, "what is written is read");
        bytes
    }

    fn signal(signal: Signal) -> Vec<u8> {
        said(Frame::Signal { from: CLIENT, to: LOCK, signal, stamp: vec![] })
    }

    #[test]
    fn frames_have_the_bytes_of_the_specification() {
        let asks = Message::Acquire { holder: Holder { client: CLIENT, life: 1 }, attempt: 1 };
        let id = MessageId((1 << 52) | (1 << 40) | 1);
        let envelope = Envelope { from: CLIENT, id, message: asks };
        let asked = said(Frame::Message { to: LOCK, envelope: envelope.clone(), stamp: vec![1, 2, 0] });
        assert_eq!(message::<Lease>(LOCK, envelope, vec![1, 2, 0]).unwrap(), asked);
        shows(PAGE, "message", &asked);
        shows(PAGE, "shutdown", &signal(Signal::Shutdown));
        let panicked = Exit::Panicked("no".to_owned());
        let panicked = Signal::Exit { who: CLIENT, incarnation: Incarnation(9), reason: panicked };
        shows(PAGE, "panicked", &signal(panicked));
        shows(PAGE, "interrupt", &signal(Signal::Interrupt { from: CLIENT, expected: Some(Run(7)) }));
        let unanswered = Signal::Refused { by: CLIENT, message: MessageId(3), ask: Some(300) };
        shows(PAGE, "unanswered", &signal(unanswered));
        shows(PAGE, "monitor", &said(Frame::Monitor { watcher: CLIENT, watched: LOCK }));
        shows(PAGE, "kill", &said(Frame::Kill { who: LOCK }));
        shows(PAGE, "ping", &framed(&Said::<Lease>::Ping(5)));
        shows(PAGE, "pong", &framed(&Pong(5)));
    }

    #[test]
    fn what_is_too_long_or_goes_on_after_its_end_is_no_payload() {
        let ping = framed(&Said::<Lease>::Ping(5));
        assert!(matches!(read_all::<Lease>(&ping, 1), Err(Unreadable::Length(_))));
        assert!(matches!(read_all::<Lease>(&[0, 0, 0, 3, 1, 5, 0], 1024), Err(Unreadable::TooLong(1))));
        assert!(matches!(read_all::<Lease>(&[0, 0, 0, 1, 9], 1024), Err(Unreadable::Encoding(_))));
        assert_eq!(read_all::<Lease>(&ping[..5], 1024).unwrap(), 0, "the rest may still come");
    }
}
