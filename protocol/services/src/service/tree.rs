//! Who is supervised by whom: `top` has the settings and the line, the line has its workers and an auditor.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal};
use rehearsal_protocol::supervision::{
    self, Answer, ChildSpec, Command, Policy, Restart, Shutdown, Started, StateOnRestart, Strategy,
    Supervised, Supervisor,
};
use serde::{Deserialize, Serialize};

use super::branch::Branch;
use super::breaker::Rule;
use super::caller::Caller;
use super::message::Message;
use super::server::Server;
use super::stage::Stage;
use super::variant::Variant;
use super::{Fact, Service};

/// How a part of the service is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// Where the line reads its settings: nothing that the line does makes sense without it.
    Settings,
    /// The line under a policy.
    Line {
        /// Which.
        policy: Policy,
        /// Who works there.
        crew: Crew,
        /// Where requests come in.
        door: Address,
        /// The bug that is planted into its supervisor.
        planted: supervision::Variant,
    },
    /// One of the line.
    Worker {
        /// Its place, from 0.
        place: u8,
        /// Who works there.
        crew: Crew,
        /// Where requests come in.
        door: Address,
    },
    /// Looks at the line once, and is not missed when it is gone.
    Auditor,
    /// A supervisor of supervisors, or of workers.
    Branch(Branch),
}

/// Who works under the supervisor of the line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Crew {
    /// Stages.
    Stages {
        /// How they stand.
        shape: Shape,
        /// How many there are.
        of: u8,
        /// Where they load from what they need, if they need anything.
        store: Option<Address>,
    },
    /// Callers of a dependency.
    Callers {
        /// How many there are.
        of: u8,
        /// What they call.
        dependency: Address,
        /// The rule of their breakers, if they have any.
        breaker: Option<Rule>,
        /// The bug that is planted into them.
        planted: Variant,
    },
    /// A server behind a front.
    Server,
}

impl Crew {
    /// How many they are.
    pub fn size(&self) -> u8 {
        match self {
            Self::Stages { of, .. } | Self::Callers { of, .. } => *of,
            Self::Server => 1,
        }
    }
}

/// How stages stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Shape {
    /// One after another: each passes on what it has done.
    #[default]
    Line,
    /// Beside each other: each does it all, and none knows of the others.
    Pool,
    /// The same, as members of a group.
    Group,
}

/// How long a stage is given to stop.
pub const STAGE_STOP: Duration = Duration::from_millis(200);

/// The supervisor above all. If the settings fail, the line is started again after them.
pub fn top(line: Policy, crew: Crew, door: Address, variant: Variant) -> Supervisor<Part> {
    let planted = variant.of_supervisor();
    let policy = Policy::otp(Strategy::RestForOne).with_intensity(100, Duration::from_secs(5)).named("top");
    let line = Part::Line { policy: line, crew, door, planted };
    Supervisor::new(
        policy,
        [ChildSpec::worker("settings", Part::Settings), ChildSpec::supervisor("line", line)],
    )
}

/// The workers in their order, and the auditor.
fn line(crew: &Crew, door: Address) -> Vec<ChildSpec<Part>> {
    let auditor = ChildSpec::worker("auditor", Part::Auditor).restarted(Restart::Temporary);
    (0..crew.size()).map(|place| worker(place, crew, door)).chain([auditor]).collect()
}

/// One of the crew.
pub(super) fn worker(place: u8, crew: &Crew, door: Address) -> ChildSpec<Part> {
    let part = Part::Worker { place, crew: crew.clone(), door };
    ChildSpec::worker(stage_name(place), part).stopped(Shutdown::Within(STAGE_STOP))
}

/// The name of the stage, or the other worker, at a place, counted from 0.
pub fn stage_name(place: u8) -> String {
    format!("stage-{}", place + 1)
}

/// One start in so many fails, if chance has it.
const STARTS: u32 = 24;

impl Crew {
    /// Starts the one at a place. A stage may fail to start.
    fn start(&self, cx: &mut Context<'_, Service>, name: &str, place: u8, door: Address) -> Started {
        Started::Running(match self {
            Self::Server => cx.spawn(name, Server::new(door)),
            Self::Callers { dependency, breaker, planted, .. } => {
                cx.spawn(name, Caller::new(place, door, *dependency, *breaker).planted(*planted))
            }
            Self::Stages { .. } if cx.choose(STARTS) == STARTS - 1 => return Started::Failed,
            Self::Stages { shape: Shape::Pool, .. } => cx.spawn(name, Stage::of_pool(place, door)),
            Self::Stages { shape: Shape::Group, .. } => cx.spawn(name, Stage::of_group(place, door)),
            Self::Stages { shape: Shape::Line, of, store } => {
                let before = if place == 0 { door } else { cx.child(&stage_name(place - 1)) };
                let after = (place + 1 < *of).then(|| cx.child(&stage_name(place + 1)));
                cx.spawn(name, Stage::new(place, before, after).loading_from(*store))
            }
        })
    }
}

impl Supervised for Service {
    type Recipe = Part;

    fn start(cx: &mut Context<'_, Self>, name: &str, part: &Part, _: StateOnRestart) -> Started {
        match part {
            Part::Settings | Part::Auditor => Started::Running(cx.spawn(name, Bystander)),
            Part::Line { policy, crew, door, planted } => {
                let line = Supervisor::new(policy.clone(), line(crew, *door));
                Started::Beginning(cx.spawn(name, line.planted(*planted).under(cx)))
            }
            Part::Worker { place, crew, door } => crew.start(cx, name, *place, *door),
            Part::Branch(branch) => branch.start(cx, name),
        }
    }

    fn command(message: Message) -> Option<Command<Part>> {
        match message {
            Message::Command(command) => Some(*command),
            _ => None,
        }
    }

    fn tell(command: Command<Part>) -> Message {
        Message::Command(Box::new(command))
    }

    fn answer(answer: Answer) -> Message {
        Message::Answer(Box::new(answer))
    }

    fn fact(fact: supervision::Fact) -> Fact {
        Fact::Supervision(fact)
    }
}

/// Whoever only has to be there.
#[derive(Clone, Debug, Hash)]
struct Bystander;

impl Actor<Service> for Bystander {
    fn receive(&mut self, cx: &mut Context<'_, Service>, input: Input<Service>) {
        match input {
            Input::Signal(Signal::Shutdown) => cx.shut_down(),
            Input::Message(_) => cx.dead_letter(rehearsal_protocol::mailbox::DeadLetter::Malformed),
            Input::Start(_) | Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
