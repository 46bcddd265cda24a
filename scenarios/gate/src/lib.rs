//! Scenarios over a quality gate.
//!
//! - [`gate`] — several agents are asked the same, and what they answer is decided upon once.

pub mod gate;

use rehearsal::registry::Entry;

/// All of them.
pub static SCENARIOS: &[&Entry] = &[&gate::GATE];
