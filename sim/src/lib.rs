//! A deterministic simulation testbed for actor protocols.

pub mod check;
pub mod choice;
pub mod fault;
pub mod registry;
pub mod run;
pub mod scenario;
pub mod trace;
pub mod wall;
pub mod world;

pub use rehearsal_protocol as protocol;
pub use scenario::{Limits, NodeSetup, Scenario, Setup};
