//! Clients ask a counter that fails and is started again: what becomes of the asks that wait, and of the count (`actors.md` C.2, SUP-8).
//!
//! A client and its counter live on one node, where nothing is lost: so an ask ends in an answer, or in the news that there will be none, and
//! no client needs a deadline. Whether a counter's mailbox and count outlive its lives is for the policy of its supervisor to say.
//!
//! In reading order:
//!
//! - [`message`] — what is said;
//! - [`fact`] — what is announced;
//! - [`tree`] — who is supervised by whom;
//! - [`counter`] — who is asked;
//! - [`client`] — who asks;
//! - [`operator`] — who stops the counter, and mostly starts it again;
//! - [`variant`] — the planted bugs.

pub mod client;
pub mod counter;
pub mod fact;
pub mod message;
pub mod operator;
pub mod tree;
pub mod variant;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use counter::Counter;
pub use fact::Fact;
pub use message::{AskId, Message};
pub use operator::Operator;
pub use tree::{COUNTER, Job, supervisor};
pub use variant::{Planted, VARIANTS, Variant, named};

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::mailbox::Lane;

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
