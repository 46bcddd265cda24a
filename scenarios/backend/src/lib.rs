//! Scenarios over what stands behind a service.
//!
//! In reading order:
//!
//! - [`rpc`] — clients of a service of sessions, which crashes;
//! - [`outbox`] — events that are committed, published and read by slow subscribers;
//! - [`listing`] — a list of sessions while people and a program change them;
//! - [`waits`] — nobody waits in a circle: an invariant for any protocol that says who waits for whom.

pub mod listing;
pub mod outbox;
pub mod rpc;
pub mod waits;

use rehearsal::registry::Entry;

/// All of them.
pub static SCENARIOS: &[&Entry] = &[&rpc::RPC, &outbox::OUTBOX, &listing::LISTING];
