//! The sessions of an agent runtime as pure state machines: the protocol that the scenario `session` rehearses.
//!
//! What an actor is stands in `rehearsal_protocol`, and what is rehearsed with these in `scenarios/sessions`.
//!
//! - [`session`] — sessions and tools: one actor per session and branch, runs that span turns, and interrupts.

#![warn(clippy::float_arithmetic)] // A decision that rests on a float may differ between machines.

pub mod session;
