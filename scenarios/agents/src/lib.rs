//! Scenarios over agents and what goes on around them.
//!
//! In reading order:
//!
//! - [`subagents`] — agents that delegate to agents, under people who interrupt;
//! - [`background`] — scopes that open and close while their tasks work;
//! - [`terminal`] — a person who types and agents that report.

pub mod background;
pub mod subagents;
pub mod terminal;

use rehearsal::registry::Entry;

/// All of them.
pub static SCENARIOS: &[&Entry] = &[&subagents::SUBAGENTS, &background::BACKGROUND, &terminal::TUI_LANES];
