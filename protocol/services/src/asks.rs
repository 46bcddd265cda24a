//! Clients ask a counter that fails and is started again: what becomes of the asks that wait, and of the count (`actors.md` C.2, SUP-8).
//!
//! A client and its counter live on one node, where nothing is lost: so an ask ends in an answer, or in the news that there will be none, and
//! no client needs a deadline. Whether a counter's mailbox and count outlive its lives is for the policy of its supervisor to say.
//!
//! In reading order:
//!
//! - [`message`] — what is said, and how a counter is made;
//! - [`fact`] — what is announced;
//! - [`protocol`] — what both belong to, and the lanes of messages;
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
pub mod protocol;
pub mod tree;
pub mod variant;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use counter::Counter;
pub use fact::Fact;
pub use message::{AskId, Job, Message};
pub use operator::Operator;
pub use protocol::Asks;
pub use tree::{COUNTER, supervisor};
pub use variant::{Planted, VARIANTS, Variant, named};
