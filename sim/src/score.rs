//! How soon a planted bug is found, by which strategy: the testbed's own exam.
//!
//! - [`interval`] — medians and their intervals, also where some repetitions found nothing.
//!
//! A repetition runs seeds from a range of its own until something fails. Repetitions share no seed, so their numbers of runs
//! are independent samples.

pub mod interval;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::case::{explain, shrink};
use crate::fault::Profile;
use crate::quiet::quietly;
use crate::registry::{Rehearsal, Variant};
use crate::run::{AnyRunner, Outcome, RunSpec, Verdict};
use crate::search::Strategy;
use crate::wall::Stopwatch;
use interval::Interval;

/// How an exam is held.
#[derive(Clone, Copy, Debug)]
pub struct Exam {
    /// The mixture of faults.
    pub profile: &'static Profile,
    /// How choices are filled in.
    pub strategy: &'static Strategy,
    /// How often the search starts over, each time with other seeds.
    pub repetitions: u32,
    /// After how many runs a repetition gives up.
    pub budget: u64,
    /// How many runs the shrinking of each find may take; 0 shrinks nothing.
    pub shrinking: u32,
}

/// What came out of one repetition.
#[derive(Clone, Debug)]
pub struct Find {
    /// How many runs it took, that of the find included.
    pub runs: u64,
    /// How long they took.
    pub wall: Duration,
    /// The seed that failed.
    pub seed: u64,
    /// The invariant that did not hold; `None` if a limit was reached.
    pub invariant: Option<String>,
    /// What shrinking came to, unless nothing was shrunk.
    pub shrunk: Option<Shrinking>,
}

/// What shrinking one find came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shrinking {
    /// How many deviations the failing run had.
    pub before: usize,
    /// How many remained.
    pub deviations: usize,
    /// How many runs it took.
    pub runs: u32,
    /// How long it took.
    pub wall: Duration,
    /// How many events lead from the deviations to the failure.
    pub slice: usize,
    /// How many more have a part in it but did not fit into the slice.
    pub left_out: usize,
}

/// What came out of an exam.
#[derive(Clone, Debug)]
pub struct Score {
    /// One for each repetition; `None` if it gave up.
    pub finds: Vec<Option<Find>>,
    /// How many runs there were in all, those for shrinking left out.
    pub runs: u64,
    /// How long those runs took.
    pub wall: Duration,
}

impl Score {
    /// How many runs it takes to find the bug.
    pub fn runs_to_find(&self) -> Interval {
        self.interval(|find| Some(find.runs as f64))
    }

    /// How many seconds it takes to find the bug.
    pub fn seconds_to_find(&self) -> Interval {
        self.interval(|find| Some(find.wall.as_secs_f64()))
    }

    /// The median number of deviations in a failing run.
    pub fn deviations_found(&self) -> Option<f64> {
        self.among_shrunk(|shrunk| shrunk.before as f64)
    }

    /// The median number of deviations after shrinking.
    pub fn deviations_shrunk(&self) -> Option<f64> {
        self.among_shrunk(|shrunk| shrunk.deviations as f64)
    }

    /// The median number of events in the causal slice of a shrunk run.
    pub fn slice_events(&self) -> Option<f64> {
        self.among_shrunk(|shrunk| shrunk.slice as f64)
    }

    /// What shrinking came to, for each find that was shrunk.
    pub fn shrunk(&self) -> impl Iterator<Item = &Shrinking> {
        self.finds.iter().flatten().filter_map(|find| find.shrunk.as_ref())
    }

    /// How many repetitions found something.
    pub fn found(&self) -> usize {
        self.finds.iter().flatten().count()
    }

    /// What found first something else than the planted bug is there to bring about.
    pub fn beside<'a>(&'a self, variant: &'a Variant) -> impl Iterator<Item = &'a Find> {
        let own = |find: &Find| find.invariant.as_deref().is_some_and(|found| variant.is_seen_in(found));
        self.finds.iter().flatten().filter(move |find| !own(find))
    }

    fn interval(&self, of: impl Fn(&Find) -> Option<f64>) -> Interval {
        Interval::of_median(self.finds.iter().map(|find| find.as_ref().and_then(&of)).collect())
    }

    /// The median over those repetitions that found something: a run that never failed has no deviations to count.
    fn among_shrunk(&self, of: impl Fn(&Shrinking) -> f64) -> Option<f64> {
        Interval::of_median(self.shrunk().map(|shrunk| Some(of(shrunk))).collect()).median
    }
}

/// Holds an exam. `None` if `stop` ended it before it was over.
pub fn score(rehearsal: &dyn Rehearsal, exam: &Exam, stop: &AtomicBool) -> Option<Score> {
    quietly(|| held(rehearsal, exam, stop))
}

fn held(rehearsal: &dyn Rehearsal, exam: &Exam, stop: &AtomicBool) -> Option<Score> {
    let mut runner = rehearsal.runner();
    // Whatever a runner does only once is not part of the time to find.
    runner.run(&RunSpec::seeded(u64::MAX, exam.profile).by(exam.strategy));
    let mut score = Score { finds: Vec::new(), runs: 0, wall: Duration::ZERO };
    for repetition in 0..exam.repetitions {
        let found = hunt(runner.as_mut(), exam, repetition, stop, &mut score);
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        score.finds.push(found);
    }
    Some(score)
}

/// One repetition.
fn hunt(
    runner: &mut dyn AnyRunner,
    exam: &Exam,
    repetition: u32,
    stop: &AtomicBool,
    score: &mut Score,
) -> Option<Find> {
    let first = u64::from(repetition) << 32;
    let watch = Stopwatch::start();
    let mut runs = 0;
    let mut found = None;
    for seed in first..first.saturating_add(exam.budget) {
        runs += 1;
        let outcome = runner.run(&RunSpec::seeded(seed, exam.profile).by(exam.strategy));
        if outcome.verdict != Verdict::Pass {
            found = Some((seed, outcome));
            break;
        }
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    let wall = watch.elapsed();
    score.runs += runs;
    score.wall += wall;
    let (seed, outcome) = found?;
    let shrunk = shrunk(runner, exam, seed);
    Some(Find { runs, wall, seed, invariant: invariant(&outcome), shrunk })
}

fn invariant(outcome: &Outcome) -> Option<String> {
    match &outcome.verdict {
        Verdict::Violation(violation) => Some(violation.invariant.clone()),
        Verdict::Pass | Verdict::Limit(_) => None,
    }
}

/// Shrinks a failing seed, and looks for the events that lead to the failure of what remains.
fn shrunk(runner: &mut dyn AnyRunner, exam: &Exam, seed: u64) -> Option<Shrinking> {
    if exam.shrinking == 0 {
        return None;
    }
    let spec = RunSpec::seeded(seed, exam.profile).by(exam.strategy);
    let watch = Stopwatch::start();
    let shrunk = shrink(runner, &spec, exam.shrinking)?;
    let wall = watch.elapsed();
    let (slice, left_out) = explain::sliced(runner, &shrunk.spec)?;
    let (before, deviations) = (shrunk.before, shrunk.deviations.len());
    Some(Shrinking { before, deviations, runs: shrunk.runs, wall, slice: slice.len(), left_out })
}
