//! A case: a bug as one small text file that a person can read and commit.
//!
//! - [`file`](mod@file) — reading and writing;
//! - [`error`] — why that fails, with the mend;
//! - [`replay`](mod@replay) — the same run again, and whether it is the same;
//! - [`checkpoints`] — from which point on a run is another one;
//! - [`folder`] — a folder of cases, replayed by a plain test;
//! - [`explain`](mod@explain) — what had to go wrong;
//! - [`shrink`](mod@shrink) — the smallest set of deviations that still shows the same failure;
//! - [`smaller`](mod@smaller) — a shrunk case with its story.

pub mod checkpoints;
pub mod error;
pub mod explain;
pub mod file;
pub mod folder;
pub mod replay;
pub mod shrink;
pub mod smaller;

pub use error::CaseError;
pub use explain::{Explanation, explain};
pub use file::Case;
pub use replay::{Replay, divergence, replay, tolerant};
pub use shrink::{BUDGET, Shrunk, shrink};
pub use smaller::{Smaller, in_a_smaller_scenario, smaller, smallest};
