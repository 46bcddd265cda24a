//! Sessions behind their request boundary (`actors.md` E, in small): connections, stored requests, turns and trees.
//!
//! A [`Client`] connects over the network and asks [`Sessions`] through the [`Front`]. A request is stored under a primary key that is its identity and nothing
//! else: asked again, after a loss or a crash, it is not executed again, and has the same reply. A turn of a session holds the session's permit and waits for
//! its [`Tool`]; what the tool asks its own session is done within that turn, and never waits for the permit. A tree of sessions is deleted from its root down: a
//! session is marked before those below it are looked for, nothing is created below it from then on, and it stays deleted whoever reads it. A
//! connection that is closed while it is being set up is never set up.
//!
//! In reading order:
//!
//! - [`message`] — what is said, and the numbers of clients, connections, requests and sessions;
//! - [`fact`] — what is announced;
//! - [`client`] — connects, asks, asks again, disconnects;
//! - [`front`] — connections;
//! - [`sessions`] — stores requests and executes them;
//! - [`key`] — the primary key of a request;
//! - `requests`, `tree`, `journal` — what is durable, and what waits until it is;
//! - `turns`, `cascade` — what takes time: turns with their tools, and the deletion of a tree;
//! - [`tool`] — works for a turn, and may call back;
//! - [`variant`] — planted bugs.

mod cascade;
pub mod client;
pub mod fact;
pub mod front;
mod journal;
pub mod key;
pub mod message;
mod requests;
pub mod sessions;
#[cfg(test)]
mod tests;
pub mod tool;
mod tree;
mod turns;
pub mod variant;

use std::time::Duration;

pub use client::Client;
pub use fact::{Delivery, Fact, Met, Party, Source};
pub use front::Front;
pub use key::Key;
pub use message::{
    ClientMessage, ConnectionId, FrontMessage, Message, Operation, Reply, Request, RequestId, SessionId,
    SessionsMessage, Wish,
};
pub use sessions::Sessions;
pub use tool::{Job, Tool};
pub use variant::{Planted, VARIANTS, Variant};

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::mailbox::Lane;

/// How long a client waits for a connection, or for an answer, before it tries again.
pub const PATIENCE: Duration = Duration::from_millis(250);
/// How many sessions there are from the beginning; all others are made below them.
pub const ROOTS: u32 = 2;

/// The protocol of clients and sessions.
#[derive(Clone, Copy, Debug)]
pub struct Rpc;

impl Protocol for Rpc {
    type Message = Message;
    type Fact = Fact;

    fn lane(message: &Message) -> Lane {
        match message {
            Message::Front(FrontMessage::Disconnect(_)) | Message::Client(ClientMessage::Gone(_)) => {
                Lane::Control
            }
            Message::Front(FrontMessage::Connect(_) | FrontMessage::Ask { .. })
            | Message::Sessions(SessionsMessage::Execute(_)) => Lane::Work,
            Message::Client(_) | Message::Front(_) | Message::Sessions(_) | Message::CalledBack => {
                Lane::Result
            }
        }
    }
}
