//! What spans packages: the kept cases, the planted bugs, the search, the stages, the pages of the repository.
//!
//! These are one binary, for each more is linked against everything once more. Two are apart: `determinism`, which is run by other builds, too, and
//! `killed_nodes`, whose tests are processes.

mod cases;
mod from_red_to_cause;
mod planted_bugs;
mod pruning;
mod readme;
mod search;
mod stages;
mod survival;
mod tables;
