//! The world: virtual time, nodes, actors, a network, clocks and disks; one `step`.
//!
//! By the way of a message:
//!
//! - [`blueprint`] — who is where at the start of every run;
//! - [`cell`] — one actor with its mailbox, timers, watchers and disk;
//! - [`turn`] — an input is handled, all of its effects or none;
//! - [`effects`] — what a turn asked for takes hold;
//! - [`network`] — when and whether a message arrives;
//! - [`weather`] — the menus of what may happen to messages, timers and syncs;
//! - [`queue`] — what is pending, in the order of time;
//! - [`arrival`] — what is due reaches its actor, or waits in its mailbox;
//! - [`lifecycle`] — incarnations begin and end; nodes crash and restart;
//! - [`disk`] — what is written, what is durable, what a crash leaves;
//! - [`episodes`] — faults begin and end, and the core is healed.

pub mod arrival;
pub mod blueprint;
pub mod cell;
pub mod directory;
pub mod disk;
pub mod effects;
pub mod episodes;
pub mod lifecycle;
pub mod network;
pub mod queue;
pub mod turn;
pub mod weather;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rehearsal_protocol::{Effect, Protocol, Time};

use crate::check::{Checks, Violation};
use crate::choice::Choices;
use crate::fault::plan::Clock;
use crate::fault::{Plan, Profile};
use crate::trace::{Event, EventKind, Payload, Recorder, Recording};
use blueprint::Blueprint;
use cell::Cell;
use directory::Directory;
use episodes::Active;
use network::Pairs;
use queue::{Pending, Queue, What};
use weather::Weather;

/// A system in the middle of a run. Clones go their own ways.
pub struct World<P: Protocol> {
    blueprint: Arc<Blueprint<P>>,
    choices: Choices,
    plan: Plan,
    weather: Weather,
    now: Time,
    healed: Option<Time>,
    queue: Queue<P>,
    cells: Vec<Cell<P>>,
    nodes: Vec<NodeState>,
    directory: Directory,
    pairs: Pairs,
    active: Active,
    effects: Vec<Effect<P>>,
    recorder: Recorder,
    tally: Tally,
    breach: Option<Breach>,
    pulse: Arc<Pulse>,
    #[cfg(test)]
    pub(crate) sabotage: Option<Sabotage>,
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

/// A breach of an invariant that the world itself watches over in every scenario.
#[derive(Clone, Debug)]
pub(crate) struct Breach {
    pub(crate) rule: &'static Rule,
    pub(crate) message: String,
}

/// An invariant that holds in every scenario.
#[derive(Debug)]
pub struct Rule {
    /// Its id.
    pub id: &'static str,
    /// What holds, in words.
    pub sentence: &'static str,
}

/// No accepted message disappears.
pub static CONSERVATION: Rule = Rule {
    id: "ACT-1",
    sentence: "no accepted message disappears: it is handled, waits, was lost by a declared fault, or is a dead letter",
};
/// At most one live incarnation per path.
pub static ONE_LIFE: Rule =
    Rule { id: "ACT-2", sentence: "at most one incarnation of a path is alive at a time" };
/// No turn panics.
pub static NO_PANIC: Rule = Rule { id: "ACT-3", sentence: "no turn panics" };

/// The invariants that hold in every scenario.
pub static RULES: [&Rule; 3] = [&CONSERVATION, &ONE_LIFE, &NO_PANIC];

/// How a test breaks the world, to show that its own invariants can fail.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// Forget the n-th message.
    Forget(u64),
    /// Start a second life beside the first.
    SecondLife,
}

impl<P: Protocol> Clone for World<P> {
    fn clone(&self) -> Self {
        Self {
            blueprint: self.blueprint.clone(),
            choices: self.choices.clone(),
            plan: self.plan.clone(),
            weather: self.weather.clone(),
            now: self.now,
            healed: self.healed,
            queue: self.queue.clone(),
            cells: self.cells.clone(),
            nodes: self.nodes.clone(),
            directory: self.directory.clone(),
            pairs: self.pairs.clone(),
            active: self.active.clone(),
            effects: Vec::new(),
            recorder: self.recorder.clone(),
            tally: self.tally,
            breach: self.breach.clone(),
            pulse: Arc::new(Pulse::default()),
            #[cfg(test)]
            sabotage: self.sabotage,
        }
    }
}

impl<P: Protocol> World<P> {
    /// A world built from a blueprint, not yet started: call [`World::start`].
    pub fn new(blueprint: Arc<Blueprint<P>>) -> Self {
        let topology = &blueprint.topology;
        Self {
            choices: Choices::benign(),
            plan: Plan::fair(topology),
            weather: topology.weather.clone(),
            now: Time::ZERO,
            healed: None,
            queue: Queue::default(),
            cells: Vec::new(),
            nodes: Vec::new(),
            directory: Directory::default(),
            pairs: Pairs::default(),
            active: Active::default(),
            effects: Vec::new(),
            recorder: Recorder::default(),
            tally: Tally::default(),
            breach: None,
            pulse: Arc::new(Pulse::default()),
            #[cfg(test)]
            sabotage: None,
            blueprint,
        }
    }

