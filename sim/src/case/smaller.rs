//! A shrunk case with its story: what `fuzz`, `shrink` and tests write and tell.

use std::path::Path;

use super::explain;
use super::file::Case;
use super::shrink::{Shrunk, shrink};
use crate::registry::Settings;
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

/// Makes a shrunk case smaller still: its scenario gets a smaller size, where the failure shows there too with no more deviations.
///
/// `attempt` shrinks a case in the scenario of that size, as [`smallest`] does, within so many runs.
///
/// # Errors
///
/// As `attempt`.
pub fn in_a_smaller_scenario<E>(
    mut found: Smaller,
    mut settings: Settings,
    budget: u32,
    mut attempt: impl FnMut(&Settings, Case, RunSpec, u32) -> Result<Option<Smaller>, E>,
) -> Result<Smaller, E> {
    for setting in 0..settings.smaller().len() {
        let tries = settings.smaller().swap_remove(setting);
        for smaller in tries {
            let left = budget.saturating_sub(found.shrunk.runs);
            let Ok(spec) = found.case.spec(Path::new("")) else { return Ok(found) };
            if left == 0 {
                return Ok(found);
            }
            let attempted = attempt(&smaller, found.case.clone().sized(&smaller), spec, left)?;
            found.shrunk.runs += attempted.as_ref().map_or(1, |attempted| attempted.shrunk.runs);
            let few =
                |attempted: &Smaller| attempted.shrunk.deviations.len() <= found.shrunk.deviations.len();
            // In a smaller scenario the same choices may show another failure.
            let same = |attempted: &Smaller| {
                attempted.shrunk.outcome.signature().as_ref() == Some(&attempted.case.expect.signature)
            };
            if let Some(mut attempted) = attempted.filter(|attempted| few(attempted) && same(attempted)) {
                attempted.shrunk.runs = found.shrunk.runs;
                attempted.shrunk.before = found.shrunk.before;
                attempted.shrunk.slips.append(&mut found.shrunk.slips);
                (found, settings) = (attempted, smaller);
                break;
            }
        }
    }
    Ok(found)
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
