//! The protocol of clients and their counter: the lanes of its messages, and which of them are asks.

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::mailbox::Lane;

use super::fact::Fact;
use super::message::Message;

/// The protocol of clients and their counter.
#[derive(Clone, Copy, Debug)]
pub struct Asks;

impl Protocol for Asks {
    type Message = Message;
    type Fact = Fact;

    fn lane(message: &Message) -> Lane {
        match message {
            Message::Command(_) | Message::Here { .. } => Lane::Control,
            Message::Counted { .. } | Message::Answer(_) => Lane::Result,
            Message::Count { .. } => Lane::Work,
        }
    }

    fn ask(message: &Message) -> Option<u64> {
        match message {
            Message::Count { ask, reply_port: true } => Some(ask.0),
            Message::Command(_) => Some(0), // Nobody has two of them open.
            Message::Count { reply_port: false, .. }
            | Message::Here { .. }
            | Message::Counted { .. }
            | Message::Answer(_) => None,
        }
    }
}
