//! The world: virtual time, nodes, actors, a network, clocks and disks; one `step`.
//!
//! By the way of a message:
//!
//! - [`blueprint`] — who is where at the start of every run;
//! - [`cell`] — one actor with its mailbox, timers, watchers and disk;
//! - [`scene`] — what is the same for all protocols;
//! - [`held`] — an actor as the world holds it;
//! - [`turn`] — an input is handled, all of its effects or none;
//! - [`class`] — the class of an actor's state, for those who search for new ones;
//! - [`effects`] — what a turn asked for takes hold;
//! - [`network`] — when and whether a message arrives;
//! - [`pairs`] — how many messages went from one actor to another;
//! - [`put_off`] — in large worlds, arrivals are drawn several at once;
//! - [`pending`] — what will happen;
//! - [`queue`] — all of it, in the order of time;
//! - [`asynchronous`] — the same without a clock: in any order;
//! - [`arrival`] — what is due reaches its actor, or waits in its mailbox;
//! - [`lifecycle`] — incarnations begin and end; nodes crash and restart;
//! - [`disk`] — what is written, what is durable, what a crash leaves;
//! - [`episodes`] — faults begin and end, and the core is healed;
//! - [`afresh`] — the future of a run, drawn once more;
//! - [`fingerprint`] — everything that the future of a run depends on;
//! - [`rules`] — what holds in every scenario, judged by the world itself.

pub mod afresh;
pub mod arrival;
pub mod asynchronous;
pub mod blueprint;
pub mod cell;
mod class;
pub mod directory;
pub mod disk;
pub mod effects;
pub mod episodes;
pub mod fingerprint;
pub(crate) mod held;
pub mod lifecycle;
mod mail;
pub mod network;
mod pairs;
pub(crate) mod pending;
mod put_off;
pub mod queue;
pub mod rules;
mod scene;
pub mod turn;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rehearsal_protocol::{Effect, Protocol, Time};

use crate::check::Checks;
use crate::choice::Choices;
use crate::fault::plan::Clock;
use crate::fault::{Episode, Plan, Profile};
use crate::trace::{Event, EventKind, Log, Payload, Recorder, Recording};
use arrival::Arrived;
use asynchronous::{Loose, Orders};
use blueprint::Blueprint;
use cell::Cell;
use pairs::Pairs;
use pending::What;
use queue::Queue;
use scene::Scene;

/// A system in the middle of a run. Clones go their own ways.
pub struct World<P: Protocol> {
    blueprint: Arc<Blueprint<P>>,
    scene: Scene,
    queue: Queue<P>,
    /// What is pending if events may come in any order; the queue is then empty between steps.
    loose: Option<Loose<P>>,
    cells: Vec<Cell<P>>,
    /// Cells of what earlier runs have spawned, for their memory.
    spare: Vec<Cell<P>>,
    effects: Vec<Effect<P>>,
}

/// How a run starts.
pub struct Start<'a> {
    /// The seed; it gives the rates of faults, and to seeded choices everything.
    pub seed: u64,
    /// The mixture of faults.
    pub profile: &'a Profile,
    /// Where chance comes from.
    pub choices: Choices,
    /// Episodes beside those that are drawn.
    pub script: &'a [Episode],
    /// Whether there is a faulty phase at all; if absent, that follows from what is planned.
    pub faulty: Option<bool>,
    /// How much of the trace is kept.
    pub recording: Recording,
    /// In which orders events may come.
    pub orders: Orders,
}

/// The present state of a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct NodeState {
    up: bool,
    /// How many pauses go on.
    pauses: u32,
    /// The longest time that a turn takes, in nanoseconds; 0 if the node is not slow.
    slow: u64,
    clock: Clock,
}

impl NodeState {
    /// Whether arrivals must go through mailboxes.
    #[inline]
    fn obstructed(&self) -> bool {
        self.pauses > 0 || self.slow > 0
    }
}

/// Where each message went; the sum is checked at the end of every run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages that actors sent.
    pub sent: u64,
    /// Copies that the network made.
    pub duplicated: u64,
    /// Messages handled in a turn.
    pub handled: u64,
    /// Messages that the network or a crash lost.
    pub lost: u64,
    /// Messages that were dead-lettered by the world.
    pub dead: u64,
    /// Turns of all kinds.
    pub turns: u64,
}

