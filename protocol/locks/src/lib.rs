//! Locks and agreement as pure state machines.
//!
//! What an actor is stands in `rehearsal_protocol`, and what is rehearsed with these in `scenarios/locks`.
//!
//! In reading order:
//!
//! - [`lease`] — a lock that expires, and a fence at what it protects;
//! - [`commit`] — two-phase commit, small enough for exhaustive search.

#![warn(clippy::float_arithmetic)] // A decision that rests on a float may differ between machines.

pub mod commit;
pub mod lease;
