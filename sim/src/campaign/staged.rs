//! Many runs of a scenario on a stage, with one verdict.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::failure::Failure;
use super::tally::{Tally, sorted};
use super::{Ended, Observer, Report};
use crate::fault::Profile;
use crate::registry::Rehearsal;
use crate::search::random;
use crate::stage::{Stage, StageRun, StageSpec};
use crate::wall::Stopwatch;

/// What a campaign on a stage is to be.
pub struct StageCampaign<'a> {
    /// The stage.
    pub stage: &'a dyn Stage,
    /// The scenario's name.
    pub scenario: &'static str,
    /// The scenario.
    pub rehearsal: &'a dyn Rehearsal,
    /// The mixture of faults.
    pub profile: &'static Profile,
    /// The seeds to run.
    pub seeds: Range<u64>,
    /// End after this much wall time.
    pub time: Option<Duration>,
    /// How many runs go on at the same time.
    pub jobs: usize,
    /// End with the first failure.
    pub fail_fast: bool,
}

/// What came out of a campaign on a stage.
pub struct StageReport {
    /// The report, like that of a campaign in the world. Trace hashes are those of the facts.
    pub report: Report,
    /// For each signature, the run of the lowest seed that shows it.
    pub runs: BTreeMap<String, StageRun>,
    /// What the stage cannot do and left out, in words.
    pub left_out: Vec<String>,
}

/// Runs a campaign. Results are merged in the order of seeds: the number of jobs matters to none of them, where the stage is deterministic.
pub fn campaign(spec: &StageCampaign<'_>, stop: &AtomicBool, observer: &mut dyn Observer) -> StageReport {
    let watch = Stopwatch::start();
    let mut merged = Merged::new(spec);
    let next = AtomicU64::new(spec.seeds.start);
    // No seed from here on matters any more.
    let cutoff = AtomicU64::new(spec.seeds.end);
    let out_of_time = || spec.time.is_some_and(|time| watch.elapsed() >= time);
    let (results, received) = channel();
    thread::scope(|scope| {
        for _ in 0..spec.jobs.max(1) {
            let results = results.clone();
            let (next, cutoff) = (&next, &cutoff);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) && !out_of_time() {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= cutoff.load(Ordering::Relaxed) {
                        return;
                    }
                    let run = StageSpec { scenario: spec.scenario, seed, profile: spec.profile };
                    let run = spec.stage.run(spec.rehearsal.staged(), &run);
                    let failed = run.as_ref().map_or(true, |run| run.outcome().signature().is_some());
                    if failed && (spec.fail_fast || run.is_err()) {
                        cutoff.fetch_min(seed, Ordering::Relaxed);
                    }
                    if results.send((seed, run)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(results);
        for (seed, run) in received {
            merged.take(seed, run, observer);
            observer.tick(&merged.tally.progress(watch.elapsed()));
        }
    });
    let interrupted = stop.load(Ordering::Relaxed);
    merged.report(spec, watch.elapsed(), interrupted, next.load(Ordering::Relaxed))
}

struct Merged {
    tally: Tally,
    failed: BTreeMap<String, (u64, StageRun)>,
    left_out: Vec<String>,
    internal_error: Option<(u64, String)>,
}

impl Merged {
    fn new(spec: &StageCampaign<'_>) -> Self {
        Self {
            tally: Tally {
                runs: 0,
                turns: 0,
                failures: BTreeMap::new(),
                goals: spec.rehearsal.goals().into_iter().map(|goal| (goal, None)).collect(),
            },
            failed: BTreeMap::new(),
            left_out: Vec::new(),
            internal_error: None,
        }
    }

    fn take(&mut self, seed: u64, run: Result<StageRun, String>, observer: &mut dyn Observer) {
        let run = match run {
            Ok(run) => run,
            Err(why) => {
                if self.internal_error.as_ref().is_none_or(|(known, _)| seed < *known) {
                    self.internal_error = Some((seed, format!("seed {seed:#x}: {why}")));
                }
                return;
            }
        };
        self.tally.runs += 1;
        self.tally.turns += run.turns;
        for (goal, reached) in run.goals.iter().enumerate() {
            self.tally.reach(goal, reached.then_some(seed));
        }
        for what in &run.left_out {
            if !self.left_out.contains(what) {
                self.left_out.push(what.clone());
            }
        }
        let Some(failure) = Failure::of(seed, &random::STRATEGY, &run.outcome()) else { return };
        let signature = failure.signature.clone();
        if self.failed.get(&signature).is_none_or(|(known, _)| seed < *known) {
            self.failed.insert(signature, (seed, run));
        }
        self.tally.fail(failure, observer);
    }

    fn report(self, spec: &StageCampaign<'_>, wall: Duration, interrupted: bool, next: u64) -> StageReport {
        let Tally { runs, turns, failures, goals } = self.tally;
        let first_failure = spec.fail_fast && !failures.is_empty();
        let failures = sorted(failures, first_failure);
        let ended = match (interrupted, first_failure, next < spec.seeds.end) {
            (true, ..) => Ended::Interrupted,
            (_, true, _) => Ended::FirstFailure,
            (_, _, true) => Ended::Time,
            _ => Ended::Done,
        };
        let report = Report {
            runs,
            turns,
            wall,
            failures,
            arms: Vec::new(),
            goals,
            stuck: None,
            ended,
            internal_error: self.internal_error.map(|(_, why)| why),
            // Without faults some goals cannot be reached, and that is no fault of the scenario.
            goals_required: spec.stage.has_faults(),
        };
        let runs = self.failed.into_iter().map(|(signature, (_, run))| (signature, run)).collect();
        StageReport { report, runs, left_out: self.left_out }
    }
}
