//! A shrunk case with its story: what `fuzz`, `shrink` and tests write and tell.

use super::file::Case;
use super::shrink::{Shrunk, shrink};
use crate::run::{AnyRunner, RunSpec};
use crate::story::Story;

/// A case with as few deviations as could be found.
#[derive(Clone, Debug)]
pub struct Smaller {
    /// The case.
    pub case: Case,
    /// The story of the shrunk run.
    pub story: Story,
    /// How it was found.
    pub shrunk: Shrunk,
}

/// Shrinks the failure of a run, which is that of a case. `None` if the run does not fail.
///
/// A case that was shrunk before keeps the number of deviations that it had at first.
pub fn smaller(runner: &mut dyn AnyRunner, case: Case, spec: &RunSpec, budget: u32) -> Option<Smaller> {
    let shrunk = shrink(runner, spec, budget)?;
    let outcome = runner.run(&shrunk.spec.clone().recorded());
    let mut story = Story::told(runner, &outcome, &shrunk.spec)?;
    let case = case.shrunk(runner, &shrunk);
    story.before = case.shrunk.as_ref().map(|shrunk| shrunk.before);
    Some(Smaller { case, story, shrunk })
}
