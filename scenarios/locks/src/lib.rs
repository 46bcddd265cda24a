//! Scenarios over locks and agreement.
//!
//! In reading order:
//!
//! - [`lease`] — a lock that expires, while its clients crash and stall;
//! - [`commit`] — participants that commit together or not at all.

pub mod commit;
pub mod lease;

use rehearsal::registry::Entry;

/// All of them.
pub static SCENARIOS: &[&Entry] = &[&lease::LEASE, &commit::COMMIT];
