//! A case: a bug as one small text file that a person can read and commit.
//!
//! - [`file`] — reading and writing, with errors that say what, where and the mend;
//! - [`replay`] — the same run again, and whether it is the same.

pub mod file;
pub mod replay;

pub use file::{Case, CaseError};
pub use replay::{Replay, divergence, replay};
