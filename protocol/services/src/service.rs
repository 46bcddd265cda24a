//! Services under supervision: what a designer compares policies on.
//!
//! Clients have requests, which come in at a door and are carried out by workers under a supervisor. Stages stand in a line. A stage accepts work only from the life of the stage before it that it has linked itself to: if that one
//! is started again and this one is not, it refuses what comes until it has found out and linked itself anew. What a stage needs to work it loads from a store, which is quick or slow: when it begins, and again with a new link.
//! So it matters who is started again together with whom.
//!
//! Other workers depend on what is not supervised ([`Caller`], [`Breaker`]), stand behind a front ([`Server`]), or in a deep tree ([`Branch`]).
//!
//! In reading order:
//!
//! - [`message`] — what is said;
//! - [`fact`] — what is announced;
//! - [`policy`] — what a designer decides, as plain data;
//! - [`tree`] — who is supervised by whom;
//! - [`door`] — where requests come in;
//! - [`group`] — the same for a pool, whose members come and go;
//! - [`stage`] — one of a line, or of a pool;
//! - [`store`] — where stages load from what they need;
//! - [`client`] — a stream of requests;
//! - [`retry`] — when a client asks again;
//! - [`dependency`], [`caller`], [`breaker`] — what goes down and up, who calls it, and who keeps it from being called;
//! - [`front`], [`server`] — who admits requests, and who carries them out;
//! - [`branch`] — a deep tree;
//! - [`variant`] — the planted bugs.

pub mod branch;
pub mod breaker;
pub mod caller;
pub mod client;
pub mod dependency;
pub mod door;
pub mod fact;
pub mod front;
pub mod group;
pub mod message;
pub mod policy;
pub mod retry;
pub mod server;
pub mod stage;
pub mod store;
pub mod tree;
pub mod variant;

#[cfg(test)]
mod tests;

pub use branch::Branch;
pub use breaker::{Breaker, Rule};
pub use caller::{CallId, Caller};
pub use client::{Arrivals, Client, Load};
pub use dependency::Dependency;
pub use door::Door;
pub use fact::Fact;
pub use front::Front;
pub use group::Group;
pub use message::{ClientMessage, EntranceMessage, Message, RequestId, Work, WorkerMessage};
pub use policy::{Admission, Policy};
pub use retry::{Budget, Jitter, Retry};
pub use server::Server;
pub use stage::Stage;
pub use store::Store;
pub use tree::{Crew, Part, Shape, top};
pub use variant::{
    ESCALATION_VARIANTS, FLAPPING_VARIANTS, HERD_VARIANTS, POOL_VARIANTS, Planted, VARIANTS, Variant, named,
};

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::mailbox::Lane;

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
