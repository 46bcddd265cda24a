//! `explore`: every run with at most so many deviations.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rehearsal::campaign::{Failure, watched};
use rehearsal::case::Shrunk;
use rehearsal::choice::Deviation;
use rehearsal::explore::{self, ExploreSpec, Explored, Explosion, Follower, Pruning};
use rehearsal::run::{AnyRunner, Outcome};
use rehearsal::search::random;
use rehearsal::story::Story;
use rehearsal::wall::Stopwatch;
use rehearsal_reports::explore::{ExploreResult, Finding, LeftOut};
use rehearsal_reports::{Subject, json, terminal};

use crate::End;
use crate::args::{Common, Explore, Patience};
use crate::error::{Error, not_over};
use crate::fuzz::end_in_order;
use crate::interleavings::interleavings;
use crate::output::{self, Output};
use crate::run::{Made, made};
use crate::selection::Registry;
use crate::states::states;

/// How many violations get a case and a story.
const TOLD: usize = 10;

pub(crate) fn explore(
    registry: &Registry<'_>,
    common: &Common,
    args: &Explore,
    output: Output,
) -> Result<End, Error> {
    registry.only_world(common, "explore")?;
    let subject = registry.subject(&args.scenario, common)?;
    if args.interleavings {
        return interleavings(registry.tool, subject, common, args, output);
    }
    if args.reach.states {
        return states(registry.tool, subject, common, args, output);
    }
    output::probe(&common.cases())?;
    let stop = Arc::new(AtomicBool::new(false));
    end_in_order(&stop)?;
    output.note(|screen| terminal::explore::before(screen, &subject, args.deviations))?;

    let spec = ExploreSpec {
        profile: subject.profile,
        seed: common.seed.unwrap_or(0),
        deviations: args.deviations,
        budget: args.budget,
        fail_fast: args.fail_fast,
        pruning: if args.no_pruning { Pruning::None } else { Pruning::EqualStates },
    };
    let watch = Stopwatch::start();
    let explored = explored(&subject, spec, args.patience, &stop)?;
    let wall = watch.elapsed();
    let left_out = left_out(&explored, args, &stop);
    let tell = |one: &Explosion| finding(&subject, one, common, args.patience);
    let mut findings = explored.violations.iter().take(TOLD).map(tell).collect::<Result<Vec<_>, _>>()?;
    findings.resize_with(explored.violations.len(), || Finding { story: None, case: None });
    let result = ExploreResult { subject, deviations: args.deviations, explored, left_out, findings, wall };
    output.document(|| json::explore(registry.tool, &result))?;
    output.answer(|screen| terminal::explore::explore(screen, registry.tool, &result))?;
    Ok(End::of(result.explored.violations.is_empty()))
}

fn explored(
    subject: &Subject,
    spec: ExploreSpec,
    patience: Patience,
    stop: &Arc<AtomicBool>,
) -> Result<Explored, Error> {
    let mut progress = Progress { watch: Stopwatch::start(), told: Duration::ZERO, stop: stop.clone() };
    let all = move |runner: &mut dyn AnyRunner| explore::explore(runner, &spec, &mut progress);
    match watched(subject.rehearsal().as_ref(), patience.turn_limit, all) {
        Ok((_, explored)) => Ok(explored),
        Err(unfinished) => Err(not_over(subject, unfinished)),
    }
}

/// Tells now and then how far it is.
struct Progress {
    watch: Stopwatch,
    told: Duration,
    stop: Arc<AtomicBool>,
}

/// The clock is looked at after so many runs.
const BETWEEN_LOOKS: u64 = 1_024;
const BETWEEN_WORDS: Duration = Duration::from_secs(5);

impl Follower for Progress {
    fn visit(&mut self, _: &[Deviation], _: &Outcome, so_far: &Explored) -> bool {
        if so_far.runs.is_multiple_of(BETWEEN_LOOKS) {
            let now = self.watch.elapsed();
            if now.saturating_sub(self.told) >= BETWEEN_WORDS {
                self.told = now;
                output::on_stderr(|screen| terminal::explore::progress(screen, so_far, now.as_secs()));
            }
        }
        !self.stop.load(Ordering::Relaxed)
    }
}

fn left_out(explored: &Explored, args: &Explore, stop: &AtomicBool) -> Option<LeftOut> {
    if explored.complete_up_to == Some(args.deviations) {
        None
    } else if stop.load(Ordering::Relaxed) {
        Some(LeftOut::Interrupted)
    } else if args.fail_fast && !explored.violations.is_empty() {
        Some(LeftOut::FirstViolation)
    } else {
        Some(LeftOut::Budget(args.budget))
    }
}

/// Makes a run that failed once more from the start, tells it and writes its case.
fn finding(
    subject: &Subject,
    one: &Explosion,
    common: &Common,
    patience: Patience,
) -> Result<Finding, Error> {
    let Made::Over(runner, outcome) = made(subject, &one.spec.clone().recorded(), patience)? else {
        return Ok(Finding { story: None, case: None });
    };
    if outcome.trace_hash != one.outcome.trace_hash {
        return Err(Error::Nondeterminism(format!(
            "the same deviations gave two different runs of {}: `{}`, trace hash {:#018x} and then {:#018x}",
            subject.title(),
            one.signature,
            one.outcome.trace_hash,
            outcome.trace_hash
        )));
    }
    let story = Story::told(&*runner, &outcome, &one.spec);
    let Some(failure) = Failure::of(one.spec.seed, &random::STRATEGY, &outcome) else {
        return Ok(Finding { story, case: None });
    };
    let shrunk = Shrunk {
        spec: one.spec.clone(),
        deviations: one.deviations.clone(),
        outcome,
        before: one.deviations.len(),
        runs: 0,
        slips: std::collections::BTreeSet::new(),
        cut_short: false,
    };
    let case = subject.case(&failure);
    let path = case.shrunk(&*runner, &shrunk).write(&common.cases())?;
    Ok(Finding { story, case: Some(path) })
}
