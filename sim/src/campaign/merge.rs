//! The results of all workers together.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::arms::Arms;
use super::settled::{Settled, SoFar};
use super::tally::{Tally, sorted};
use super::{CampaignSpec, Chunk, Ended, Observer, Progress, Report, Shared, Stuck};
use crate::check::Goal;

/// The results so far. Merging is commutative: neither the order of chunks nor the number of workers matters.
pub(super) struct Merge {
    tally: Tally,
    arms: Arms,
    pub(super) settled: Settled,
}

impl Merge {
    pub(super) fn new(goals: Vec<Goal>, spec: &CampaignSpec) -> Self {
        let before = spec.so_far.as_deref().cloned().unwrap_or_else(|| SoFar::none(spec.seeds.start));
        let reached = before.goals.iter().copied().chain(std::iter::repeat(None));
        Self {
            tally: Tally {
                runs: before.runs,
                turns: before.turns,
                failures: before.failures.clone(),
                goals: goals.into_iter().zip(reached).collect(),
            },
            arms: before.arms.clone(),
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
        self.tally.runs += chunk.runs;
        self.tally.turns += chunk.turns;
        self.arms.merge(chunk.arms);
        for (goal, seed) in chunk.goals.into_iter().enumerate() {
            self.tally.reach(goal, seed);
        }
        for failure in chunk.failures {
            if spec.fail_fast {
                shared.cutoff.fetch_min(failure.seed, Ordering::Relaxed);
            }
            self.tally.fail(failure, observer);
        }
    }

    pub(super) fn progress(&self, wall: Duration) -> Progress {
        self.tally.progress(wall)
    }

    pub(super) fn report(
        self,
        spec: &CampaignSpec,
        wall: Duration,
        mut ended: Ended,
        stuck: Option<Stuck>,
        internal_error: Option<String>,
    ) -> Report {
        let Tally { runs, turns, failures, goals } = self.tally;
        let first_failure = spec.fail_fast && !failures.is_empty();
        let failures = sorted(failures, first_failure);
        if first_failure {
            ended = Ended::FirstFailure;
        }
        let arms = self.arms.report(&failures, ended == Ended::FirstFailure);
        Report {
            arms,
            runs,
            turns,
            wall,
            failures,
            goals,
            stuck,
            ended,
            internal_error,
            goals_required: spec.goals_required,
        }
    }
}
