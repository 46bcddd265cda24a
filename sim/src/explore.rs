//! Every run with at most so many deviations from the dull run, in the order of their number.
//!
//! A run is told by its deviations, and those by the choice points at which they are made, in the order in which they are
//! asked. A deviation is only ever added at a choice point after the last one, so no run comes twice. Runs with one more
//! deviation go on from clones of the world at the point where they part from the dull continuation, and not from the start.
//!
//! **Pruning.** A branch ends where it comes into a state that was seen before, if at least as many more deviations were or will be tried
//! from there. States are compared by their fingerprints of 128 bits. In one is everything that the rest of the run depends on, given the
//! choices that are still to be made (see [`crate::fingerprint`]); every fact so far with its moment, for monitors may remember
//! anything of them; and how many steps there were, for limits are looked at after so many. So what a pruned branch would have come
//! to is what the other comes to, to the word, with no more deviations; only the trace before that state is another. Two different states have the same fingerprint with a probability of about n² / 2^129 for n states: for a
//! billion of them, less than one in 10^20. Goals are not looked for, and are no part of this.
//!
//! What is covered is settled within each number of deviations by itself, in a fixed order: all states along a branch are noted before
//! any run parts from it. A branch from which more runs are to part is looked at after every step. A run that has made its last
//! deviation is looked at once, right after it: this finds deviations that come to the same, and more looks were measured to cost more
//! than the steps that they save.
//!
//! - [`representatives`] — what a choice point offers;
//! - [`seen`] — the states that were seen.

pub mod representatives;
pub mod seen;

use crate::choice::asked::Point;
use crate::choice::{Base, Choices, Deviation, Insists, Overrides, StreamKey, Value, overrides};
use crate::fault::Profile;
use crate::run::{AnyRunner, Branch, Outcome, RunSpec, Verdict};
use representatives::representatives;
use seen::Seen;

/// What is to be explored.
#[derive(Clone, Copy, Debug)]
pub struct ExploreSpec {
    /// The kinds of faults that are offered: all of them are on.
    pub profile: &'static Profile,
    /// The number that stands for a seed where a fault has a rate of its own; no choice is drawn from it.
    pub seed: u64,
    /// At most so many deviations.
    pub deviations: u32,
    /// At most so many runs.
    pub budget: u64,
    /// Stop at the first violation.
    pub fail_fast: bool,
    /// Whether branches end in states that were seen before.
    pub pruning: Pruning,
}

/// Whether branches end in states that were seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pruning {
    /// They do not: to check the other against.
    None,
    /// They do.
    EqualStates,
}

/// So many states are remembered at most, in up to 600 MB; what comes after them is not pruned.
const MOST_STATES: usize = 25_000_000;

/// What was explored.
#[derive(Clone, Debug, Default)]
pub struct Explored {
    /// How many runs were made to their end.
    pub runs: u64,
    /// How many of them there were with each number of deviations.
    pub by_deviations: Vec<u64>,
    /// How many states runs parted from. With pruning, all of them differ.
    pub states: u64,
    /// How many branches ended in a state that was seen before.
    pub pruned: u64,
    /// Up to how many deviations every run was made; `None` if not even the dull run was.
    pub complete_up_to: Option<u32>,
    /// What failed, one entry for each signature; the first has the fewest deviations.
    pub violations: Vec<Explosion>,
}

/// A failure that was explored.
#[derive(Clone, Debug)]
pub struct Explosion {
    /// What failed, with ids and times normalised.
    pub signature: String,
    /// The deviations of the first run that failed so.
    pub deviations: Vec<Deviation>,
    /// The run.
    pub spec: RunSpec,
    /// How it ended.
    pub outcome: Outcome,
    /// How many runs failed so.
    pub count: u64,
}

/// Someone who follows an exploration.
pub trait Follower {
    /// A run is over. `false` ends the exploration.
    fn visit(&mut self, deviations: &[Deviation], outcome: &Outcome, so_far: &Explored) -> bool;

    /// What the run that is over leaves; comes before [`Follower::visit`].
    fn left(&mut self, _: &dyn AnyRunner) {}
}

impl ExploreSpec {
    /// The run with these deviations, from the start.
    pub fn run(&self, deviations: &[Deviation], faulty: bool) -> RunSpec {
        RunSpec {
            base: Base::Benign,
            overrides: Some(overrides(deviations).into()),
            faulty: Some(faulty),
            ..RunSpec::seeded(self.seed, self.profile)
        }
    }
}

/// Makes every run with at most so many deviations.
pub fn explore(runner: &dyn AnyRunner, spec: &ExploreSpec, follower: &mut dyn Follower) -> Explored {
    let mut search = Search {
        spec,
        follower,
        explored: Explored::default(),
        seen: (spec.pruning == Pruning::EqualStates).then(|| Seen::up_to(MOST_STATES)),
        deviations: Vec::new(),
        over: false,
        faulty: false,
    };
    for count in 0..=spec.deviations {
        search.explored.by_deviations.push(0);
        search.explored.states = 0;
        let root = Course { run: runner.branch(), overrides: Overrides::new(), started: false };
        if let Some(seen) = &mut search.seen {
            seen.clear();
        }
        if count == 0 {
            search.judge(root);
        } else {
            search.walk(root, count, 0);
        }
        if search.over {
            break;
        }
        search.explored.complete_up_to = Some(count);
    }
    search.explored
}

