//! All interleavings of a small system, and far fewer of them that lead to the same outcomes.
//!
//! Time plays no part here: whatever is pending may come next, and an actor's clock shows the due time of what it handles, which
//! follows from causes alone. Choices are the dull ones. Messages within a node keep their order per pair of actors.
//!
//! **The reduction** rests on this: an actor's turn touches only that actor, so two events that concern different actors commute.
//! It is dynamic partial-order reduction (Flanagan and Godefroid, POPL 2005) with sleep sets: whenever an event could have come
//! before an earlier one of the same actor, the earlier state is visited again with it. Timers, signals, starts and syncs are events
//! of the actor that they concern; whatever the world itself does is taken to concern everybody.
//!
//! **What it finds** is a run like any other: what comes next where time does not say it is a choice (see [`crate::world::asynchronous`]), so
//! the first order that breaks an invariant is told by the choices in which it differs from the order of time.
//!
//! **What it promises**: of all runs that differ only in the order of events that commute, at least one is made; so the
//! final states of actors and what each of them stated, in its order, are all found. A monitor that judges the order of facts of
//! *different* actors sees only some of the orders. Systems that spawn actors, or keep the ids of envelopes, number them in the order
//! of events; for those, equal outcomes may look different.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;
use std::sync::Arc;

use rehearsal_protocol::Time;

use crate::check::Checks;
use crate::choice::overrides;
use crate::choice::{Base, Choices, Deviation};
use crate::erased::{Erased, Fact, System};
use crate::fault::Profile;
use crate::run::{AnyRunner, RunSpec};
use crate::runner::Runner;
use crate::scenario::Scenario;
use crate::trace::digest::{digest, word};
use crate::trace::{EventKind, Recording};
use crate::world::asynchronous::{Orders, passing};
use crate::world::pending::Pending;
use crate::world::{Start, World};

/// Whether all orders are tried, or one of each class of orders that lead to the same outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Every order: to check the other against.
    None,
    /// One of each class, and some more.
    Actors,
}

/// How far the search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// How many runs at the most.
    pub runs: u64,
    /// How many events in a run, its first turns not counted; longer ones are cut off. A timer that is armed again and again can run
    /// out any number of times before anything else happens, so a system with one has no longest run.
    pub depth: usize,
}

/// What came out of trying all interleavings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interleaved {
    /// How many runs were made to their end.
    pub runs: u64,
    /// How many runs were cut off.
    pub cut: u64,
    /// How many events in all of them, shared beginnings counted once.
    pub events: u64,
    /// The distinct outcomes: digests of the final states of all actors and of what each of them stated.
    pub outcomes: BTreeSet<u64>,
    /// What was violated, by invariant, with the first order that showed it.
    pub violations: BTreeMap<String, Disorder>,
    /// Whether nothing was left out.
    pub complete: bool,
}

/// An order of events that breaks an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disorder {
    /// What was wrong.
    pub message: String,
    /// The choices in which it differs from the order of time.
    pub deviations: Vec<Deviation>,
}

impl Disorder {
    /// The run in this order: one like any other.
    pub fn spec(&self) -> RunSpec {
        RunSpec {
            base: Base::Benign,
            overrides: Some(overrides(&self.deviations).into()),
            faulty: Some(false),
            orders: Orders::Any,
            ..RunSpec::seeded(0, &Profile::NONE)
        }
    }
}

/// Runs a scenario in all interleavings, as far as the search reaches.
pub fn interleave(scenario: &impl Scenario, reduction: Reduction, reach: Reach) -> Interleaved {
    all_orders(&Runner::new(scenario), reduction, reach)
}

/// The same for what a runner runs.
pub fn all_orders(runner: &dyn AnyRunner, reduction: Reduction, reach: Reach) -> Interleaved {
    let found = Interleaved { complete: true, ..Interleaved::default() };
    let mut search = Search { reduction, reach, path: Vec::new(), found };
    search.visit(&mut vec![Frame::first(runner.erased())]);
    search.found
}

/// What may come next, with what the reduction needs to know about it.
struct Item {
    /// Its number, the same in all states that share the path up to its creation.
    id: u64,
    at: Time,
    pending: Pending<Erased>,
    /// The actor that it concerns; `None` if it concerns everybody.
    actor: Option<u32>,
    /// Whether it keeps its place behind others of the same pair.
    pair: Option<(u32, u32)>,
    /// The event of the path in whose turn it was created.
    cause: Option<usize>,
}

