//! For scripts: one JSON document a command.
//!
//! The keys are promised by `DESIGN.md`, section 7: more may come, none is renamed. Times are integers in nanoseconds,
//! seeds and hashes are hex strings, and `null` stands where nothing applies.
//!
//! - [`run`] — `run` and `replay`;
//! - [`fuzz`] — a campaign;
//! - [`explain`] — what had to go wrong;
//! - [`shrink`] — a case made smaller;
//! - [`compare`] — policies side by side;
//! - [`doctor`] — whether runs are functions of their seeds;
//! - [`explore`] — every run with a few deviations;
//! - [`interleavings`] — all orders of a small system;
//! - [`states`] — every state of a small system;
//! - [`score`] — planted bugs, by strategy;
//! - [`list`] — what there is to run.

mod check;
mod compare;
mod doctor;
mod explain;
mod explore;
mod fuzz;
mod interleavings;
mod list;
mod run;
mod score;
mod shrink;
mod states;

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

pub use check::{CheckDocument, check};
pub use compare::{CompareDocument, compare};
pub use doctor::{DoctorDocument, doctor};
pub use explain::{ExplainDocument, explain};
pub use explore::{ExploreDocument, explore};
pub use fuzz::{FuzzDocument, fuzz};
pub use interleavings::{InterleavingsDocument, interleavings};
pub use list::{ListDocument, list};
pub use run::{ReplayDocument, RunDocument, replay, run};
pub use score::{ScoreDocument, score};
pub use shrink::{ShrinkDocument, shrink};
pub use states::{StatesDocument, states};

/// A goal, and whether it was reached.
#[derive(Debug, Serialize)]
pub struct GoalReached {
    name: String,
    reached: bool,
    /// The lowest seed that reached it.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
}

/// An actor that never returned from a turn.
#[derive(Debug, Serialize)]
pub struct StuckActor {
    actor: String,
    seed: String,
    after_ns: u64,
}

impl From<&rehearsal::campaign::Stuck> for StuckActor {
    fn from(stuck: &rehearsal::campaign::Stuck) -> Self {
        Self { actor: stuck.actor.clone(), seed: seed(stuck.seed), after_ns: nanos(stuck.after) }
    }
}

/// A seed as hex: `0x1f`.
fn seed(seed: u64) -> String {
    format!("{seed:#x}")
}

/// A hash as hex, all of its digits.
fn hash(hash: u64) -> String {
    format!("{hash:#018x}")
}

fn nanos(span: Duration) -> u64 {
    rehearsal::protocol::time::nanos(span)
}

fn path(path: &Path) -> String {
    path.display().to_string()
}
