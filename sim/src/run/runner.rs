//! Makes one run after another of one scenario: a world and its monitors from start to verdict.

use std::hash::Hasher as _;
use std::sync::Arc;
use std::time::Duration;

use rehearsal_protocol::Protocol;

use super::{Afresh, Limit, Outcome, RunSpec, Verdict};
use crate::check::{Checks, Moment, Properties};
use crate::choice::asked::{Counted, Point};
use crate::choice::{Base, Choices, Deviation, Insists};
use crate::fault::{Plan, Profile};
use crate::scenario::Scenario;
use crate::search::coverage::{Block, Lineage, Mixed};
use crate::search::delay_bounded::DelayBounded;
use crate::search::explore::{self, ExploreSpec, Explored, Follower};
use crate::search::{Strategy, Way};
use crate::states::{self, Reached, Refused, StatesSpec, Watcher};
use crate::trace::{LogLine, Recorder};
use crate::wall::Stopwatch;
use crate::world::blueprint::{Blueprint, Topology};
use crate::world::fingerprint::{Fingerprint, Fingerprinter};
use crate::world::{Pulse, Start, World};

/// Runs one scenario again and again, keeping memory but no state between runs.
pub struct Runner<P: Protocol> {
    world: World<P>,
    checks: Checks<P::Fact>,
    /// How large dull runs are, by profile and strategy.
    sizes: Vec<(&'static str, &'static str, Counted)>,
    /// What the runs of a block of seeds have seen, if a strategy goes by that.
    block: Option<Block>,
    /// How many steps the run has had, whoever made them: limits are looked at by this count, in a fork as in its origin.
    steps: u64,
}

/// A [`Runner`] of any protocol.
pub trait AnyRunner: Send {
    /// One run, from start to verdict.
    fn run(&mut self, spec: &RunSpec) -> Outcome;

    /// Makes a run from start to verdict that is told in parts: after every so many events and at its end, `part` sees the events since the
    /// last one, which are then forgotten. So a run of any length takes no more memory than a part.
    fn run_in_parts(&mut self, spec: &RunSpec, every: usize, part: &mut dyn FnMut(&dyn AnyRunner))
    -> Outcome;

    /// Makes a run and lists its choice points in the order in which they are asked, with what the profile offers at them.
    fn points(&mut self, spec: &RunSpec) -> Vec<Point>;

    /// Does not look for these goals any more, in later runs: they count as not reached there.
    fn skip_goals(&mut self, known: &[bool]);

    /// Whether it is looked, in later runs, if monitors are shown all facts that they mind; see [`on`](crate::check::on).
    fn audit(&mut self, wanted: bool);

    /// A monitor that was not shown what it minds in the last run, in words, if that was looked for.
    fn overlooked(&self) -> Option<String>;

    /// Makes every run with at most so many deviations.
    fn explore(&mut self, spec: &ExploreSpec, follower: &mut dyn Follower) -> Explored;

    /// Searches all states that the system can be in.
    ///
    /// # Errors
    ///
    /// If an actor does what cannot be searched.
    fn states(&mut self, spec: StatesSpec, watcher: &mut dyn Watcher) -> Result<Reached, Refused>;

    /// The trace of the last run.
    fn recorder(&self) -> &Recorder;

    /// The deviations of the last run, if they were recorded.
    fn deviations(&self) -> &[Deviation];

    /// Who is where.
    fn topology(&self) -> &Topology;

    /// The path of the actor in a slot, in the last run.
    fn path(&self, slot: u32) -> &str;

    /// The number of the node of the actor in a slot, in the last run.
    fn node_of(&self, slot: u32) -> u32;

    /// How many paths there were in the last run.
    fn paths(&self) -> u32;

    /// What actors wrote to `tracing` in the last run that was recorded with payloads.
    fn log(&self) -> Vec<LogLine>;

    /// What was planned to go wrong in the last run.
    fn plan(&self) -> &Plan;

    /// The state of an actor at the end of the last run, by its path.
    fn inspect(&self, path: &str) -> Option<String>;

    /// What this runner is doing, for a watchdog on another thread.
    fn pulse(&self) -> Arc<Pulse>;
}

impl<P: Protocol> Runner<P> {
    /// Sets a scenario up.
    pub fn new(scenario: &impl Scenario<Protocol = P>) -> Self {
        let mut properties = Properties::default();
        scenario.properties(&mut properties);
        let world = World::new(Arc::new(Blueprint::of(scenario)));
        Self { world, checks: properties.checks(), sizes: Vec::new(), block: None, steps: 0 }
    }

    /// The world as the last run left it.
    pub fn world(&self) -> &World<P> {
        &self.world
    }

    /// Keeps every fact of the next runs.
    pub fn collect_facts(&mut self) {
        self.checks.collect();
    }

