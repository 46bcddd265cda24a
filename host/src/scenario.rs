//! Scenarios of the testbed on this host: the same actors, the same monitors, real sockets.
//!
//! All nodes of a scenario run in one process, connected over TCP. What differs between stages (which sockets, which clock, who breaks what)
//! is in the stage's own file; what is the same is here.

#[cfg(feature = "tokio-stage")]
pub mod tokio;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::tokio::net::TcpListener;
use ::tokio::time::Instant;
use rehearsal::check::Violation;
use rehearsal::run::{Limit, Verdict};
use rehearsal::stage::encoded::Json;
use rehearsal::stage::{Encoded, Fact, Judge, Placed, StageRun, StagedDraws};
use rehearsal::topology::Topology;
use rehearsal_protocol::{Incarnation, Protocol, Time};

use crate::disk::Disk;
use crate::facts::{Announced, Facts};
use crate::metrics::Activity;
use crate::net::Bounds;
use crate::node::Node;
use crate::settings::{Clock, Draws, MakeDraws, Settings};
use crate::system::System;

/// A scenario as the host's description.
pub fn system(name: &str, topology: &Topology, actors: Vec<Placed>) -> System<Encoded> {
    let mut system = System::new(name, 1);
    for node in &topology.nodes {
        system.node(&node.name);
    }
    for Placed { node, name, actor } in actors {
        system.node(&topology.nodes[node.index()].name).boxed(&name, actor);
    }
    system
}

impl Draws for StagedDraws {
    fn draw(&mut self) -> u64 {
        Self::draw(self)
    }

    fn choose(&mut self, options: u32) -> u32 {
        Self::choose(self, options)
    }
}

/// The random bits of all actors under a seed: those of the world, so that clients do the same.
pub fn draws(seed: u64) -> MakeDraws {
    Arc::new(move |path, incarnation: Incarnation| Box::new(StagedDraws::new(seed, path, incarnation)))
}

/// All facts of a run, judged as they come.
pub struct Court(Mutex<Bench>);

struct Bench {
    judge: Judge,
    facts: Vec<Fact>,
    healed: Option<Time>,
    /// Why a fact could not be judged: a bug of a protocol's `Serialize`.
    unreadable: Option<String>,
}

impl Court {
    /// A court for a scenario. `healed` says since when there are no faults, if there are any.
    pub fn of(judge: Judge, healed: Option<Time>) -> Arc<Self> {
        let bench = Bench { judge, facts: Vec::new(), healed, unreadable: None };
        Arc::new(Self(Mutex::new(bench)))
    }

    fn lock(&self) -> MutexGuard<'_, Bench> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Faults are over from now on.
    pub fn heal(&self, at: Time) {
        self.lock().healed = Some(at);
    }

    /// Whether nothing more needs to be run.
    pub fn is_decided(&self) -> bool {
        let bench = self.lock();
        bench.judge.violation().is_some() || bench.unreadable.is_some()
    }

    /// The end of a run: what is owed is judged, unless a limit was reached.
    ///
    /// # Errors
    ///
    /// If a fact could not be judged.
    pub fn close(&self, at: Time, end: End, turns: u64) -> Result<StageRun, String> {
        let mut bench = self.lock();
        if let Some(why) = bench.unreadable.take() {
            return Err(why);
        }
        let number = bench.facts.len() as u64;
        let healed = bench.healed.unwrap_or(at);
        match end {
            End::Quiet => bench.judge.settle(at, number, healed, true),
            End::Horizon | End::Limit(_) => bench.judge.settle(at, number, healed, false),
        }
        let verdict = match (bench.judge.violation(), end) {
            (Some(violation), _) => Verdict::Violation(Violation::clone(violation)),
            (None, End::Limit(limit)) => Verdict::Limit(limit),
            (None, End::Quiet | End::Horizon) => Verdict::Pass,
        };
        Ok(StageRun {
            verdict,
            turns,
            time: at,
            goals: bench.judge.reached().to_vec(),
            facts: std::mem::take(&mut bench.facts),
            faults: Vec::new(),
            left_out: Vec::new(),
        })
    }
}

