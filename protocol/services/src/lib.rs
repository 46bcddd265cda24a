//! Services under supervision as pure state machines: what a designer compares policies on.
//!
//! What an actor is stands in `rehearsal_protocol`, and what is rehearsed with these in `scenarios/services`.
//!
//! In reading order:
//!
//! - [`service`] — stages, pools, callers, fronts and deep trees, and their clients;
//! - [`asks`] — asks that wait while their receiver is started again.

#![warn(clippy::float_arithmetic)] // A decision that rests on a float may differ between machines.

pub mod asks;
pub mod service;
