//! A quality gate as pure state machines.
//!
//! What an actor is stands in `rehearsal_protocol`, and what is rehearsed with these in `scenarios/gate`.
//!
//! - [`gate`] — a quality gate of several agents, with its state in three places.

#![warn(clippy::float_arithmetic)] // A decision that rests on a float may differ between machines.

pub mod gate;
