//! Supervisors without the simulator.
//!
//! - `company` — a small protocol of workers under supervisors;
//! - `plays` — one supervisor, one input at a time: states and exact effects;
//! - `stage` — just enough of a stage for trees of supervisors;
//! - `otp` — the rules of OTP written down a second time, as plain functions over a tree;
//! - `agreement` — random trees and failures, on both.

mod agreement;
mod company;
mod otp;
mod plays;
mod stage;
