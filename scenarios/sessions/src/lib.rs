//! Scenarios over the sessions of an agent runtime.
//!
//! In reading order:
//!
//! - [`session`] — clients talk, interrupt and press twice, while a model streams and tools run;
//! - [`session_many`] — the same on many keys at a time;
//! - [`recovery`] — the runtime crashes at any point;
//! - [`plan`] — the model asks people;
//! - [`retries`] — the model is busy, and steps are tried again;
//! - [`session_small`] — small enough to be explored in full.

pub mod plan;
pub mod recovery;
pub mod retries;
pub mod session;
pub mod session_many;
pub mod session_small;

use rehearsal::registry::Entry;

/// All of them.
pub static SCENARIOS: &[&Entry] = &[
    &session::SESSION,
    &session_many::SESSION_MANY,
    &recovery::RECOVERY,
    &plan::PLAN,
    &retries::RETRIES,
    &session_small::SESSION_SMALL,
];