struct Search<'a> {
    spec: &'a ExploreSpec,
    follower: &'a mut dyn Follower,
    explored: Explored,
    /// What was seen with the present number of deviations; `None` without pruning.
    seen: Option<Seen>,
    /// Those of the run at hand.
    deviations: Vec<Deviation>,
    /// Whether runs are left out from now on.
    over: bool,
    /// Whether runs have a faulty phase.
    faulty: bool,
}

/// A run between two steps.
struct Course {
    run: Box<dyn Branch>,
    /// The deviations, as the start of a world takes them.
    overrides: Overrides,
    started: bool,
}

impl Course {
    fn fork(&self) -> Self {
        Self { run: self.run.fork(), overrides: self.overrides.clone(), started: self.started }
    }

    fn deviate(&mut self, key: StreamKey, n: u32, value: Value) {
        self.overrides.insert((key, n), value);
        if self.started {
            self.run.choices().override_also(key, n, value);
        }
    }

    /// The start of the world counts as its first step, for episodes are chosen in it. `false` if the run is over.
    fn step(&mut self, spec: &ExploreSpec) -> bool {
        if self.started {
            return self.run.step();
        }
        self.start(spec, Choices::benign().listening());
        true
    }

    fn start(&mut self, spec: &ExploreSpec, choices: Choices) {
        let choices = choices.insisting_on(Insists::All).overriding(self.overrides.clone().into());
        self.run.start(choices, &RunSpec::seeded(spec.seed, spec.profile));
        self.started = true;
    }
}

impl Search<'_> {
    /// Goes along the dull continuation of a course, and at each choice point into every deviation from it. The first `skip`
    /// choice points of its next step come before its last deviation.
    fn walk(&mut self, mut course: Course, remaining: u32, mut skip: usize) {
        for _ in 0..self.steps(&course, remaining) {
            let before = course.fork();
            let goes_on = course.step(self.spec);
            let points = course.run.choices().heard();
            self.explored.states += u64::from(points.len() > skip);
            for (index, point) in points.iter().enumerate().skip(skip) {
                self.deviate(&before, point, index, remaining);
                if self.over {
                    return;
                }
            }
            skip = 0;
            if !goes_on {
                return;
            }
        }
    }

    /// How many steps of a branch are new: until it is over, or in a state that is covered. All states on this way are from now on.
    fn steps(&mut self, course: &Course, remaining: u32) -> u64 {
        let Some(seen) = &mut self.seen else { return u64::MAX };
        let mut ahead = course.fork();
        let mut steps = 1;
        while ahead.step(self.spec) && !seen.covers(ahead.run.fingerprint(), remaining) {
            steps += 1;
        }
        steps
    }

    fn deviate(&mut self, before: &Course, point: &Point, index: usize, remaining: u32) {
        let Point { stream, key, n, offered } = *point;
        for value in representatives(stream, offered) {
            let mut child = before.fork();
            child.deviate(key, n, value);
            self.deviations.push(Deviation { stream, key, n, value });
            if remaining == 1 {
                self.judge(child);
            } else {
                self.walk(child, remaining - 1, index + 1);
            }
            self.deviations.pop();
            if self.over {
                return;
            }
        }
    }

    /// Runs a branch to its end, or to a state that was seen before.
    fn judge(&mut self, mut course: Course) {
        if self.explored.runs + self.explored.pruned >= self.spec.budget {
            self.over = true;
            return;
        }
        let Some(outcome) = self.outcome(&mut course) else {
            self.explored.pruned += 1;
            return;
        };
        self.faulty = course.run.left().plan().faulty;
        self.note(&outcome);
        self.follower.left(course.run.left());
        if !self.follower.visit(&self.deviations, &outcome, &self.explored) {
            self.over = true;
        }
    }

    /// `None` if the course comes into a state that was seen before.
    fn outcome(&mut self, course: &mut Course) -> Option<Outcome> {
        if course.started {
            course.run.choices().stop_listening();
            let first = course.run.steps() + 1;
            let over = course.run.go_on(first);
            if over.is_some() {
                return over;
            }
        } else {
            course.start(self.spec, Choices::benign());
        }
        let seen = &mut self.seen;
        if seen.as_mut().is_some_and(|seen| seen.covers(course.run.fingerprint(), 0)) {
            return None;
        }
        course.run.go_on(u64::MAX)
    }

    fn note(&mut self, outcome: &Outcome) {
        self.explored.runs += 1;
        if let Some(last) = self.explored.by_deviations.last_mut() {
            *last += 1;
        }
        if outcome.verdict == Verdict::Pass {
            return;
        }
        let Some(signature) = outcome.signature() else { return };
        self.over = self.spec.fail_fast;
        let known = self.explored.violations.iter_mut().find(|known| known.signature == signature);
        if let Some(known) = known {
            known.count += 1;
            return;
        }
        self.explored.violations.push(Explosion {
            signature,
            deviations: self.deviations.clone(),
            spec: self.spec.run(&self.deviations, self.faulty),
            outcome: outcome.clone(),
            count: 1,
        });
    }
}

#[cfg(test)]
mod tests;
