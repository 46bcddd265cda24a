//! Ready scenarios over the protocols of Rehearsal.

pub mod ring;
// pub mod session;

use rehearsal::registry::Entry;

/// Every scenario there is.
pub static SCENARIOS: &[&Entry] = &[&ring::RING, &ring::BURST];
