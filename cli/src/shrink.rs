//! `shrink`: a case made smaller.

use rehearsal::campaign::{Unfinished, watched};
use rehearsal::case::{Case, Shrunk, Smaller, divergence, in_a_smaller_scenario, smallest};
use rehearsal::registry::{Rehearsal, Settings};
use rehearsal::run::{AnyRunner, RunSpec};
use rehearsal::wall::Stopwatch;
use rehearsal_reports::result::{ShrinkEnd, Shrinking};
use rehearsal_reports::{ShrinkResult, Subject, json, terminal};

use crate::End;
use crate::args::{Common, Patience, Shrink};
use crate::error::Error;
use crate::output::Output;
use crate::replay::opened;
use crate::run::{Made, made};
use crate::selection::Registry;

pub(crate) fn shrink(
    registry: &Registry<'_>,
    common: &Common,
    args: &Shrink,
    output: Output,
) -> Result<End, Error> {
    let (case, subject) = opened(registry, common, &args.case)?;
    let (seed, signature) = (case.seed, case.expect.signature.clone());
    output.note(|screen| terminal::run::before(screen, &subject, seed))?;

    let watch = Stopwatch::start();
    let end = shrunk(&subject, &case, args)?;
    let wall = watch.elapsed();
    let result = ShrinkResult { case: args.case.clone(), subject, seed, signature, wall, end };
    output.document(|| json::shrink(registry.tool, &result))?;
    output.answer(|screen| terminal::shrink::shrink(screen, registry.tool, &result))?;
    Ok(End::of(matches!(result.end, ShrinkEnd::Shrunk { .. })))
}

/// Shrinks the case if it fails as it says, although its trace may be another than it was, and puts the smaller one into
/// its place: the seed stays in it, so that nothing is lost.
fn shrunk(subject: &Subject, case: &Case, args: &Shrink) -> Result<ShrinkEnd, Error> {
    let spec = case.spec(&args.case)?;
    let outcome = match made(subject, &spec, args.patience)? {
        Made::Over(_, outcome) => outcome,
        Made::Stuck(_) => return Ok(ShrinkEnd::NotReproduced("a turn did not return".to_owned())),
    };
    if outcome.signature().as_ref() != Some(&case.expect.signature) {
        return Ok(ShrinkEnd::NotReproduced(divergence(case, &outcome).unwrap_or_default()));
    }
    let found = made_smaller(subject, vec![(case.clone(), spec)], args.budget, args.patience)?;
    let Some(found) = found else {
        return Ok(ShrinkEnd::NotReproduced("a candidate did not return from a turn".to_owned()));
    };
    let written = found.case.shrunk != case.shrunk || found.case.settings != case.settings;
    if written {
        found.case.write_to(&args.case)?;
    }
    let shrinking = shrinking(&found.case, &found.shrunk);
    Ok(ShrinkEnd::Shrunk { shrinking, story: Box::new(found.story), written })
}

/// Shrinks runs that fail in the same way under the eye of the watchdog. `None` if none of them fails, or if a candidate did
/// not return from a turn.
pub(crate) fn made_smaller(
    subject: &Subject,
    candidates: Vec<(Case, RunSpec)>,
    budget: u32,
    patience: Patience,
) -> Result<Option<Smaller>, Error> {
    let seed = candidates.first().map_or(0, |(case, _)| case.seed);
    let within = |rehearsal: &dyn Rehearsal, candidates, budget| {
        let shrinking = move |runner: &mut dyn AnyRunner| smallest(runner, candidates, budget);
        match watched(rehearsal, patience.turn_limit, shrinking) {
            Ok((_, found)) => Ok(found),
            Err(Unfinished::Stuck(_)) => Ok(None),
            Err(Unfinished::Died(why)) => Err(Error::Tool(format!("shrinking seed {seed:#x}: {why}"))),
        }
    };
    // A part of the runs is for smaller scenarios.
    let (first, whole) = (budget - budget / 5, budget);
    let Some(found) = within(subject.rehearsal().as_ref(), candidates, first)? else { return Ok(None) };
    let in_another = |settings: &Settings, case: Case, spec: RunSpec, budget| {
        let subject = Subject { settings: *settings, ..subject.clone() };
        within(subject.rehearsal().as_ref(), vec![(case, spec)], budget)
    };
    in_a_smaller_scenario(found, subject.settings, whole, in_another).map(Some)
}

/// How a failure was shrunk, for reports.
pub(crate) fn shrinking(case: &Case, shrunk: &Shrunk) -> Shrinking {
    Shrinking {
        settings: case.settings.clone(),
        before: shrunk.before,
        after: shrunk.deviations.len(),
        runs: shrunk.runs,
        slips: shrunk.slips.iter().cloned().collect(),
        cut_short: shrunk.cut_short,
    }
}
