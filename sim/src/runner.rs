//! Makes one run after another of one scenario: a world and its monitors from start to verdict.
//!
//! - `draws` — where the choices of a run come from;
//! - `limits` — when a run ends though it is not done;
//! - `branch` — a run that is led step by step.

mod branch;
mod draws;
mod limits;

use std::mem;
use std::sync::Arc;

use rehearsal_protocol::Protocol;

use crate::check::{Checks, Moment, Properties};
use crate::choice::asked::Point;
use crate::choice::{Choices, Deviation, Insists};
use crate::erased::System;
use crate::fault::Plan;
use crate::run::{Afresh, AnyRunner, Branch, Outcome, RunSpec, Verdict};
use crate::scenario::Scenario;
use crate::topology::Topology;
use crate::trace::{LogLine, Recorder};
use crate::tree::Tree;
use crate::wall::Stopwatch;
use crate::world::blueprint::Blueprint;
use crate::world::{Pulse, Start, World};
use draws::{Draws, Maker};
use limits::SoFar;

/// Runs one scenario again and again, keeping memory but no state between runs.
pub struct Runner<P: Protocol> {
    world: World<P>,
    checks: Checks<P::Fact>,
    draws: Draws,
    /// How many steps the run has had, whoever made them: limits are looked at by this count, in a fork as in its origin.
    steps: u64,
}

impl<P: Protocol> Runner<P> {
    /// Sets a scenario up.
    pub fn new(scenario: &impl Scenario<Protocol = P>) -> Self {
        let mut properties = Properties::default();
        scenario.properties(&mut properties);
        let world = World::new(Arc::new(Blueprint::of(scenario)));
        Self { world, checks: properties.checks(), draws: Draws::default(), steps: 0 }
    }

    /// The world as the last run left it.
    pub fn world(&self) -> &World<P> {
        &self.world
    }

    /// The facts of the last run, if they are kept.
    pub fn collected(&self) -> &[(Moment, P::Fact)] {
        self.checks.collected()
    }

    #[cfg(test)]
    pub(crate) fn sabotage(&mut self, sabotage: Option<crate::world::rules::Sabotage>) {
        self.world.break_by(sabotage);
    }

    fn start(&mut self, spec: &RunSpec) {
        let choices = self.choices(spec);
        self.start_with(choices, spec);
    }

    fn choices(&mut self, spec: &RunSpec) -> Choices {
        let mut draws = mem::take(&mut self.draws);
        let choices = draws.choices(self, spec);
        self.draws = draws;
        choices
    }

    fn outcome(&self, verdict: Verdict) -> Outcome {
        Outcome {
            verdict,
            turns: self.world.tally().turns,
            events: self.world.recorder().count(),
            virtual_time: self.world.now(),
            trace_hash: self.world.recorder().hash(),
            goals: self.checks.reached().to_vec(),
        }
    }

    pub(crate) fn start_with(&mut self, choices: Choices, spec: &RunSpec) {
        self.steps = 0;
        self.checks.reset();
        let script = spec.script.as_deref().unwrap_or_default();
        self.world.start(Start {
            seed: spec.seed,
            profile: spec.profile,
            choices,
            script,
            faulty: spec.faulty,
            recording: spec.recording,
            orders: spec.orders,
        });
    }

    /// Steps as [`Runner::drive`] does; from a point on afresh, if that is asked for.
    fn drive_by(&mut self, spec: &RunSpec, until: u64) -> Verdict {
        let Some(Afresh { after, seed }) = spec.afresh.filter(|afresh| afresh.after < until) else {
            return self.drive(until);
        };
        if after > 0 {
            let verdict = self.drive(after);
            if verdict != Verdict::Pass || self.world.recorder().count() < after {
                return verdict;
            }
        }
        self.world.go_on_afresh(spec.profile, seed);
        self.drive(until)
    }

    /// Steps until something is wrong, nothing is left, a limit is reached, or there were so many events.
    fn drive(&mut self, until: u64) -> Verdict {
        self.drive_on(&Stopwatch::start(), until).unwrap_or(Verdict::Pass)
    }

    /// The same for a run that has gone on since the watch was started; `None` if there were so many events first.
    fn drive_on(&mut self, watch: &Stopwatch, until: u64) -> Option<Verdict> {
        loop {
            let verdict = self.advance(watch);
            if verdict.is_some() {
                return verdict;
            }
            if self.world.recorder().count() >= until {
                return None;
            }
        }
    }