impl Clone for Item {
    fn clone(&self) -> Self {
        Self { pending: self.pending.clone(), ..*self }
    }
}

/// A state of the system, and what was tried from there.
struct Frame {
    world: World<Erased>,
    checks: Checks<Fact>,
    items: Vec<Item>,
    next_id: u64,
    to_try: BTreeSet<u64>,
    tried: BTreeSet<u64>,
    /// What need not be tried here, for all that it leads to was seen elsewhere.
    asleep: BTreeSet<u64>,
}

/// An event of the present path.
struct Done {
    id: u64,
    /// How many that were due before it it passed over.
    passed: u32,
    actor: Option<u32>,
    /// The events of the path that must have come before it.
    before: BTreeSet<usize>,
}

struct Search {
    reduction: Reduction,
    reach: Reach,
    path: Vec<Done>,
    found: Interleaved,
}

impl Search {
    /// Visits the last frame of a path and everything behind it.
    fn visit(&mut self, frames: &mut Vec<Frame>) {
        self.choose(frames);
        loop {
            let top = frames.len() - 1;
            if self.found.runs + self.found.cut >= self.reach.runs {
                self.found.complete = false;
                return;
            }
            let frame = &frames[top];
            let next = frame.to_try.iter().find(|id| !frame.tried.contains(id) && !frame.asleep.contains(id));
            let Some(id) = next.copied() else { return };
            frames[top].tried.insert(id);
            let child = self.perform(&frames[top], id);
            frames.push(child);
            self.visit(frames);
            frames.pop();
            self.path.pop();
            if self.reduction == Reduction::Actors {
                frames[top].asleep.insert(id);
            }
        }
    }

    /// Looks at a new state: is it an end, what is to be tried here, and what should have been tried before.
    fn choose(&mut self, frames: &mut [Frame]) {
        let top = frames.len() - 1;
        let enabled: Vec<u64> = frames[top].enabled().map(|item| item.id).collect();
        if enabled.is_empty() || frames[top].checks.violation().is_some() || frames[top].world.is_broken() {
            return self.end(&mut frames[top]);
        }
        if self.path.len() >= self.reach.depth {
            self.found.cut += 1;
            self.found.complete = false;
            return;
        }
        if self.reduction == Reduction::None {
            frames[top].to_try = enabled.into_iter().collect();
            return;
        }
        for item in 0..frames[top].items.len() {
            self.revisit(frames, item);
        }
        let first = enabled.iter().find(|id| !frames[top].asleep.contains(id));
        frames[top].to_try.extend(first);
    }

    /// If an item could have come before the last event of its actor, has it tried there.
    fn revisit(&mut self, frames: &mut [Frame], item: usize) {
        let item = &frames[frames.len() - 1].items[item];
        let before = self.before(item.cause);
        let races =
            |(index, done): &(usize, &Done)| dependent(done.actor, item.actor) && !before.contains(index);
        let Some((index, _)) = self.path.iter().enumerate().rev().find(races) else { return };
        let id = item.id;
        let leads_to = |wanted: u64| {
            let later = self.path.iter().enumerate().skip(index + 1);
            wanted == id || later.into_iter().any(|(at, done)| done.id == wanted && before.contains(&at))
        };
        let frame = &mut frames[index];
        let enabled: Vec<u64> = frame.enabled().map(|item| item.id).collect();
        let ways: Vec<u64> = enabled.iter().copied().filter(|wanted| leads_to(*wanted)).collect();
        if ways.is_empty() {
            frame.to_try.extend(enabled);
        } else if !ways.iter().any(|way| frame.to_try.contains(way)) {
            frame.to_try.insert(ways[0]);
        }
    }

    /// The events of the path that must come before what one of them creates.
    fn before(&self, cause: Option<usize>) -> BTreeSet<usize> {
        let Some(cause) = cause else { return BTreeSet::new() };
        let mut before = self.path[cause].before.clone();
        before.insert(cause);
        before
    }

