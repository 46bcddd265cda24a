//! Every state that a small system can be in, whatever comes in whatever order.
//!
//! Time plays no part: of all messages, timers, signals and syncs that are pending, any may come next, and wherever an actor chooses from a
//! menu, every entry is tried. The search goes through states and not through runs: a state to which many orders lead is looked at once. A
//! state is what each actor is (its own state, its life, timers, watchers, children and disk), what is under way, and what the monitors
//! remember.
//!
//! ```no_run
//! # use rehearsal::{Scenario, Setup, check::Properties, protocol::Protocol};
//! # struct P; impl Protocol for P { type Message = u8; type Fact = u8; }
//! # struct Commit; impl Scenario for Commit { type Protocol = P;
//! #   fn set_up(&self, _: &mut Setup<P>) {} fn properties(&self, _: &mut Properties<u8>) {} }
//! use rehearsal::states::Network;
//!
//! let reached = rehearsal::states(Commit).network(Network::Kept).run();
//! assert_eq!((reached.generated, reached.states), (1_146, 288));
//! ```
//!
//! **What it does not see.** Clocks stand still: `cx.now` is 0 in every turn but those of timers, where it is the time for which the timer was
//! armed. Raw bits are 0. The ids of envelopes are all 0. Mailboxes never fill up, and no node crashes. A protocol whose decisions rest on one
//! of these belongs to the timed searches (`explore --deviations`, `fuzz`); where what was found does not come in the world, that is said.
//!
//! **What leads nowhere.** A message that may arrive again and again, and that its receiver only answers with a dead letter or that finds
//! nobody there, is no step: nothing has changed. A message that arrives once is gone then.
//!
//! **Exact but for a fingerprint.** An actor's state, a message, a fact are told apart by 128 bits, and a state of the whole system by 64 bits
//! over all of that: two of n states are taken for one with a probability of about n² / 2^65, which [`Reached::collision`] tells.
//!
//! **How**: an actor's turn is a pure function of its local state and what it handles, so it is had once for each such pair; all else is
//! numbers.
//!
//! - [`network`] — how messages travel;
//! - [`progress`] — how far a search is;
//! - [`refused`] — what cannot be searched;
//! - `event` — what can happen to an actor;
//! - `local` — what an actor is besides its own state;
//! - `actors` — the actors behind the numbers;
//! - `judges` — the monitors behind the numbers;
//! - `lore` — who finds out what is not known yet;
//! - `tables` — what is known already;
//! - `row` — a state as a row of numbers;
//! - `layer` — the states at one depth, as bytes;
//! - `table`, `far`, `numbering` — what was seen before; `pieces` — the arrays under it;
//! - `beginning` — where the search starts;
//! - `expand` — all steps from a state;
//! - `search` — layer by layer, on all cores;
//! - `path` — the way to something wrong;
//! - `guide` — the same way as a run of the world.

mod actors;
mod beginning;
mod event;
mod expand;
mod far;
mod guide;
mod judges;
mod layer;
mod local;
mod lore;
pub mod network;
mod numbering;
mod path;
mod pieces;
pub mod progress;
pub mod refused;
mod row;
mod search;
mod table;
mod tables;
#[cfg(test)]
mod tests;

use crate::check::{Checks, Violation};
use crate::choice::overrides;
use std::sync::Arc;

use crate::choice::{Base, Deviation};
use crate::erased::{Fact, System};
use crate::fault::Profile;
use crate::run::{AnyRunner, RunSpec, Verdict};
use crate::runner::Runner;
use crate::scenario::Scenario;
use crate::world::asynchronous::Orders;
use actors::Actors;
use beginning::{Beginning, Wrong, beginnings};
use judges::Judges;
use lore::Lore;
pub use network::Network;
use path::Way;
pub use progress::{Progress, Unwatched, Watcher};
pub use refused::Refused;
use search::{Ended, Search, Sighted};
use tables::Tables;

/// Prepares a search of all states of a scenario.
pub fn states(scenario: impl Scenario) -> States {
    States { runner: Box::new(Runner::new(&scenario)), spec: StatesSpec::default() }
}

/// A search of all states of a scenario.
#[must_use = "call `run` or `search`, or nothing is searched"]
pub struct States {
    runner: Box<dyn AnyRunner>,
    spec: StatesSpec,
}

