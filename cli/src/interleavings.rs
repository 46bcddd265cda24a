//! `explore --interleavings`: all orders of a small system.

use std::collections::BTreeSet;

use rehearsal::Profile;
use rehearsal::campaign::Failure;
use rehearsal::case::{BUDGET, Shrunk};
use rehearsal::choice::Deviation;
use rehearsal::interleave::{Disorder, Reach, Reduction, all_orders};
use rehearsal::run::{RunSpec, Verdict};
use rehearsal::search::random;
use rehearsal::story::Story;
use rehearsal::wall::Stopwatch;
use rehearsal_reports::explore::Finding;
use rehearsal_reports::interleavings::InterleavingsResult;
use rehearsal_reports::{Subject, Tool, json, terminal};

use crate::End;
use crate::args::{Common, Explore, Patience};
use crate::error::Error;
use crate::output::{self, Output};
use crate::run::{Made, made};
use crate::shrink::made_smaller;

/// After how many events a run is cut off if nothing else is said.
const DEPTH: u32 = 60;

pub(crate) fn interleavings(
    tool: &Tool,
    subject: Subject,
    common: &Common,
    args: &Explore,
    output: Output,
) -> Result<End, Error> {
    // Orders are tried with dull choices: nothing goes wrong but that.
    let subject = Subject { profile: &Profile::NONE, ..subject };
    output::probe(&common.cases())?;
    let depth = args.orders.depth.unwrap_or(DEPTH) as usize;
    output.note(|screen| terminal::interleavings::before(screen, &subject, depth))?;
    let reduction = if args.orders.no_reduction { Reduction::None } else { Reduction::Actors };
    let watch = Stopwatch::start();
    let reach = Reach { runs: args.budget, depth };
    let found = all_orders(subject.rehearsal().runner().as_ref(), reduction, reach);
    let wall = watch.elapsed();
    let tell = |(invariant, disorder): (&String, &Disorder)| {
        let order = (&*disorder.deviations, disorder.spec());
        finding(&subject, invariant, order, common, args.patience)
    };
    let findings = found.violations.iter().map(tell).collect::<Result<Vec<_>, _>>()?;
    let result = InterleavingsResult { subject, reach, found, findings, wall };
    output.document(|| json::interleavings(tool, &result))?;
    output.answer(|screen| terminal::interleavings::interleavings(screen, tool, &result))?;
    Ok(End::of(result.found.violations.is_empty()))
}

/// Makes the run of an order that broke an invariant, shrinks it, tells it and writes its case.
pub(crate) fn finding(
    subject: &Subject,
    invariant: &str,
    (deviations, spec): (&[Deviation], RunSpec),
    common: &Common,
    patience: Patience,
) -> Result<Finding, Error> {
    let Made::Over(runner, outcome) = made(subject, &spec.clone().recorded(), patience)? else {
        return Ok(Finding { story: None, case: None });
    };
    match (&outcome.verdict, Failure::of(spec.seed, &random::STRATEGY, &outcome)) {
        (Verdict::Violation(violation), Some(failure)) if violation.invariant == invariant => {
            let story = Story::told(&*runner, &outcome, &spec);
            let deviations = deviations.to_vec();
            let (before, slips) = (deviations.len(), BTreeSet::new());
            let whole =
                Shrunk { spec: spec.clone(), deviations, outcome, before, runs: 0, slips, cut_short: false };
            let case = subject.case(&failure);
            let case = case.shrunk(&*runner, &whole);
            let (case, story) = match made_smaller(subject, vec![(case.clone(), spec)], BUDGET, patience)? {
                Some(smaller) => (smaller.case, Some(smaller.story)),
                None => (case, story),
            };
            Ok(Finding { story, case: Some(case.write(&common.cases())?) })
        }
        _ => Err(Error::Nondeterminism(format!(
            "an order of the events of {} broke {invariant}, and the run in the same order does not",
            subject.title()
        ))),
    }
}
