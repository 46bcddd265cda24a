//! Services under supervision: what a designer compares policies on.
//!
//! Clients have requests, which come in at a door and are carried out by workers under a supervisor. Stages stand in a line. A stage accepts work only from the life of the stage before it that it has linked itself to: if that one
//! is started again and this one is not, it refuses what comes until it has found out and linked itself anew. So it matters who is started
//! again together with whom.
//!
//! In reading order:
//!
//! - [`message`] — what is said;
//! - [`fact`] — what is announced;
//! - [`tree`] — who is supervised by whom;
//! - [`door`] — where requests come in;
//! - [`stage`] — one of a line, or of a pool;
//! - [`client`] — a stream of requests;
//! - [`variant`] — the planted bugs.

pub mod client;
pub mod door;
pub mod fact;
pub mod message;
pub mod stage;
pub mod tree;
pub mod variant;

#[cfg(test)]
mod tests;

pub use client::{Arrivals, Client, Load};
pub use door::Door;
pub use fact::Fact;
pub use message::{Message, RequestId, Work};
pub use stage::Stage;
pub use tree::{Part, Shape, top};
pub use variant::{POOL_VARIANTS, Planted, VARIANTS, Variant, named};

use crate::actor::Protocol;
use crate::mailbox::Lane;

/// The protocol of services.
#[derive(Clone, Copy, Debug)]
pub struct Service;

impl Protocol for Service {
    type Message = Message;
    type Fact = Fact;

    fn lane(message: &Message) -> Lane {
        message.lane()
    }
}