/// How far a search goes, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatesSpec {
    /// How messages travel.
    pub network: Network,
    /// How many workers there are. What is found does not depend on it.
    pub jobs: usize,
    /// After how many states it gives up; it may find a few thousand more.
    pub states: u64,
    /// How many steps it goes at most.
    pub depth: Option<u32>,
    /// Whether it ends with the first violation.
    pub fail_fast: bool,
}

impl Default for StatesSpec {
    fn default() -> Self {
        Self { network: Network::Once, jobs: 1, states: 10_000_000, depth: None, fail_fast: false }
    }
}

/// What a search of states came to.
#[derive(Clone, Debug)]
pub struct Reached {
    /// How many states steps led to, equal ones counted each time, and the first ones.
    pub generated: u64,
    /// How many states there are.
    pub states: u64,
    /// From how many of them no step leads to another.
    pub ends: u64,
    /// How many different things the monitors remember there.
    pub endings: u64,
    /// How many steps it takes at least to the farthest of them.
    pub depth: u32,
    /// How many turns of actors it took to know all of that.
    pub turns: u64,
    /// How many states single actors have, all of them together.
    pub local_states: u64,
    /// How many states the monitors have.
    pub judgements: u64,
    /// How much memory the search took at most, in bytes, beside what actors and monitors take.
    pub memory: u64,
    /// Why it ended before all states were found.
    pub left_out: Option<LeftOut>,
    /// What was violated, the fewest steps first; one way for each invariant.
    pub violations: Vec<Counterexample>,
    /// Which goals some state reaches, in the order of their statement.
    pub goals: Vec<bool>,
}

/// Why a search ended before all states were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// There are as many states as may be.
    States(u64),
    /// There are states behind so many steps.
    Depth(u32),
    /// The first violation ended it.
    FirstViolation,
    /// It was ended from outside.
    Stopped,
}

/// A way on which an invariant does not hold.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// What is wrong; its time is that of no clock.
    pub violation: Violation,
    /// The steps from the first turns to there, in words.
    pub steps: Vec<String>,
    /// The run of the world that goes this way, by its choices that are not dull, or why there is none.
    pub deviations: Result<Vec<Deviation>, String>,
}

impl Counterexample {
    /// The run of the world that goes this way, if there is one.
    pub fn spec(&self) -> Option<RunSpec> {
        self.deviations.as_deref().ok().map(run_of)
    }
}

impl Reached {
    /// Whether all states were found.
    pub fn is_complete(&self) -> bool {
        self.left_out.is_none()
    }

    /// The probability that two states were taken for one.
    pub fn collision(&self) -> f64 {
        let states = self.states as f64;
        states * states / 2_f64.powi(65)
    }
}

impl States {
    /// How messages travel; by default each arrives once, in any order.
    pub fn network(mut self, network: Network) -> Self {
        self.spec.network = network;
        self
    }

    /// How many workers there are; one by default. What is found does not depend on it.
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.spec.jobs = jobs.max(1);
        self
    }

    /// After how many states it gives up; ten million by default.
    pub fn at_most(mut self, states: u64) -> Self {
        self.spec.states = states;
        self
    }

    /// How many steps it goes at most; any number by default.
    pub fn depth(mut self, steps: u32) -> Self {
        self.spec.depth = Some(steps);
        self
    }

    /// Searches.
    ///
    /// # Errors
    ///
    /// If an actor does what cannot be searched.
    pub fn search(mut self) -> Result<Reached, Refused> {
        search(self.runner.as_mut(), self.spec, &mut Unwatched)
    }

    /// Searches, for a test.
    ///
    /// # Panics
    ///
    /// If an invariant does not hold, with the way to there; if states are left out; or if an actor does what cannot be searched.
    pub fn run(self) -> Reached {
        let reached = self.search().unwrap_or_else(|refused| panic!("{refused}"));
        if let Some(wrong) = reached.violations.first() {
            let Violation { invariant, message, .. } = &wrong.violation;
            panic!("{invariant} violated: {message}\n  {}", wrong.steps.join("\n  "));
        }
        if let Some(left_out) = reached.left_out {
            panic!("not every state was found: {left_out:?}");
        }
        reached
    }
}

