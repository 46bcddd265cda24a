//! A quality gate: several agents are asked the same, and what they answer is decided upon (`actors.md` C.5).
//!
//! A gate is opened for a checkpoint of a specification, asks each of its agents once, and is decided in the end: by consensus, or for want of one. Its state
//! is in three places: the memory of the [`Supervisor`], the [`Cache`] that a terminal draws from, and the [`Store`]. In which order they come to know of a
//! change is the [`Model`], and what designs are compared by.
//!
//! In reading order:
//!
//! - [`record`] — what is known of a gate, and the rules of its decision;
//! - [`model`] — which place is the truth, and what follows from that;
//! - [`file`](mod@file) — a file with an answer, in the design that was replaced;
//! - [`message`] — what is said;
//! - [`fact`] — what is announced;
//! - [`protocol`] — what both belong to, and the lanes of messages;
//! - [`peers`] — whom a supervisor knows;
//! - [`supervisor`] — opens gates, takes reports, decides;
//! - [`agent`] — asks a provider for one opinion;
//! - [`folder`] — where agents leave their answers, in the design that was replaced;
//! - [`provider`] — has opinions;
//! - [`store`] — what stays;
//! - [`cache`] — what is drawn;
//! - [`person`] — who opens and cancels;
//! - [`variant`] — the planted bugs: what was wrong in the design that was replaced, and in the first sketch of the new one.

pub mod agent;
pub mod cache;
pub mod fact;
pub mod file;
pub mod folder;
pub mod message;
pub mod model;
pub mod peers;
pub mod person;
pub mod protocol;
pub mod provider;
pub mod record;
pub mod store;
pub mod supervisor;
#[cfg(test)]
mod tests;
pub mod variant;

pub use cache::Cache;
pub use fact::Fact;
pub use folder::Folder;
pub use message::Message;
pub use model::{Config, Model, Results};
pub use peers::Peers;
pub use person::Person;
pub use protocol::Gates;
pub use provider::Provider;
pub use record::{AgentId, Confidence, Decision, GateId, Opinion, Record, Row, Status, Subject};
pub use store::Store;
pub use supervisor::Supervisor;
pub use variant::{Flaws, Planted, VARIANTS, Variant};
