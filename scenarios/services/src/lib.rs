//! Scenarios over services under supervision: designs that can be compared.
//!
//! In reading order:
//!
//! - [`pipeline`] — stages that depend on each other;
//! - [`pool`] — workers that know nothing of each other;
//! - [`asks`] — asks that wait while their receiver is started again;
//! - [`flapping`] — a dependency that goes down and up;
//! - [`herd`] — clients that come back at once;
//! - [`escalation`] — a deep tree of supervisors;
//! - `service` — what these share.

pub mod asks;
pub mod escalation;
pub mod flapping;
pub mod herd;
pub mod pipeline;
pub mod pool;
mod service;

use rehearsal::registry::Entry;

/// All of them.
pub static SCENARIOS: &[&Entry] = &[
    &pipeline::PIPELINE,
    &pool::POOL,
    &asks::ASKS,
    &flapping::FLAPPING,
    &herd::HERD,
    &escalation::ESCALATION,
];
