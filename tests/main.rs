//! What spans families: the list of them, the stages, exhaustive search, the pages of the repository.
//!
//! These are one binary, for each more is linked against everything once more. Apart is `determinism`, which is run by other builds, too. What concerns
//! one family stands with it, in `scenarios/<family>/tests/plays`.

mod bugs_of_others;
mod pruning;
mod readme;
mod registry;
mod stages;