/// Searches all states of what a runner runs.
///
/// # Errors
///
/// If an actor does what cannot be searched.
pub fn search(
    runner: &mut dyn AnyRunner,
    spec: StatesSpec,
    watcher: &mut dyn Watcher,
) -> Result<Reached, Refused> {
    let System { blueprint, checks, .. } = runner.erased();
    let mut tables = Tables::default();
    let (actors, empty) = Actors::of(Arc::new(blueprint), runner.pulse(), spec.network, &mut tables);
    let mut lore = Lore { actors, judges: Judges::of(&checks) };
    let all = beginnings(&mut lore, &mut tables, empty, spec.states)?;
    let (begun, wrong): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.wrong.is_none());
    let Searched { tables, progress, ended, endings, sighted, ways } =
        gone_through(Search::new(tables, &mut lore, spec), &begun, watcher)?;
    let first = wrong.iter().filter_map(|beginning| at_once(&lore, beginning));
    let later = sighted.iter().zip(ways).map(|(sighted, way)| (violation(&lore, sighted), way));
    let mut violations: Vec<(Violation, Way)> = Vec::new();
    for (violation, way) in first.chain(later) {
        if violations.iter().all(|(known, _)| known.invariant != violation.invariant) {
            violations.push((violation, way));
        }
    }
    let tell = |(violation, way)| counterexample(runner, &checks, (&lore.actors, &tables), violation, &way);
    let violations: Vec<_> = violations.into_iter().map(tell).collect();
    let (turns, local_states) = lore.actors.counted();
    Ok(Reached {
        generated: progress.generated,
        states: progress.states,
        ends: progress.ends,
        endings,
        depth: progress.depth,
        turns,
        local_states,
        judgements: lore.judges.len() as u64,
        memory: progress.memory,
        left_out: match ended {
            Ended::Complete => None,
            Ended::States => Some(LeftOut::States(progress.states)),
            Ended::Depth => Some(LeftOut::Depth(progress.depth)),
            Ended::Wrong => Some(LeftOut::FirstViolation),
            Ended::Stopped => Some(LeftOut::Stopped),
        },
        violations,
        goals: checks.reached_by(lore.actors.facts()),
    })
}

/// What a search came to, before anything is put into words.
struct Searched {
    tables: Tables,
    progress: Progress,
    ended: Ended,
    endings: u64,
    sighted: Vec<Sighted>,
    /// The ways to those, in their order.
    ways: Vec<Way>,
}

/// Goes through all states, and once more for the ways to what is wrong.
fn gone_through(
    mut search: Search<'_>,
    begun: &[Beginning],
    watcher: &mut dyn Watcher,
) -> Result<Searched, Refused> {
    let rows: Vec<_> = begun.iter().map(|beginning| beginning.row.clone()).collect();
    let layer = search.first(&rows);
    let ended = search.run(layer, false, watcher, &mut |_, _| true)?;
    let (progress, sighted) = (search.so_far, std::mem::take(&mut search.sightings));
    let endings = search.tables.endings();
    let ways = path::ways(&mut search, begun, &sighted)?;
    Ok(Searched { tables: search.tables, progress, ended, endings, sighted, ways })
}

/// What is wrong in a first turn, and the way to there.
fn at_once(lore: &Lore, beginning: &Beginning) -> Option<(Violation, Way)> {
    let violation = match beginning.wrong? {
        Wrong::Panic(number) => lore.panicked(number),
        Wrong::Violation(number) => lore.judges.violation(number).clone(),
    };
    Some((violation, Way { first: beginning.outcomes.clone(), steps: Vec::new() }))
}

fn violation(lore: &Lore, sighted: &Sighted) -> Violation {
    let number = sighted.sighting.violation;
    if sighted.sighting.panicked { lore.panicked(number) } else { lore.judges.violation(number).clone() }
}

fn counterexample(
    runner: &mut dyn AnyRunner,
    checks: &Checks<Fact>,
    (actors, tables): (&Actors, &Tables),
    violation: Violation,
    way: &Way,
) -> Counterexample {
    let steps = way.steps.iter().map(|place| guide::in_words(actors, tables, *place)).collect();
    let deviations = guide::deviations(checks.clone(), actors, tables, way);
    let deviations = deviations.and_then(|made| match runner.run(&run_of(&made)).verdict {
        Verdict::Violation(again) if again.invariant == violation.invariant => Ok(made),
        other => Err(format!("the run of the world that goes this way ends otherwise: {other:?}")),
    });
    Counterexample { violation, steps, deviations }
}

/// The run of the world with these deviations.
fn run_of(deviations: &[Deviation]) -> RunSpec {
    RunSpec {
        base: Base::Benign,
        overrides: Some(overrides(deviations).into()),
        faulty: Some(false),
        orders: Orders::Any,
        ..RunSpec::seeded(0, &Profile::NONE)
    }
}
