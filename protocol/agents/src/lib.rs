//! Agents, and what goes on around them, as pure state machines.
//!
//! What an actor is stands in `rehearsal_protocol`, and what is rehearsed with these in `scenarios/agents`.
//!
//! In reading order:
//!
//! - [`subagents`] — agents that delegate to agents;
//! - [`background`] — tasks that belong to a scope, and its closing;
//! - [`terminal`] — a terminal program with two lanes, and its frames.

#![warn(clippy::float_arithmetic)] // A decision that rests on a float may differ between machines.

pub mod background;
pub mod subagents;
pub mod terminal;
