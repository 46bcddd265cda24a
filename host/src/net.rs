//! The network between nodes: `host/docs/wire.md` has the bytes.
//!
//! Each node dials each node to which it sends; a connection carries frames one way, and answers to pings the other way. Delivery is at most
//! once, as in the world: what was in a connection that broke is lost.
//!
//! From the words to those who use them: `terms`, `wire`, [`frame`], `handshake`, `endpoint`, `link`, `listener`.

mod endpoint;
pub mod frame;
mod handshake;
mod link;
mod listener;
mod terms;
mod wire;

pub(crate) use endpoint::Endpoint;
pub(crate) use link::Links;
pub(crate) use listener::listen;
pub use terms::Bounds;
pub(crate) use terms::{Passport, Terms};
