//! A runner of any protocol, and a run of it that is led step by step: the seam behind which everything is compiled once.

use std::sync::Arc;

use super::{Outcome, RunSpec};
use crate::check::Moment;
use crate::choice::asked::Point;
use crate::choice::{Choices, Deviation};
use crate::erased::System;
use crate::fault::Plan;
use crate::fingerprint::Fingerprint;
use crate::topology::Topology;
use crate::trace::{LogLine, Recorder};
use crate::world::Pulse;

/// Makes one run after another of a scenario of any protocol; [`Runner`](crate::runner::Runner) does.
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

    /// A run of its own that is not started: for those who lead runs step by step.
    fn branch(&self) -> Box<dyn Branch>;

    /// The same system without its types: for those who look at many states of it.
    fn erased(&self) -> System;

    /// Keeps every fact of the next runs.
    fn collect_facts(&mut self);

    /// The facts of the last run in JSON, with when and where each was announced, if they are kept.
    fn facts(&self) -> Vec<(Moment, String)>;

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

/// A run between two steps. No goals are looked for in it.
pub trait Branch {
    /// A copy that goes its own way, under the eye of the same watchdog.
    fn fork(&self) -> Box<dyn Branch>;

    /// Starts the run over, with these choices.
    fn start(&mut self, choices: Choices, spec: &RunSpec);

    /// Where its choices come from.
    fn choices(&mut self) -> &mut Choices;

    /// Lets the next thing happen, and judges nothing. `false` if the run is over.
    fn step(&mut self) -> bool;

    /// How many steps there were.
    fn steps(&self) -> u64;

    /// Goes on to the verdict; `None` if there are so many steps before.
    fn go_on(&mut self, until: u64) -> Option<Outcome>;

    /// Everything that the rest of the run and its verdict depend on, given the choices that are still to be made.
    fn fingerprint(&self) -> Fingerprint;

    /// The run as it is, for those who look at it.
    fn left(&self) -> &dyn AnyRunner;
}
