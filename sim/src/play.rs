//! A run by script: what goes wrong is written down, everything else is benign. For tests that read as plays.
//!
//! ```no_run
//! # use rehearsal::{Play, Scenario, Setup, check::Properties, protocol::Protocol, run::Verdict};
//! # use std::time::Duration;
//! # struct P; impl Protocol for P { type Message = u8; type Fact = u8; }
//! # struct LeaseLock; impl Scenario for LeaseLock { type Protocol = P;
//! #   fn set_up(&self, _: &mut Setup<P>) {} fn properties(&self, _: &mut Properties<u8>) {} }
//! let played = Play::of(&LeaseLock)
//!     .pause("alice", Duration::from_secs(1), Duration::from_secs(2))
//!     .lose("/bob/client", "/db/server", 0)
//!     .run();
//! assert_eq!(played.outcome.verdict, Verdict::Pass);
//! ```

use std::sync::Arc;
use std::time::Duration;

use rehearsal_protocol::time::nanos;
use rehearsal_protocol::{NodeId, Protocol, Time};

use crate::choice::stream::kind;
use crate::choice::{Base, Overrides, Stream, Value, generator};
use crate::fault::cut::{Cut, Shape};
use crate::fault::plan::Victim;
use crate::fault::{Episode, Harm, Profile};
use crate::nearest::nearest;
use crate::run::{AnyRunner, Outcome, RunSpec};
use crate::runner::Runner;
use crate::scenario::Scenario;
use crate::trace::{Event, EventKind};
use crate::weather::passage;

/// A script under construction.
pub struct Play<P: Protocol> {
    runner: Runner<P>,
    spec: RunSpec,
    script: Vec<Episode>,
    overrides: Overrides,
}

/// What a crash leaves of what was written and not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing of it.
    Nothing,
    /// All of it: it was durable, and its actor did not come to know.
    Everything,
    /// The first write in part, and nothing else.
    Torn,
}

/// A run by script, and what was stated in it.
pub struct Played<P: Protocol> {
    /// How it ended.
    pub outcome: Outcome,
    /// Every fact, with its time and the path of the actor that stated it.
    pub facts: Vec<(Time, String, P::Fact)>,
    runner: Runner<P>,
}

impl<P: Protocol> Play<P> {
    /// A script in which nothing goes wrong and every choice is the dull one.
    pub fn of(scenario: &impl Scenario<Protocol = P>) -> Self {
        let spec = RunSpec { base: Base::Benign, ..RunSpec::seeded(0, &Profile::NONE).recorded() };
        Self { runner: Runner::new(scenario), spec, script: Vec::new(), overrides: Overrides::new() }
    }

    /// What the script leaves open is drawn from a seed.
    #[must_use]
    pub fn seed(mut self, seed: u64, profile: &'static Profile) -> Self {
        self.spec = RunSpec { seed, profile, base: Base::Seeded, ..self.spec };
        self
    }

    /// A node crashes, and starts again after a while.
    #[must_use]
    pub fn crash(self, node: &str, at: Duration, outage: Duration) -> Self {
        let harm = Harm::Crash(self.node(node));
        self.episode("crash", at, outage, harm)
    }

    /// A node stalls for a while.
    #[must_use]
    pub fn pause(self, node: &str, at: Duration, outage: Duration) -> Self {
        let harm = Harm::Pause(self.node(node));
        self.episode("pause", at, outage, harm)
    }

    /// Turns on a node take up to `longest` for a while.
    #[must_use]
    pub fn slow(self, node: &str, at: Duration, outage: Duration, longest: Duration) -> Self {
        let harm = Harm::Slow(self.node(node), nanos(longest));
        self.episode("slow", at, outage, harm)
    }

    /// Links around a node are cut for a while.
    #[must_use]
    pub fn cut(self, shape: Shape, node: &str, at: Duration, outage: Duration) -> Self {
        let node = self.node(node);
        let harm = Harm::Cut(Cut { shape, node, other: self.other(node), salt: 0 });
        self.episode("partition", at, outage, harm)
    }

    /// Links around a node hold what they carry for a while.
    #[must_use]
    pub fn clog(self, shape: Shape, node: &str, at: Duration, outage: Duration) -> Self {
        let node = self.node(node);
        let harm = Harm::Clog(Cut { shape, node, other: self.other(node), salt: 0 });
        self.episode("clog", at, outage, harm)
    }

    /// What the n-th crash of an actor's node, counted from 0, leaves of what the actor has written and not synced. The actor is given by
    /// its path, and may be one that is spawned during the run.
    #[must_use]
    pub fn crash_leaves(mut self, actor: &str, n: u32, left: Left) -> Self {
        let key = generator::join(kind::TORN, generator::name(actor));
        let value = match left {
            Left::Nothing => Value::BENIGN,
            Left::Everything => Value::new(1, u32::MAX, 0),
            Left::Torn => Value::new(2, 0, 0),
        };
        self.overrides.insert((key, n), value);
        self
    }

    /// An actor is killed; if it is nobody's child, it starts again after a while.
    #[must_use]
    pub fn kill(self, actor: &str, at: Duration, outage: Duration) -> Self {
        let victim = Victim::Slot(self.slot(actor));
        self.episode("kill", at, outage, Harm::Kill(victim))
    }

