//! What stands behind a service, as pure state machines: requests, events, lists.
//!
//! What an actor is stands in `rehearsal_protocol`, and what is rehearsed with these in `scenarios/backend`.
//!
//! In reading order:
//!
//! - [`rpc`] — sessions behind their request boundary: connections, stored requests, trees;
//! - [`outbox`] — events that go out after they are committed;
//! - [`listing`] — a list out of a store that others write to meanwhile.

#![warn(clippy::float_arithmetic)] // A decision that rests on a float may differ between machines.

pub mod listing;
pub mod outbox;
pub mod rpc;
