//! What all runs of a campaign come to together, in the world or on another stage.

use std::collections::BTreeMap;
use std::time::Duration;

use super::failure::{Failure, Shortest, merge_failure};
use super::{Observer, Progress};
use crate::check::Goal;

/// The sums so far. Adding is commutative: neither the order of runs nor the number of workers matters.
pub(crate) struct Tally {
    pub(crate) runs: u64,
    pub(crate) turns: u64,
    pub(crate) failures: BTreeMap<String, Failure>,
    /// The goals, each with the lowest seed that reached it.
    pub(crate) goals: Vec<(Goal, Option<u64>)>,
}

impl Tally {
    /// A goal was reached by a seed, if it was.
    pub(crate) fn reach(&mut self, goal: usize, seed: Option<u64>) {
        let known = &mut self.goals[goal].1;
        *known = [*known, seed].into_iter().flatten().min();
    }

    /// Adds a failure, and tells of a signature that is new.
    pub(crate) fn fail(&mut self, failure: Failure, observer: &mut dyn Observer) {
        if !self.failures.contains_key(&failure.signature) {
            observer.found(&failure);
        }
        merge_failure(&mut self.failures, failure);
    }

    pub(crate) fn progress(&self, wall: Duration) -> Progress {
        Progress {
            runs: self.runs,
            turns: self.turns,
            wall,
            failures: self.failures.len(),
            goals_reached: self.goals.iter().filter(|(_, seed)| seed.is_some()).count(),
            goals: self.goals.len(),
        }
    }
}

/// The failures in the order of their lowest seeds; with `only_first`, the first alone, as if nothing had run after it: which higher seeds were
/// tried meanwhile depends on the number of workers.
pub(crate) fn sorted(failures: BTreeMap<String, Failure>, only_first: bool) -> Vec<Failure> {
    let mut failures: Vec<Failure> = failures.into_values().collect();
    failures.sort_by_key(|failure| failure.seed);
    if only_first {
        failures.truncate(1);
        for first in &mut failures {
            first.count = 1;
            first.shortest = vec![Shortest { events: first.outcome.events, seed: first.seed }];
        }
    }
    failures
}