/// What one worker is doing, for a watchdog on another thread.
#[derive(Debug, Default)]
pub struct Pulse {
    /// The actor whose turn it is.
    pub(crate) actor: AtomicU32,
    /// Goes up with every run.
    pub(crate) runs: AtomicU64,
    /// The seed of the present run.
    pub(crate) seed: AtomicU64,
    /// Goes up with the turns of a run.
    pub(crate) turns: AtomicU64,
}

/// What a [`Pulse`] showed at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beat {
    /// The slot of the actor whose turn it is.
    pub actor: u32,
    /// How many runs were started.
    pub runs: u64,
    /// The seed of the present run.
    pub seed: u64,
    /// How many turns the present run had.
    pub turns: u64,
}

impl Pulse {
    /// No run is under way.
    pub(crate) fn rest(&self) {
        self.turns.store(0, Ordering::Relaxed);
    }

    /// What it shows now.
    pub fn beat(&self) -> Beat {
        Beat {
            actor: self.actor.load(Ordering::Relaxed),
            runs: self.runs.load(Ordering::Relaxed),
            seed: self.seed.load(Ordering::Relaxed),
            turns: self.turns.load(Ordering::Relaxed),
        }
    }
}

impl<P: Protocol> Clone for World<P> {
    fn clone(&self) -> Self {
        Self {
            blueprint: self.blueprint.clone(),
            scene: self.scene.clone(),
            queue: self.queue.clone(),
            loose: self.loose.clone(),
            cells: copied(&self.cells),
            spare: Vec::new(),
            effects: Vec::new(),
        }
    }
}

/// A copy of a list: with less code than its own, which there would be for each type of message.
fn copied<T: Clone>(list: &[T]) -> Vec<T> {
    let mut copy = Vec::with_capacity(list.len());
    for item in list {
        copy.push(item.clone());
    }
    copy
}

impl<P: Protocol> World<P> {
    /// A world built from a blueprint, not yet started: call [`World::start`].
    pub fn new(blueprint: Arc<Blueprint<P>>) -> Self {
        Self {
            scene: Scene::new(&blueprint.topology),
            queue: Queue::default(),
            loose: None,
            cells: Vec::new(),
            spare: Vec::new(),
            effects: Vec::new(),
            blueprint,
        }
    }

    /// Starts a run from the blueprint, keeping memory of the one before but none of its state.
    pub fn start(&mut self, start: Start<'_>) {
        self.queue.clear();
        self.loose = match start.orders {
            Orders::Timed => None,
            Orders::Any => Some(Loose::default()),
        };
        let blueprint = self.blueprint.clone();
        self.scene.start(start, &blueprint.topology);
        self.reset_cells();
        self.schedule_episodes();
    }

    /// Lets the next thing happen. `false` if nothing is pending any more.
    #[inline]
    pub fn step(&mut self, checks: &mut Checks<P::Fact>) -> bool {
        if self.scene.begun < self.scene.beginners {
            self.begin_next(checks);
            return true;
        }
        let (at, due) = loop {
            let next = self.queue.next();
            if self.scene.put_off.may_come_before(next) && self.something_comes_before(next) {
                continue;
            }
            match next {
                Some(next) => break next,
                None => return self.step_in_any_order(checks),
            }
        };
        self.scene.now = at;
        if let Some(soon) = self.queue.soon() {
            Self::fetch(&self.cells, &self.scene.pairs, soon.targets());
        }
        let (target, cause, message) = self.queue.look(due);
        // If nothing is in the way of a message, it is handled from where it lies: to move it by way of the stack costs more than all checks.
        if let Some(envelope) = message {
            let arrived = Arrived::new::<P>(due, envelope, cause);
            if let Some(place) = self.open_place(target) {
                self.message_turn(target, place, arrived, checks);
                return true;
            }
        }
        let what = self.queue.take(due);
        self.happen(target, cause, what, checks);
        true
    }