    /// The facts of the last run, if they are kept.
    pub fn collected(&self) -> &[(Moment, P::Fact)] {
        self.checks.collected()
    }

    /// The monitors as at the start of a run.
    pub(crate) fn fresh_checks(&self) -> Checks<P::Fact> {
        let mut checks = self.checks.clone();
        checks.reset();
        checks
    }

    #[cfg(test)]
    pub(crate) fn sabotage(&mut self, sabotage: Option<crate::world::rules::Sabotage>) {
        self.world.sabotage = sabotage;
    }

    fn start(&mut self, spec: &RunSpec) {
        let choices = self.choices(spec);
        self.start_with(choices, spec);
    }

    fn choices(&mut self, spec: &RunSpec) -> Choices {
        let mut choices = match spec.base {
            Base::Benign => Choices::benign(),
            Base::Seeded => self.searching(spec),
        };
        if let Some(overrides) = &spec.overrides {
            choices = choices.overriding(overrides.clone());
        }
        if spec.record_choices {
            choices = choices.recording();
        }
        choices
    }

    /// A copy that goes its own way, under the eye of the same watchdog.
    pub(crate) fn fork(&self) -> Self {
        Self {
            world: self.world.fork(),
            checks: self.checks.clone(),
            sizes: Vec::new(),
            block: None,
            steps: self.steps,
        }
    }

    /// Looks for no goals any more.
    pub(crate) fn skip_all_goals(&mut self) {
        let goals = self.checks.reached().len();
        self.checks.skip_goals(&vec![true; goals]);
    }