    /// Starts a run from the blueprint, keeping memory of the one before but none of its state.
    pub fn start(&mut self, seed: u64, profile: &Profile, mut choices: Choices, recording: Recording) {
        let blueprint = self.blueprint.clone();
        let topology = &blueprint.topology;
        self.plan.make(topology, profile, seed, &mut choices);
        self.choices = choices;
        self.weather.clone_from(&self.plan.weather);
        self.now = Time::ZERO;
        self.healed = if self.plan.faulty { None } else { Some(Time::ZERO) };
        self.queue.clear();
        self.pairs.reset();
        self.active.reset();
        self.directory.reset(topology.actors.len() as u32);
        self.recorder.reset(recording);
        self.tally = Tally::default();
        self.breach = None;
        self.pulse.seed.store(seed, Ordering::Relaxed);
        self.pulse.runs.fetch_add(1, Ordering::Relaxed);
        self.reset_nodes();
        self.reset_cells();
        self.schedule_episodes();
    }

    /// Lets the next thing happen. `false` if nothing is pending any more.
    #[inline]
    pub fn step(&mut self, checks: &mut Checks<P::Fact>) -> bool {
        let Some((at, pending)) = self.queue.pop() else { return false };
        self.now = at;
        match pending.what {
            What::Message(envelope) => self.message_arrives(pending.target, envelope, pending.cause, checks),
            other => self.happen(pending.target, pending.cause, other, checks),
        }
        true
    }

    /// Virtual time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Since when there are no faults any more, if the faulty phase is over.
    pub fn healed(&self) -> Option<Time> {
        self.healed
    }

    /// Where each message went.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The trace so far.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The plan of faults of this run.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The source of choices.
    pub fn choices(&self) -> &Choices {
        &self.choices
    }

    /// Who is where.
    pub fn blueprint(&self) -> &Blueprint<P> {
        &self.blueprint
    }

    /// How many events are pending.
    pub fn pending(&self) -> usize {
        self.queue.len()
    }

    /// What this world is doing, for a watchdog on another thread.
    pub fn pulse(&self) -> Arc<Pulse> {
        self.pulse.clone()
    }

    /// The path of the actor in a slot.
    pub fn path(&self, slot: u32) -> &str {
        let known = &self.blueprint.topology.actors;
        known.get(slot as usize).map_or_else(|| self.directory.path(slot), |info| &*info.path)
    }

    /// How many paths there have been in this run.
    pub fn paths(&self) -> u32 {
        self.blueprint.topology.actors.len() as u32 + self.directory.len()
    }

    /// The present state of an actor, as its `Debug` shows it.
    pub fn inspect(&self, slot: u32) -> Option<String> {
        self.cells.get(slot as usize)?.actor.as_ref().map(|actor| format!("{actor:#?}"))
    }

    /// A breach of one of the [`RULES`], judged by the world itself.
    pub fn violation(&self) -> Option<Violation> {
        let breach = self.breach.as_ref()?;
        Some(Violation {
            invariant: breach.rule.id.to_owned(),
            sentence: breach.rule.sentence.to_owned(),
            message: breach.message.clone(),
            at: self.now,
            event: self.recorder.count().saturating_sub(1),
        })
    }

    /// Whether one of the [`RULES`] is broken.
    #[inline]
    pub fn is_broken(&self) -> bool {
        self.breach.is_some()
    }

    /// Counts where every message of the run went; at the end of a run.
    pub fn settle(&mut self) {
        let in_flight = self.queue.messages() + self.cells.iter().map(Cell::waiting_messages).sum::<u64>();
        let Tally { sent, duplicated, handled, lost, dead, .. } = self.tally;
        if sent + duplicated != handled + lost + dead + in_flight {
            self.break_rule(
                &CONSERVATION,
                format!(
                    "{sent} sent and {duplicated} doubled, but {handled} handled, {lost} lost, {dead} dead and {in_flight} waiting"
                ),
            );
        }
    }

    fn break_rule(&mut self, rule: &'static Rule, message: String) {
        self.breach.get_or_insert(Breach { rule, message });
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
        let node = self.cells[slot as usize].node;
        self.recorder.record(Event { at: self.now, cause, digest, actor: slot, node, kind }, payload)
    }

    #[inline]
    fn schedule(&mut self, at: Time, target: u32, cause: u64, what: What<P>) {
        self.queue.push(at, Pending { target, cause, what });
    }

    fn node_of(&self, slot: u32) -> &NodeState {
        &self.nodes[self.cells[slot as usize].node as usize]
    }
}
