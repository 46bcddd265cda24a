//! A shrunk case with its story: what `fuzz`, `shrink` and tests write and tell.

use super::explain;
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
    /// How it was found; its runs are those of all candidates.
    pub shrunk: Shrunk,
}

/// So many deviations are few: nobody needs to look for fewer.
const FEW: usize = 2;

/// Shrinks the failure of a run, which is that of a case. `None` if the run does not fail.
///
/// A case that was shrunk before keeps the number of deviations that it had at first.
pub fn smaller(runner: &mut dyn AnyRunner, case: Case, spec: &RunSpec, budget: u32) -> Option<Smaller> {
    smallest(runner, vec![(case, spec.clone())], budget)
}

/// Shrinks several runs that fail in the same way, one after the other until one has few deviations, and gives the smallest. The
/// budget is that of all together. `None` if none of them fails.
pub fn smallest(
    runner: &mut dyn AnyRunner,
    candidates: Vec<(Case, RunSpec)>,
    budget: u32,
) -> Option<Smaller> {
    let mut best: Option<(Case, Shrunk)> = None;
    let mut runs = 0;
    for (case, spec) in candidates {
        let few = best.as_ref().is_some_and(|(_, best)| best.deviations.len() <= FEW);
        if few || runs >= budget {
            break;
        }
        let Some(shrunk) = shrink(runner, &spec, budget - runs) else { continue };
        runs += shrunk.runs;
        if best.as_ref().is_none_or(|(_, best)| shrunk.deviations.len() < best.deviations.len()) {
            best = Some((case, shrunk));
        }
    }
    let (case, mut shrunk) = best?;
    shrunk.runs = runs;
    told(runner, case, shrunk)
}

/// The smaller case, and its story with what each choice changes.
fn told(runner: &mut dyn AnyRunner, case: Case, shrunk: Shrunk) -> Option<Smaller> {
    let outcome = runner.run(&shrunk.spec.clone().recorded());
    let mut story = Story::told(runner, &outcome, &shrunk.spec)?;
    let case = case.shrunk(runner, &shrunk);
    story.before = case.shrunk.as_ref().map(|shrunk| shrunk.before);
    if !story.choices.is_empty() {
        let (needs, _) = explain::needs(runner, &shrunk.spec, &outcome.signature()?);
        let changes = needs.iter().map(|need| need.effect.as_ref());
        for (choice, effect) in story.choices.iter_mut().zip(changes) {
            if let Some(effect) = effect {
                choice.push_str(", so ");
                choice.push_str(&effect.told);
            }
        }
    }
    Some(Smaller { case, story, shrunk })
}