    /// Everything that the rest of the run and its verdict depend on, given the choices that are still to be made: the world, what the
    /// monitors remember, and how many steps there were, for limits are looked at after so many.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut to = Fingerprinter::default();
        self.world.feed(&mut to);
        #[cfg(test)]
        let overlooked = self.world.sabotage == Some(crate::world::rules::Sabotage::OverlookFacts);
        #[cfg(not(test))]
        let overlooked = false;
        if !overlooked {
            self.checks.feed(&mut to);
        }
        to.write_u64(self.steps);
        to.fingerprint()
    }

    /// How many steps the run has had.
    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    pub(crate) fn choices_mut(&mut self) -> &mut Choices {
        self.world.choices_mut()
    }

    /// Lets the next thing happen, and judges nothing. `false` if the run is over.
    pub(crate) fn step_dull(&mut self) -> bool {
        if !self.world.step(&mut self.checks) || self.checks.violation().is_some() || self.world.is_broken() {
            return false;
        }
        self.steps += 1;
        !self.steps.is_multiple_of(STEPS_BETWEEN_LIMITS)
            || !(self.is_beyond_horizon() || self.limit().is_some())
    }

    /// Runs on to the verdict; `None` if it is given up before, which is asked after every step.
    pub(crate) fn finish_unless(&mut self, given_up: impl FnMut(&Self) -> bool) -> Option<Outcome> {
        let verdict = self.drive_unless(given_up)?;
        Some(self.outcome(verdict))
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

    /// The choices of a strategy.
    fn searching(&mut self, spec: &RunSpec) -> Choices {
        let strategy = spec.strategy.arm(spec.seed);
        let choices = Choices::seeded(spec.seed).insisting_on(strategy.insists_on);
        match strategy.way {
            Way::Plain | Way::Arms(_) => choices,
            Way::Blocks => choices.directed(Box::new(Mixed::new(&self.lineage(spec)))),
            Way::Source(source) => choices.directed(source(spec.seed)),
            Way::Measured(source) => choices.directed(source(spec.seed, self.size(strategy, spec.profile))),
        }
    }

    /// Whose draws the run of a seed has. The earlier runs of its block are made if they were not, so it does not depend on what ran
    /// before.
    fn lineage(&mut self, spec: &RunSpec) -> Lineage {
        let known = self.block.take().filter(|block| block.has(spec.seed, spec.profile.name));
        let mut block = known.unwrap_or_else(|| Block::of(spec.seed, spec.profile.name));
        while block.next() < spec.seed {
            let lineage = block.lineage(block.next());
            let choices = Choices::seeded(block.next()).directed(Box::new(Mixed::new(&lineage)));
            self.start_with(choices, &RunSpec::seeded(block.next(), spec.profile));
            self.drive(u64::MAX);
            block.take(lineage, self.world.saw());
        }
        let lineage = block.lineage(spec.seed);
        self.block = Some(block);
        lineage
    }

    /// Keeps what a run saw for the later ones of its block, so that it need not be made again.
    fn learn(&mut self, spec: &RunSpec) {
        let whole = spec.base == Base::Seeded
            && spec.overrides.is_none()
            && spec.script.is_none()
            && spec.faulty.is_none()
            && spec.until.is_none()
            && spec.afresh.is_none();
        let Some(block) = self.block.as_mut().filter(|block| whole && block.next() == spec.seed) else {
            return;
        };
        if matches!(spec.strategy.arm(spec.seed).way, Way::Blocks) && block.has(spec.seed, spec.profile.name)
        {
            block.take(block.lineage(spec.seed), self.world.saw());
        }
    }

    /// How many choices the largest of a few dull runs of fixed seeds has; so it does not depend on what ran before.
    fn size(&mut self, strategy: &'static Strategy, profile: &'static Profile) -> Counted {
        let known = self.sizes.iter().find(|(of, by, _)| *of == profile.name && *by == strategy.name);
        if let Some((_, _, size)) = known {
            return *size;
        }
        let mut size = Counted::default();
        for seed in 0..DULL_RUNS {
            let choices = Choices::seeded(seed).insisting_on(strategy.insists_on);
            let choices = choices.directed(Box::new(DelayBounded::dull()));
            self.start_with(choices, &RunSpec::seeded(seed, profile));
            self.drive(u64::MAX);
            size = size.max(self.world.choices().counted());
        }
        self.sizes.push((profile.name, strategy.name, size));
        size
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
        self.drive_unless(|runner| runner.world.recorder().count() >= until).unwrap_or(Verdict::Pass)
    }

    /// Steps until something is wrong, nothing is left, or a limit is reached; `None` if it is given up before.
    #[inline]
    fn drive_unless(&mut self, given_up: impl FnMut(&Self) -> bool) -> Option<Verdict> {
        self.drive_on(&Stopwatch::start(), given_up)
    }

    /// The same for a run that has gone on since the watch was started.
    #[inline]
    fn drive_on(&mut self, watch: &Stopwatch, mut given_up: impl FnMut(&Self) -> bool) -> Option<Verdict> {
        loop {
            if !self.world.step(&mut self.checks) {
                return Some(self.close(true));
            }
            if self.checks.violation().is_some() || self.world.is_broken() {
                return Some(self.found());
            }
            self.steps += 1;
            if given_up(self) {
                return None;
            }
            if self.steps.is_multiple_of(STEPS_BETWEEN_LIMITS)
                && let Some(verdict) = self.over(watch)
            {
                return Some(verdict);
            }
        }
    }

    /// Whether the run is over before it is quiet.
    #[cold]
    fn over(&mut self, watch: &Stopwatch) -> Option<Verdict> {
        if self.is_beyond_horizon() {
            return Some(self.close(false));
        }
        let wall_time = self.world.blueprint().topology.limits.wall_time;
        let too_long = || {
            let limit = Limit::WallTime(rehearsal_protocol::time::nanos(wall_time));
            (watch.elapsed() >= wall_time).then_some(limit)
        };
        let limit = self.limit().or_else(too_long)?;
        let verdict = self.close(false);
        Some(if verdict == Verdict::Pass { Verdict::Limit(limit) } else { verdict })
    }

    fn since_healed(&self) -> Option<Duration> {
        self.world.healed().map(|healed| self.world.now().since(healed))
    }

    /// Whether a run that is never quiet ends here in good order.
    fn is_beyond_horizon(&self) -> bool {
        let horizon = self.world.blueprint().topology.horizon;
        let past = |(horizon, since)| rehearsal_protocol::time::nanos(since) >= horizon;
        horizon.zip(self.since_healed()).is_some_and(past)
    }

    /// The limit that is reached, but for that of wall time.
    fn limit(&self) -> Option<Limit> {
        let limits = self.world.blueprint().topology.limits;
        if self.world.recorder().count() >= limits.events {
            Some(Limit::Events(limits.events))
        } else if self.since_healed().is_some_and(|since| since >= limits.virtual_time) {
            Some(Limit::VirtualTime(rehearsal_protocol::time::nanos(limits.virtual_time)))
        } else if self.world.pending() as u64 >= u64::from(limits.pending) {
            Some(Limit::Pending(u64::from(limits.pending)))
        } else {
            None
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

/// Enough to see how long runs of a scenario are.
const DULL_RUNS: u64 = 4;

/// Limits are looked at every so many steps: often enough to bite, seldom enough to cost nothing.
const STEPS_BETWEEN_LIMITS: u64 = 256;

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
        self.learn(spec);
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
            let verdict = self.drive_on(&watch, |runner| runner.world.recorder().events().len() >= every);
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

    fn explore(&mut self, spec: &ExploreSpec, follower: &mut dyn Follower) -> Explored {
        explore::explore(self, spec, follower)
    }

    fn skip_goals(&mut self, known: &[bool]) {
        self.checks.skip_goals(known);
    }

    fn states(&mut self, spec: StatesSpec, watcher: &mut dyn Watcher) -> Result<Reached, Refused> {
        states::reached(self, spec, watcher)
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