    /// One step; the verdict, if the run is over.
    #[inline]
    fn advance(&mut self, watch: &Stopwatch) -> Option<Verdict> {
        if !self.world.step(&mut self.checks) {
            return Some(self.close(true));
        }
        if self.checks.violation().is_some() || self.world.is_broken() {
            return Some(self.found());
        }
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS_BETWEEN_LIMITS) { self.over(watch) } else { None }
    }

    /// Whether the run is over before it is quiet.
    #[cold]
    #[inline(never)]
    fn over(&mut self, watch: &Stopwatch) -> Option<Verdict> {
        let (so_far, topology) = (self.so_far(), &self.world.blueprint().topology);
        if so_far.is_beyond_horizon(topology) {
            return Some(self.close(false));
        }
        let limit = so_far.limit_by(topology, watch)?;
        let verdict = self.close(false);
        Some(if verdict == Verdict::Pass { Verdict::Limit(limit) } else { verdict })
    }

    fn so_far(&self) -> SoFar {
        SoFar {
            now: self.world.now(),
            healed: self.world.healed(),
            events: self.world.recorder().count(),
            pending: self.world.pending(),
        }
    }

    /// The end of a run: judges what is owed and counts every message.
    fn close(&mut self, quiet: bool) -> Verdict {
        let (now, count) = (self.world.now(), self.world.recorder().count());
        self.world.settle();
        if let Some(healed) = self.world.healed() {
            self.checks.settle(now, count.saturating_sub(1), healed, quiet);
        }
        self.found()
    }

    fn found(&self) -> Verdict {
        let violation = self.checks.violation().cloned().or_else(|| self.world.violation());
        violation.map_or(Verdict::Pass, Verdict::Violation)
    }
}

/// Limits are looked at every so many steps: often enough to bite, seldom enough to cost nothing.
const STEPS_BETWEEN_LIMITS: u64 = 256;

impl<P: Protocol> Maker for Runner<P> {
    fn make(&mut self, choices: Choices, spec: &RunSpec) -> &mut Choices {
        self.start_with(choices, spec);
        self.drive(u64::MAX);
        self.world.choices_mut()
    }
}

impl<P: Protocol> AnyRunner for Runner<P> {
    fn run(&mut self, spec: &RunSpec) -> Outcome {
        self.start(spec);
        if spec.until.is_none() && spec.afresh.is_none() {
            self.world.may_put_off();
        }
        let until = spec.until.unwrap_or(u64::MAX);
        let lines = spec.recording.has_payloads().then(|| self.world.log().collect());
        let verdict = self.drive_by(spec, until);
        drop(lines);
        self.world.pulse().rest();
        self.draws.learn(spec, self.world.choices_mut());
        self.outcome(verdict)
    }

    fn run_in_parts(
        &mut self,
        spec: &RunSpec,
        every: usize,
        part: &mut dyn FnMut(&dyn AnyRunner),
    ) -> Outcome {
        self.start(spec);
        let watch = Stopwatch::start();
        let lines = self.world.log().collect();
        let verdict = loop {
            let until = self.world.recorder().count() + every as u64;
            let verdict = self.drive_on(&watch, until);
            part(self);
            self.world.forget_trace();
            if let Some(verdict) = verdict {
                break verdict;
            }
        };
        drop(lines);
        self.outcome(verdict)
    }

    fn points(&mut self, spec: &RunSpec) -> Vec<Point> {
        let choices = self.choices(spec).insisting_on(Insists::All).listening();
        self.start_with(choices, spec);
        self.drive_by(spec, spec.until.unwrap_or(u64::MAX));
        self.world.choices_mut().heard()
    }

    fn audit(&mut self, wanted: bool) {
        self.checks.audit(wanted);
    }

    fn overlooked(&self) -> Option<String> {
        self.checks.overlooked().map(str::to_owned)
    }

    fn branch(&self) -> Box<dyn Branch> {
        Box::new(self.without_goals())
    }

    fn erased(&self) -> System {
        System::of(self.world.blueprint(), &self.checks)
    }

    fn skip_goals(&mut self, known: &[bool]) {
        self.checks.skip_goals(known);
    }

    fn collect_facts(&mut self) {
        self.checks.collect();
    }

    fn facts(&self) -> Vec<(Moment, String)> {
        let json = |fact| Tree::of(fact).json().expect("JSON can say every fact");
        self.checks.collected().iter().map(|(moment, fact)| (*moment, json(fact))).collect()
    }

    fn recorder(&self) -> &Recorder {
        self.world.recorder()
    }

    fn deviations(&self) -> &[Deviation] {
        self.world.choices().deviations()
    }

    fn topology(&self) -> &Topology {
        &self.world.blueprint().topology
    }

    fn path(&self, slot: u32) -> &str {
        self.world.path(slot)
    }

    fn node_of(&self, slot: u32) -> u32 {
        self.world.node_of_path(slot)
    }

    fn paths(&self) -> u32 {
        self.world.paths()
    }

    fn log(&self) -> Vec<LogLine> {
        self.world.log().lines()
    }

    fn plan(&self) -> &Plan {
        self.world.plan()
    }

    fn inspect(&self, path: &str) -> Option<String> {
        let slot = (0..self.paths()).find(|slot| self.path(*slot) == path)?;
        self.world.inspect(slot)
    }

    fn pulse(&self) -> Arc<Pulse> {
        self.world.pulse()
    }
}
