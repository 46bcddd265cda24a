//! The same scenario elsewhere than in the world: on hosts, with real or simulated sockets.
//!
//! A host does not know the scenario's protocol. It runs actors that speak [`Encoded`], and its facts are JSON; so one host serves all
//! scenarios, and the same monitors judge what it ran, what a production system logged, and the world.

pub mod encoded;
pub mod facts;
mod judge;

use std::panic::RefUnwindSafe;
use std::sync::Arc;

use rehearsal_protocol::{Actor, Incarnation, NodeId, Time};

use crate::check::{Goal, Moment};
use crate::choice::generator::{self, Key};
use crate::choice::stream::kind;
use crate::choice::{Choices, Stream};
use crate::erased::System;
use crate::fault::{Plan, Profile};
use crate::run::{AnyRunner, Outcome, Verdict};
use crate::topology::Topology;
use crate::world::blueprint::Blueprint;

pub use encoded::Encoded;
pub use facts::Fact;
pub use judge::Judge;

pub use crate::tree::Misfit;

use encoded::{Json, encoded};

/// Where scenarios can run beside the world.
pub trait Stage: Sync + RefUnwindSafe {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// What it is, in words.
    fn sentence(&self) -> &'static str;

    /// Whether the same seed gives the same run.
    fn is_deterministic(&self) -> bool;

    /// Whether it breaks anything by itself; if not, every run is fault-free.
    fn has_faults(&self) -> bool;

    /// Makes one run.
    ///
    /// # Errors
    ///
    /// What the stage itself could not do, in words.
    fn run(&self, staged: Staged, spec: &StageSpec) -> Result<StageRun, String>;
}

/// What a run on a stage is to be.
#[derive(Clone, Copy, Debug)]
pub struct StageSpec {
    /// The scenario's name.
    pub scenario: &'static str,
    /// The seed of workload and faults.
    pub seed: u64,
    /// The mixture of faults, as far as the stage has them.
    pub profile: &'static Profile,
}

/// What came out of a run on a stage.
#[derive(Clone, Debug)]
pub struct StageRun {
    /// How it ended.
    pub verdict: Verdict,
    /// How many turns there were.
    pub turns: u64,
    /// When it ended, on the stage's clock.
    pub time: Time,
    /// Which goals were reached, in the order of their statement.
    pub goals: Vec<bool>,
    /// What was announced, in the order of announcement.
    pub facts: Vec<Fact>,
    /// What went wrong, in words, as far as the stage can do it.
    pub faults: Vec<String>,
    /// What the stage cannot do and left out, in words.
    pub left_out: Vec<String>,
}

impl StageRun {
    /// The run as reports take it: its events are its facts.
    pub fn outcome(&self) -> Outcome {
        Outcome {
            verdict: self.verdict.clone(),
            turns: self.turns,
            events: self.facts.len() as u64,
            virtual_time: self.time,
            trace_hash: self.hash(),
            goals: self.goals.clone(),
        }
    }

    /// The digest of all facts, with who announced them and when: equal for equal runs.
    pub fn hash(&self) -> u64 {
        crate::trace::digest::digest(&self.facts)
    }
}

/// A scenario as a host takes it.
pub struct Staged {
    /// Who is where, without regard to the protocol.
    pub topology: Topology,
    /// The actors, by their slots.
    pub actors: Vec<Placed>,
    /// Who judges what they announce.
    pub judge: Judge,
}

/// An actor of a scenario, as a host takes it.
pub struct Placed {
    /// Its node.
    pub node: NodeId,
    /// Its name there.
    pub name: String,
    /// Itself.
    pub actor: Box<dyn Actor<Encoded>>,
}

impl Staged {
    /// A system as a host takes it, with the goals of its scenario.
    pub(crate) fn of(system: System, goals: Vec<Goal>) -> Self {
        let judge = Judge::of(&system, goals);
        let System { blueprint: Blueprint { topology, actors }, reader, .. } = system;
        let actors = topology.actors.iter().zip(actors).map(|(info, actor)| {
            let node = &topology.nodes[info.node.index()].name;
            let name = info.path[1 + node.len() + 1..].to_owned();
            Placed { node: info.node, name, actor: encoded(actor, reader) }
        });
        let actors = actors.collect();
        Self { topology, actors, judge }
    }

    /// What goes wrong under a seed: the same plan as in the world.
    pub fn plan(&self, profile: &Profile, seed: u64) -> Plan {
        let mut plan = Plan::fair(&self.topology);
        plan.make(&self.topology, profile, seed, &mut Choices::seeded(seed));
        plan
    }
}

/// The random bits of one actor: in its first life those that it has in the world under the same seed.
#[derive(Debug)]
pub struct StagedDraws {
    choices: Choices,
    draw_key: Key,
    menu_key: Key,
    draws: u32,
    menus: u32,
}

impl StagedDraws {
    /// The draws of the actor with this path.
    pub fn new(seed: u64, path: &str, incarnation: Incarnation) -> Self {
        let life = u64::from(incarnation.0.saturating_sub(1));
        let seed = if life == 0 { seed } else { generator::join(seed, life) };
        let key = generator::name(path);
        Self {
            choices: Choices::seeded(seed),
            draw_key: generator::join(kind::DRAW, key),
            menu_key: generator::join(kind::MENU, key),
            draws: 0,
            menus: 0,
        }
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.draws += 1;
        self.choices.bits(Stream::Draw(0), self.draw_key, self.draws - 1)
    }

    /// One of `options` entries of a menu.
    pub fn choose(&mut self, options: u32) -> u32 {
        self.menus += 1;
        self.choices.pick_of(Stream::Menu(0), self.menu_key, self.menus - 1, options)
    }
}

/// The facts of a run in the world, as a stage has them.
pub(crate) fn facts_of(runner: &dyn AnyRunner) -> Vec<Fact> {
    let fact = |(moment, json): (Moment, String)| Fact {
        at: moment.at,
        actor: Arc::from(runner.path(moment.actor.slot())),
        address: moment.actor,
        incarnation: None,
        clock: Vec::new(),
        json: Json(json.into()),
    };
    runner.facts().into_iter().map(fact).collect()
}
