//! A case: a bug as one small text file that a person can read and commit.
//!
//! - [`file`] — reading and writing, with errors that say what, where and the mend;
//! - [`replay`] — the same run again, and whether it is the same;
//! - [`words`] — choices and what they mean, in words;
//! - [`shrink`](mod@shrink) — the smallest set of deviations that still shows the same failure;
//! - [`smaller`](mod@smaller) — a shrunk case with its story.

pub mod file;
pub mod replay;
pub mod shrink;
pub mod smaller;
pub mod words;

pub use file::{Case, CaseError};
pub use replay::{Replay, divergence, replay};
pub use shrink::{BUDGET, Shrunk, shrink};
pub use smaller::{Smaller, smaller};
