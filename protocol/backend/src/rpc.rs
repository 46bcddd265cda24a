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
//! - [`protocol`] — what both belong to, and the lanes of messages;
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
pub mod protocol;
mod requests;
pub mod sessions;
#[cfg(test)]
mod tests;
pub mod tool;
mod tree;
mod turns;
pub mod variant;

pub use client::{Client, PATIENCE};
pub use fact::{Delivery, Fact, Met, Party, Source};
pub use front::Front;
pub use key::Key;
pub use message::{
    ClientMessage, ConnectionId, FrontMessage, Message, Operation, ROOTS, Reply, Request, RequestId,
    SessionId, SessionsMessage, Wish,
};
pub use protocol::Rpc;
pub use sessions::Sessions;
pub use tool::{Job, Tool};
pub use variant::{Planted, VARIANTS, Variant};
