//! A deterministic simulation testbed for actor protocols.

pub mod check;
pub mod scenario;

pub use rehearsal_protocol as protocol;
pub use scenario::{Limits, NodeSetup, Scenario, Setup};
