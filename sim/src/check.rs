//! Checks: monitors over facts, and the ready-made ones.
//!
//! - [`monitor`] — what a monitor is, and what it says when it is not content;
//! - [`properties`] — the invariants and goals of a scenario, each with its name and sentence;
//! - [`checks`] — the monitors of one run, and what they found;
//! - [`subscription`] — which monitors are shown which facts;
//! - [`fused`] — invariants that are judged together;
//! - [`group`] — monitors behind one pointer;
//! - [`kind`] — the kind of a fact;
//! - [`sorted`] — what monitors remember;
//! - [`temporal`] — `fold`, `unique`, `disjoint`, `precedes`, `leads_to`: the usual shapes.

pub mod checks;
pub mod fused;
pub(crate) mod group;
pub(crate) mod kind;
pub mod monitor;
pub mod properties;
pub mod sorted;
pub mod subscription;
pub mod temporal;

pub use checks::Checks;
pub use fused::{Fused, Monitors};
pub use monitor::{Moment, Monitor, Owed, Violation};
pub use properties::{Goal, Invariant, Properties};
pub use sorted::{SortedMap, SortedSet};
pub use subscription::on;
pub use temporal::{Edge, Order, Step, disjoint, fold, leads_to, precedes, unique};
