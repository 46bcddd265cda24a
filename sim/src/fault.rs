//! Faults: what can go wrong, how often, and for how long.
//!
//! - [`profile`] — the named mixtures of kinds;
//! - [`plan`] — what goes wrong in one run: weather for messages, timers and syncs, and episodes;
//! - [`cut`] — which links a partition cuts.
//!
//! One file per kind: [`crash`], [`pause`], [`slow`], [`kill`], [`partition`], [`clog`], [`loss`], [`duplication`],
//! [`delay`], [`lateness`], [`clock`], [`disk`]. A new kind is its file and one line in [`KINDS`].

pub mod clock;
pub mod clog;
pub mod crash;
pub mod cut;
pub mod delay;
pub mod disk;
pub mod duplication;
pub mod kill;
pub mod lateness;
pub mod loss;
pub mod partition;
pub mod pause;
pub mod plan;
pub mod profile;
pub mod slow;

pub use plan::{Episode, Harm, Plan, Planner};
pub use profile::{PROFILES, Profile};

use crate::choice::generator::{self, Key};

/// A kind of fault.
pub struct Kind {
    /// Its name in profiles, streams and reports.
    pub name: &'static str,
    /// What it does, in words.
    pub sentence: &'static str,
    /// Adds it to the plan of a run. `on` says whether this run's swarm has it; overridden episodes come in any case.
    pub plan: fn(&mut Planner<'_>, on: bool),
    /// Its name as a part of the keys of choices.
    pub(crate) key: Key,
}

impl Kind {
    /// A kind of that name, with what it does in words and the function that adds it to a plan.
    pub const fn new(
        name: &'static str,
        sentence: &'static str,
        plan: fn(&mut Planner<'_>, on: bool),
    ) -> Self {
        Self { name, sentence, plan, key: generator::name(name) }
    }
}

/// Every kind of fault there is.
pub static KINDS: &[&Kind] = &[
    &crash::KIND,
    &pause::KIND,
    &slow::KIND,
    &kill::KIND,
    &partition::KIND,
    &clog::KIND,
    &loss::KIND,
    &duplication::KIND,
    &delay::KIND,
    &lateness::KIND,
    &clock::KIND,
    &disk::KIND,
];

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name).copied()
}