/// How a run came to its end.
#[derive(Clone, Debug)]
pub enum End {
    /// Nothing was left to do.
    Quiet,
    /// It is never quiet, and its time was over.
    Horizon,
    /// A limit was reached.
    Limit(Limit),
}

impl Facts<Encoded> for Court {
    fn keep(&self, announced: &Announced<'_, <Encoded as Protocol>::Fact>) {
        let json: &Json = announced.fact;
        let fact = Fact {
            at: announced.at,
            actor: announced.path.into(),
            address: announced.who,
            incarnation: Some(announced.incarnation),
            clock: Vec::new(),
            json: json.clone(),
        };
        let mut bench = self.lock();
        let (number, healed) = (bench.facts.len() as u64, bench.healed);
        if let Err(error) = bench.judge.observe(number, &fact, healed) {
            let why = format!("{} announced what JSON cannot say and read again: {error}", fact.actor);
            bench.unreadable.get_or_insert(why);
        }
        bench.facts.push(fact);
    }
}

/// Starts one node of a scenario.
///
/// # Errors
///
/// What its start could not do, in words.
pub fn start(
    system: &System<Encoded>,
    name: &str,
    listener: TcpListener,
    peers: BTreeMap<String, SocketAddr>,
    court: Arc<Court>,
    surroundings: Surroundings,
) -> Result<Node<Encoded>, String> {
    let settings = Settings {
        listener: Some(listener),
        peers,
        bounds: surroundings.bounds,
        disk: surroundings.disk,
        facts: Some(court),
        clock: surroundings.clock,
        draws: Some(draws(surroundings.seed)),
        turn_limit: surroundings.turn_limit,
    };
    Node::start(system, name, settings).map_err(|error| error.to_string())
}

/// What a node finds around it on a stage.
pub struct Surroundings {
    /// The seed of the actors' draws.
    pub seed: u64,
    /// What outlives a crash.
    pub disk: Arc<dyn Disk>,
    /// The clock of the stage.
    pub clock: Clock,
    /// The bounds of the network.
    pub bounds: Bounds,
    /// How long a turn may last; absent where time is simulated.
    pub turn_limit: Option<Duration>,
}

/// Waits until nothing is left to do, or a violation is found, or the time is over.
///
/// A run counts as quiet if for a while no node had a turn, nothing waited and no timer was armed: what is in a socket shows as a turn
/// soon after.
pub async fn quiet(activity: impl Fn() -> Activity, court: &Court, patience: Patience) -> End {
    let begun = Instant::now();
    let (mut turns, mut since) = (u64::MAX, begun);
    loop {
        ::tokio::time::sleep(patience.look).await;
        let now = Instant::now();
        let seen = activity();
        if seen.turns != turns || !seen.is_idle() {
            (turns, since) = (seen.turns, now);
        }
        if court.is_decided() || now.duration_since(since) >= patience.quiet {
            return End::Quiet;
        }
        if patience.horizon.is_some_and(|horizon| now.duration_since(begun) >= horizon) {
            return End::Horizon;
        }
        if now.duration_since(begun) >= patience.limit {
            return End::Limit(Limit::VirtualTime(rehearsal_protocol::time::nanos(patience.limit)));
        }
    }
}

/// How long a stage waits for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How often it looks.
    pub look: Duration,
    /// How long nothing must have happened for a run to be over.
    pub quiet: Duration,
    /// When a run that is never quiet ends in good order.
    pub horizon: Option<Duration>,
    /// When a run ends though it is not done.
    pub limit: Duration,
}

/// The sum of what several nodes are busy with.
pub fn together(all: impl IntoIterator<Item = Activity>) -> Activity {
    all.into_iter().fold(Activity::default(), |sum, one| Activity {
        turns: sum.turns + one.turns,
        waiting: sum.waiting + one.waiting,
        timers: sum.timers + one.timers,
        syncs: sum.syncs + one.syncs,
        outgoing: sum.outgoing + one.outgoing,
    })
}
