//! Who is supervised by whom: `top` has the settings and the line, the line has its stages and an auditor.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::message::Message;
use super::stage::Stage;
use super::variant::Variant;
use super::{Fact, Service};
use crate::actor::Actor;
use crate::address::Address;
use crate::context::Context;
use crate::input::{Input, Signal};
use crate::supervision::{
    self, Answer, ChildSpec, Command, Policy, Restart, Shutdown, Started, StateOnRestart, Strategy,
    Supervised, Supervisor,
};

/// How a part of the service is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// Where the line reads its settings: nothing that the line does makes sense without it.
    Settings,
    /// The line under a policy.
    Line {
        /// Which.
        policy: Policy,
        /// How its stages stand.
        shape: Shape,
        /// Of how many stages.
        stages: u8,
        /// Where requests come in.
        door: Address,
        /// The bug that is planted into its supervisor.
        planted: supervision::Variant,
    },
    /// A stage of the line.
    Stage {
        /// Its place, from 0.
        place: u8,
        /// How they stand.
        shape: Shape,
        /// How many there are.
        of: u8,
        /// Where requests come in.
        door: Address,
    },
    /// Looks at the line once, and is not missed when it is gone.
    Auditor,
}

/// How stages stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Shape {
    /// One after another: each passes on what it has done.
    #[default]
    Line,
    /// Beside each other: each does it all, and none knows of the others.
    Pool,
}

/// How long a stage is given to stop.
pub const STAGE_STOP: Duration = Duration::from_millis(200);

/// The supervisor above all. If the settings fail, the line is started again after them.
pub fn top(line: Policy, shape: Shape, stages: u8, door: Address, variant: Variant) -> Supervisor<Part> {
    let planted = variant.of_supervisor();
    let policy = Policy::otp(Strategy::RestForOne).with_intensity(100, Duration::from_secs(5)).named("top");
    let line = Part::Line { policy: line, shape, stages, door, planted };
    Supervisor::new(
        policy,
        [ChildSpec::worker("settings", Part::Settings), ChildSpec::supervisor("line", line)],
    )
}

/// The stages in their order, and the auditor.
fn line(shape: Shape, stages: u8, door: Address) -> Vec<ChildSpec<Part>> {
    let stage = |place| {
        let part = Part::Stage { place, shape, of: stages, door };
        ChildSpec::worker(stage_name(place), part).stopped(Shutdown::Within(STAGE_STOP))
    };
    let auditor = ChildSpec::worker("auditor", Part::Auditor).restarted(Restart::Temporary);
    (0..stages).map(stage).chain([auditor]).collect()
}

/// The name of the stage at a place, counted from 0.
pub fn stage_name(place: u8) -> String {
    format!("stage-{}", place + 1)
}

/// One start in so many fails, if chance has it.
const STARTS: u32 = 24;

impl Supervised for Service {
    type Recipe = Part;

    fn start(cx: &mut Context<'_, Self>, name: &str, part: &Part, _: StateOnRestart) -> Started {
        match part {
            Part::Settings | Part::Auditor => Started::Running(cx.spawn(name, Bystander)),
            Part::Line { policy, shape, stages, door, planted } => {
                let line = Supervisor::new(policy.clone(), line(*shape, *stages, *door));
                Started::Beginning(cx.spawn(name, line.planted(*planted).under(cx.me())))
            }
            Part::Stage { place, shape, of, door } => {
                if cx.choose(STARTS) == STARTS - 1 {
                    return Started::Failed;
                }
                if *shape == Shape::Pool {
                    return Started::Running(cx.spawn(name, Stage::of_pool(*place, *door)));
                }
                let before = if *place == 0 { *door } else { cx.child(&stage_name(place - 1)) };
                let after = (place + 1 < *of).then(|| cx.child(&stage_name(place + 1)));
                Started::Running(cx.spawn(name, Stage::new(*place, before, after)))
            }
        }
    }

    fn command(message: Message) -> Option<Command<Part>> {
        match message {
            Message::Command(command) => Some(*command),
            Message::Arrives { .. }
            | Message::Request(_)
            | Message::Job { .. }
            | Message::Done(_)
            | Message::Open
            | Message::Link
            | Message::Linked(_)
            | Message::Answer(_) => None,
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
            Input::Message(_) => cx.dead_letter(crate::mailbox::DeadLetter::Malformed),
            Input::Start(_) | Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
