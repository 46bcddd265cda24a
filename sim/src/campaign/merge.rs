//! The results of all workers together.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::arms::Arms;
use super::failure::{Failure, Shortest, merge_failure};
use super::settled::{Settled, SoFar};
use super::{CampaignSpec, Chunk, Ended, Observer, Progress, Report, Shared, Stuck};
use crate::check::Goal;

/// The results so far. Merging is commutative: neither the order of chunks nor the number of workers matters.
pub(super) struct Merge {
    runs: u64,
    turns: u64,
    failures: BTreeMap<String, Failure>,
    arms: Arms,
    goals: Vec<(Goal, Option<u64>)>,
    pub(super) settled: Settled,
}

impl Merge {
    pub(super) fn new(goals: Vec<Goal>, spec: &CampaignSpec) -> Self {
        let before = spec.so_far.as_deref().cloned().unwrap_or_else(|| SoFar::none(spec.seeds.start));
        let reached = before.goals.iter().copied().chain(std::iter::repeat(None));
        Self {
            runs: before.runs,
            turns: before.turns,
            failures: before.failures.clone(),
            arms: before.arms.clone(),
            goals: goals.into_iter().zip(reached).collect(),
            settled: Settled::from(before),
        }
    }

    pub(super) fn take(
        &mut self,
        chunk: Chunk,
        spec: &CampaignSpec,
        shared: &Shared,
        observer: &mut dyn Observer,
    ) {
        self.settled.take(chunk.clone());
        self.runs += chunk.runs;
        self.turns += chunk.turns;
        self.arms.merge(chunk.arms);
        for ((_, known), seed) in self.goals.iter_mut().zip(chunk.goals) {
            *known = [*known, seed].into_iter().flatten().min();
        }
        for failure in chunk.failures {
            if spec.fail_fast {
                shared.cutoff.fetch_min(failure.seed, Ordering::Relaxed);
            }
            if !self.failures.contains_key(&failure.signature) {
                observer.found(&failure);
            }
            merge_failure(&mut self.failures, failure);
        }
    }

    pub(super) fn progress(&self, wall: Duration) -> Progress {
        Progress {
            runs: self.runs,
            turns: self.turns,
            wall,
            failures: self.failures.len(),
            goals_reached: self.goals.iter().filter(|(_, seed)| seed.is_some()).count(),
            goals: self.goals.len(),
        }
    }

    pub(super) fn report(
        self,
        spec: &CampaignSpec,
        wall: Duration,
        mut ended: Ended,
        stuck: Option<Stuck>,
        internal_error: Option<String>,
    ) -> Report {
        let mut failures: Vec<Failure> = self.failures.into_values().collect();
        failures.sort_by_key(|failure| failure.seed);
        if spec.fail_fast && !failures.is_empty() {
            // Which higher seeds were tried meanwhile depends on the number of workers.
            failures.truncate(1);
            failures[0].count = 1;
            failures[0].shortest =
                vec![Shortest { events: failures[0].outcome.events, seed: failures[0].seed }];
            ended = Ended::FirstFailure;
        }
        let arms = self.arms.report(&failures, ended == Ended::FirstFailure);
        Report {
            arms,
            runs: self.runs,
            turns: self.turns,
            wall,
            failures,
            goals: self.goals,
            stuck,
            ended,
            internal_error,
            goals_required: spec.goals_required,
        }
    }
}