    fn perform(&mut self, frame: &Frame, id: u64) -> Frame {
        let passed = frame.due_before(id);
        let place = frame.items.iter().position(|item| item.id == id).expect("what is tried is pending");
        let mut items = frame.items.clone();
        let Item { at, pending, actor, cause, .. } = items.remove(place);
        let mut before = self.before(cause);
        for (index, done) in self.path.iter().enumerate().filter(|(_, done)| dependent(done.actor, actor)) {
            before.extend(&done.before);
            before.insert(index);
        }
        let awake = |other: &u64| {
            let item = frame.items.iter().find(|item| item.id == *other);
            item.is_some_and(|item| !dependent(item.actor, actor))
        };
        let asleep = frame.asleep.iter().copied().filter(awake).collect();
        self.path.push(Done { id, passed, actor, before });
        self.found.events += 1;
        let (mut world, mut checks) = (frame.world.clone(), frame.checks.clone());
        world.perform(at, pending, &mut checks);
        let (to_try, tried, next_id) = (BTreeSet::new(), BTreeSet::new(), frame.next_id);
        let mut child = Frame { world, checks, items, next_id, to_try, tried, asleep };
        child.collect(Some(self.path.len() - 1));
        child
    }

    fn end(&mut self, frame: &mut Frame) {
        self.found.runs += 1;
        self.found.outcomes.insert(frame.outcome());
        if frame.items.is_empty() {
            frame.world.settle();
            frame.checks.settle(frame.world.now(), 0, Time::ZERO, true);
        }
        let violation = frame.checks.violation().cloned().or_else(|| frame.world.violation());
        if let Some(violation) = violation {
            let path = (0..).zip(&self.path).filter(|(_, done)| done.passed > 0);
            let deviations = path.map(|(n, done)| passing(n, done.passed)).collect();
            let disorder = Disorder { message: violation.message, deviations };
            self.found.violations.entry(violation.invariant).or_insert(disorder);
        }
    }
}

/// Whether the order of two events matters.
fn dependent(one: Option<u32>, other: Option<u32>) -> bool {
    one.is_none() || other.is_none() || one == other
}

impl Frame {
    /// The state in which all actors had their first turns.
    fn first(system: System) -> Self {
        let System { blueprint, mut checks, .. } = system;
        checks.collect();
        let mut world = World::new(Arc::new(blueprint));
        world.start(Start {
            seed: 0,
            profile: &Profile::NONE,
            choices: Choices::benign(),
            script: &[],
            faulty: Some(false),
            recording: Recording::Off,
            orders: Orders::Timed,
        });
        world.begin_all(&mut checks);
        let mut frame = Self {
            world,
            checks,
            items: Vec::new(),
            next_id: 0,
            to_try: BTreeSet::new(),
            tried: BTreeSet::new(),
            asleep: BTreeSet::new(),
        };
        frame.collect(None);
        frame
    }

    /// Takes what became pending in the last event.
    fn collect(&mut self, cause: Option<usize>) {
        for (at, pending) in self.world.take_pending() {
            let (actor, pair) = self.world.concerns(&pending);
            let id = self.next_id;
            self.next_id += 1;
            self.items.push(Item { id, at, pending, actor, pair, cause });
        }
    }

    /// What may come next: the first of each pair that keeps its order, and all that keeps none.
    fn enabled(&self) -> impl Iterator<Item = &Item> {
        let first = |item: &&Item| {
            item.pair.is_none()
                || !self.items.iter().any(|other| other.pair == item.pair && other.id < item.id)
        };
        self.items.iter().filter(first)
    }

    /// How many that may come next are due before one of them.
    fn due_before(&self, id: u64) -> u32 {
        let due = |item: &Item| (item.at, item.id);
        let this = self.items.iter().find(|item| item.id == id).map(due);
        self.enabled().filter(|item| Some(due(item)) < this).count() as u32
    }

    /// The digest of all final states and of what each actor stated.
    fn outcome(&self) -> u64 {
        let mut stated: BTreeMap<u32, u64> = BTreeMap::new();
        for (moment, fact) in self.checks.collected() {
            let known = stated.entry(moment.actor.slot()).or_insert(EventKind::Fact as u64);
            *known = word(*known, digest(fact));
        }
        let mut outcome = Digest(0);
        for (actor, facts) in stated {
            outcome.write_u64(u64::from(actor));
            outcome.write_u64(facts);
        }
        self.world.fingerprint_actors(&mut outcome);
        outcome.0
    }
}

/// A hasher for states within one process.
struct Digest(u64);

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = word(self.0, u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = word(self.0, value);
    }
}