    /// The n-th message from one actor to another, counted from 0, is lost.
    #[must_use]
    pub fn lose(self, from: &str, to: &str, n: u32) -> Self {
        self.message(from, to, n, passage::LOST)
    }

    /// The n-th message from one actor to another, counted from 0, arrives twice.
    #[must_use]
    pub fn double(self, from: &str, to: &str, n: u32) -> Self {
        self.message(from, to, n, passage::DOUBLED)
    }

    /// The n-th message from one actor to another, counted from 0, is very late.
    #[must_use]
    pub fn delay(self, from: &str, to: &str, n: u32) -> Self {
        self.message(from, to, n, passage::LATE)
    }

    /// The n-th menu of an actor, counted from 0, gives this entry.
    #[must_use]
    pub fn choose(mut self, actor: &str, n: u32, entry: u32) -> Self {
        let stream = Stream::Menu(self.slot(actor));
        self.overrides.insert((self.key(stream), n), Value(u64::from(entry)));
        self
    }

    /// Any choice, by its stream.
    #[must_use]
    pub fn set(mut self, stream: Stream, n: u32, value: Value) -> Self {
        self.overrides.insert((self.key(stream), n), value);
        self
    }

    /// Plays it.
    ///
    /// # Panics
    ///
    /// If something would go wrong only after the faulty phase.
    pub fn run(mut self) -> Played<P> {
        let phase = Time::from_nanos(self.runner.topology().faulty_phase);
        if let Some(late) = self.script.iter().find(|episode| episode.from >= phase) {
            panic!("a {} at {} comes after the faulty phase, which ends at {phase}", late.kind, late.from);
        }
        self.spec.script = Some(self.script.into());
        if !self.overrides.is_empty() {
            self.spec.overrides = Some(Arc::new(self.overrides));
        }
        self.runner.collect_facts();
        let outcome = self.runner.run(&self.spec);
        let collected = self.runner.collected().iter();
        let facts = collected.map(|(moment, fact)| {
            (moment.at, self.runner.path(moment.actor.slot()).to_owned(), fact.clone())
        });
        Played { outcome, facts: facts.collect(), runner: self.runner }
    }

    /// The slot of the actor that a node starts with, by its path.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn slot(&self, path: &str) -> u32 {
        let actors = &self.runner.topology().actors;
        let found = actors.iter().position(|info| &*info.path == path);
        found.unwrap_or_else(|| {
            panic!("no actor `{path}`{}", mend(path, actors.iter().map(|info| &*info.path)))
        }) as u32
    }

    fn node(&self, name: &str) -> NodeId {
        let nodes = &self.runner.topology().nodes;
        let found = nodes.iter().position(|info| &*info.name == name);
        NodeId(
            found.unwrap_or_else(|| {
                panic!("no node `{name}`{}", mend(name, nodes.iter().map(|info| &*info.name)))
            }) as u32,
        )
    }

    /// Another node than this one.
    fn other(&self, node: NodeId) -> NodeId {
        NodeId((node.0 + 1) % self.runner.topology().nodes.len() as u32)
    }

    fn key(&self, stream: Stream) -> u64 {
        let topology = self.runner.topology();
        stream.key(|slot| topology.actors[slot as usize].key, |node| topology.nodes[node as usize].key)
    }

    fn episode(mut self, kind: &'static str, at: Duration, outage: Duration, harm: Harm) -> Self {
        let from = Time::ZERO + at;
        self.script.push(Episode { kind, from, until: from + outage, harm, choice: None });
        self
    }

    fn message(self, from: &str, to: &str, n: u32, entry: u8) -> Self {
        let stream = Stream::Delay { from: self.slot(from), to: self.slot(to) };
        self.set(stream, n, Value::new(entry, 1 << 31, 0))
    }
}

fn mend<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(typed, known).map_or(String::new(), |near| format!("; the nearest is `{near}`"))
}

impl<P: Protocol> Played<P> {
    /// The events of the run, with the lines in which stories show them.
    pub fn events(&self) -> impl Iterator<Item = (&Event, String)> {
        let events = self.runner.recorder().events().iter().enumerate();
        events.map(|(number, event)| (event, crate::story::line(&self.runner, number, event)))
    }

    /// When the syncs of a node's actors were complete: with [`Play::crash`], a crash before or after each of them can be played.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    pub fn syncs(&self, node: &str) -> Vec<Time> {
        let nodes = &self.runner.topology().nodes;
        let number = nodes.iter().position(|info| &*info.name == node);
        let number = number.unwrap_or_else(|| {
            panic!("no node `{node}`{}", mend(node, nodes.iter().map(|info| &*info.name)))
        });
        let of_node = |event: &&Event| event.kind == EventKind::Synced && event.node as usize == number;
        self.runner.recorder().events().iter().filter(of_node).map(|event| event.at).collect()
    }

    /// The whole run as text, one event a line.
    pub fn script(&self) -> String {
        self.events().map(|(_, line)| line + "\n").collect()
    }

    /// The world as the run left it.
    pub fn world(&self) -> &crate::world::World<P> {
        self.runner.world()
    }
}