    /// Looks at those whose turn it is soon. In a world that does not fit the caches, all of them come from memory at the same
    /// time then, instead of one after another.
    #[cold]
    fn fetch(cells: &[Cell<P>], pairs: &Pairs, soon: &[u32]) {
        std::hint::black_box(pairs.touch_all(soon));
        let mut started = 0;
        for slot in soon {
            started += u32::from(cells.get(*slot as usize).is_some_and(|cell| cell.started));
        }
        std::hint::black_box(started);
        let mut all = 0;
        for slot in soon {
            if let Some(actor) = cells.get(*slot as usize).and_then(|cell| cell.actor.as_deref()) {
                all |= actor.touch();
            }
        }
        std::hint::black_box(all);
    }

    /// Virtual time.
    pub fn now(&self) -> Time {
        self.scene.now
    }

    /// Since when there are no faults any more, if the faulty phase is over.
    pub fn healed(&self) -> Option<Time> {
        self.scene.healed
    }

    /// Where each message went.
    pub fn tally(&self) -> Tally {
        self.scene.tally
    }

    /// The trace so far.
    pub fn recorder(&self) -> &Recorder {
        &self.scene.recorder
    }

    /// Forgets the events so far and what was written to `tracing` in them.
    pub(crate) fn forget_trace(&mut self) {
        self.scene.recorder.forget();
        self.scene.log.forget();
    }

    /// The plan of faults of this run.
    pub fn plan(&self) -> &Plan {
        &self.scene.plan
    }

    /// The source of choices.
    pub fn choices(&self) -> &Choices {
        &self.scene.choices
    }

    pub(crate) fn choices_mut(&mut self) -> &mut Choices {
        &mut self.scene.choices
    }

    /// A clone that the watchdog of this world watches, too.
    pub(crate) fn fork(&self) -> Self {
        let mut fork = self.clone();
        fork.scene.pulse = self.scene.pulse.clone();
        fork
    }

    /// Who is where.
    pub fn blueprint(&self) -> &Blueprint<P> {
        &self.blueprint
    }

    /// How many events are pending.
    pub fn pending(&self) -> usize {
        self.queue.len() + self.loose.as_ref().map_or(0, Loose::len)
    }

    /// What this world is doing, for a watchdog on another thread.
    pub fn pulse(&self) -> Arc<Pulse> {
        self.scene.pulse.clone()
    }

    /// What actors write to `tracing`.
    pub fn log(&self) -> &Log {
        &self.scene.log
    }

    /// The path of the actor in a slot.
    pub fn path(&self, slot: u32) -> &str {
        let known = &self.blueprint.topology.actors;
        known.get(slot as usize).map_or_else(|| self.scene.directory.path(slot), |info| &*info.path)
    }

    /// The number of the node on which the path in a slot lives.
    pub fn node_of_path(&self, slot: u32) -> u32 {
        let known = self.blueprint.topology.actors.get(slot as usize);
        known.map_or_else(|| self.scene.directory.get(slot).node.0, |info| info.node.0)
    }

    /// How many paths there have been in this run.
    pub fn paths(&self) -> u32 {
        self.blueprint.topology.actors.len() as u32 + self.scene.directory.len()
    }

    /// The present state of an actor, as its `Debug` shows it.
    pub fn inspect(&self, slot: u32) -> Option<String> {
        self.cells.get(slot as usize)?.actor.as_ref().map(|actor| format!("{actor:#?}"))
    }

    /// Records an event that concerns an actor.
    #[inline]
    fn record_actor(
        &mut self,
        kind: EventKind,
        slot: u32,
        cause: u64,
        digest: u64,
        payload: impl FnOnce() -> Payload,
    ) -> u64 {
        let node = self.cells[slot as usize].home.node;
        self.scene
            .recorder
            .record(Event { at: self.scene.now, cause, digest, actor: slot, node, kind }, payload)
    }

    #[expect(clippy::inline_always, reason = "what happens must be made in its place in the queue")]
    #[inline(always)]
    fn schedule(&mut self, at: Time, target: u32, cause: u64, what: What<P>) {
        self.queue.push(at, target, cause, what);
    }

    fn node_of(&self, slot: u32) -> &NodeState {
        &self.scene.nodes[self.cells[slot as usize].home.node as usize]
    }
}
