//! A session with one agent, at the top or below another.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::durable::Durable;
use rehearsal_protocol::input::{Input, Recovered, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;
use rehearsal_sessions::session::catalog::{AgentName, Tool, ToolSet};

use super::router::Router;
use super::{
    AgentMessage, Boss, Call, Cause, Config, Fact, Message, Outcome, RouterMessage, Subagents, Variant, Way,
};

/// Works on runs, one after another at the top, a single one below.
///
/// At the top it may crash while it delegates, and goes on from its disk. What it may use is asked twice, when tools are offered to the model and when one
/// is to be started (`actors.md` A.6).
#[derive(Clone, Debug, Hash)]
pub struct Agent {
    way: Way,
    name: AgentName,
    boss: Boss,
    runner: Address,
    router: Option<Address>,
    run: u32,
    phase: Phase,
    record: Durable,
    config: Config,
    variant: Variant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    /// Waits for somebody to ask.
    Idle,
    /// Works on a run.
    Running { steps: u32, doing: Doing },
    /// Waits until all that it began has ended.
    Interrupting,
    /// Has reported.
    Over,
}

/// What a run is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Doing {
    /// The model.
    Thinking,
    /// A tool.
    UsingTool,
    /// A child.
    Delegating { call: Call, to: AgentName },
}

/// What the disk of a session that delegates has.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Kept {
    steps: u32,
    call: Call,
    to: AgentName,
    then: Then,
}

/// What a session that delegates waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Then {
    /// The result.
    GoesOn,
    /// The end of all that is below.
    Ends,
}

/// What a model comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Finish,
    Use(Tool),
    Delegate(AgentName),
    /// The agent dies without a word.
    Die,
}

const STEP: TimerId = TimerId(1);
const GRACE_OVER: TimerId = TimerId(2);
const CRASH: TimerId = TimerId(3);
const OPEN: &str = "open";
/// How many steps a run has at most.
const STEPS: u32 = 4;
/// How long a model thinks; the first is the dull one.
const THOUGHTS: [Duration; 3] =
    [Duration::from_millis(20), Duration::from_millis(20), Duration::from_millis(45)];
/// How long a tool takes; the first is the dull one.
const TOOLS: [Duration; 4] = [
    Duration::from_millis(30),
    Duration::from_millis(30),
    Duration::from_millis(130),
    Duration::from_millis(700),
];
/// After what time a session at the top that delegates crashes, if it does; the first is the dull one.
const CRASHES: [Option<Duration>; 10] = [
    None,
    None,
    None,
    None,
    None,
    None,
    None,
    Some(Duration::from_millis(10)),
    Some(Duration::from_millis(60)),
    Some(Duration::from_millis(250)),
];
/// What models decide; the first is the dull one.
const DECISIONS: [Decision; 16] = [
    Decision::Finish,
    Decision::Finish,
    Decision::Finish,
    Decision::Finish,
    Decision::Finish,
    Decision::Use(Tool::Read),
    Decision::Use(Tool::Read),
    Decision::Use(Tool::Grep),
    Decision::Use(Tool::Glob),
    Decision::Use(Tool::Read),
    Decision::Delegate(AgentName::Explore),
    Decision::Delegate(AgentName::Architect),
    Decision::Delegate(AgentName::Architect),
    Decision::Use(Tool::Edit),
    Decision::Delegate(AgentName::Title),
    Decision::Die,
];

impl Agent {
    /// An agent that works for that boss, in the process of that runner.
    pub fn new(
        way: Way,
        name: AgentName,
        boss: Boss,
        runner: Address,
        config: Config,
        variant: Variant,
    ) -> Self {
        let (router, phase, record) = (None, Phase::Idle, Durable::default());
        Self { way, name, boss, runner, router, run: 0, phase, record, config, variant }
    }

    /// Goes on with the call that was open, if this session has crashed.
    fn recover(&mut self, cx: &mut Context<'_, Subagents>, recovered: &Recovered) {
        let (record, kept) = Durable::recovered::<Kept>(recovered, OPEN);
        self.record = record;
        let Some(Kept { steps, call, to, then }) = kept else { return };
        self.run = call.run;
        cx.announce(Fact::Restarted { way: self.way, run: self.run });
        let router = self.router(cx);
        cx.send(router, Message::Router(RouterMessage::Spawn { call, to }));
        match then {
            Then::GoesOn => self.phase = Phase::Running { steps, doing: Doing::Delegating { call, to } },
            Then::Ends => self.wind_up(cx, router),
        }
    }

    fn keep(&mut self, cx: &mut Context<'_, Subagents>, kept: Kept) {
        self.record.write(cx, OPEN, &kept);
        cx.sync();
    }

    fn begin(&mut self, cx: &mut Context<'_, Subagents>) {
        self.run += 1;
        cx.announce(Fact::RunStarted { way: self.way, run: self.run });
        self.think(cx, STEPS);
    }

    fn think(&mut self, cx: &mut Context<'_, Subagents>, steps: u32) {
        self.phase = Phase::Running { steps, doing: Doing::Thinking };
        let (way, run, agent, offered) = (self.way, self.run, self.name, self.offer());
        cx.announce(Fact::ModelCalled { way, run, agent, offered });
        let thought = THOUGHTS[cx.choose(THOUGHTS.len() as u32) as usize];
        cx.set_timer(STEP, thought);
    }

    /// The tools that a model is offered.
    fn offer(&self) -> ToolSet {
        if self.variant == Variant::OffersOfTheTop && self.way.depth() > 2 {
            return AgentName::default().tools();
        }
        self.name.tools()
    }

    /// The model has an answer, or the tool a result.
    fn stepped(&mut self, cx: &mut Context<'_, Subagents>) {
        match self.phase {
            Phase::Running { steps: 0, doing: Doing::Thinking } => self.end(cx, Cause::Done),
            Phase::Running { steps, doing: Doing::Thinking } => {
                let decision = DECISIONS[cx.choose(DECISIONS.len() as u32) as usize];
                self.decided(cx, steps - 1, decision);
            }
            Phase::Running { steps, doing: Doing::UsingTool } => self.think(cx, steps),
            Phase::Running { doing: Doing::Delegating { .. }, .. }
            | Phase::Idle
            | Phase::Interrupting
            | Phase::Over => {}
        }
    }

    fn decided(&mut self, cx: &mut Context<'_, Subagents>, steps: u32, decision: Decision) {
        match decision {
            Decision::Finish => self.end(cx, Cause::Done),
            Decision::Use(tool) => {
                if !self.name.may_use(tool) && self.variant != Variant::CheckedWhenOffered {
                    return self.think(cx, steps); // The model calls what it was not offered, and is told so.
                }
                let (way, run, agent) = (self.way, self.run, self.name);
                cx.announce(Fact::ToolStarted { way, run, agent, tool });
                self.phase = Phase::Running { steps, doing: Doing::UsingTool };
                let time = TOOLS[cx.choose(TOOLS.len() as u32) as usize];
                cx.set_timer(STEP, time);
            }
            Decision::Delegate(to) => self.delegate(cx, steps, to),
            Decision::Die => match self.boss {
                Boss::Person(_) => self.think(cx, steps),
                Boss::Runner => {
                    self.phase = Phase::Over;
                    cx.exit();
                }
            },
        }
    }

    fn delegate(&mut self, cx: &mut Context<'_, Subagents>, steps: u32, to: AgentName) {
        let call = Call { run: self.run, number: STEPS - steps };
        self.phase = Phase::Running { steps, doing: Doing::Delegating { call, to } };
        let router = self.router(cx);
        cx.send(router, Message::Router(RouterMessage::Spawn { call, to }));
        match self.boss {
            Boss::Person(_) => {
                self.keep(cx, Kept { steps, call, to, then: Then::GoesOn });
                if let Some(after) = CRASHES[cx.choose(CRASHES.len() as u32) as usize] {
                    cx.set_timer(CRASH, after);
                }
            }
            Boss::Runner => {} // Nobody starts it again.
        }
    }

    fn router(&mut self, cx: &mut Context<'_, Subagents>) -> Address {
        let (me, runner, way, name) = (cx.me(), self.runner, self.way, self.name);
        let (config, variant) = (self.config, self.variant);
        *self
            .router
            .get_or_insert_with(|| cx.spawn("router", Router::new(me, runner, way, name, config, variant)))
    }

    fn completed(&mut self, cx: &mut Context<'_, Subagents>, call: Call) {
        let taken = Fact::ResultTaken { way: self.way, run: self.run, call };
        match self.phase {
            Phase::Running { steps, doing: Doing::Delegating { call: open, .. } } if open == call => {
                cx.cancel_timer(CRASH);
                self.think(cx, steps);
                cx.announce(taken);
            }
            Phase::Interrupting if self.variant == Variant::LateChildTaken => cx.announce(taken),
            Phase::Running { .. } | Phase::Interrupting | Phase::Idle | Phase::Over => {
                cx.announce(Fact::LateChild(self.way));
                cx.dead_letter(DeadLetter::LateChild);
            }
        }
    }

    /// The run is to stop: first what is below it, then itself.
    fn interrupt(&mut self, cx: &mut Context<'_, Subagents>) {
        let Phase::Running { steps, doing } = self.phase else { return };
        cx.announce(Fact::Interrupted { way: self.way, run: self.run });
        let is_left_alone = self.variant == Variant::CancelNotPassedOn && self.boss == Boss::Runner;
        match (doing, self.router) {
            (Doing::Delegating { call, to }, Some(router)) if !is_left_alone => {
                if self.variant == Variant::InterruptAsError {
                    return cx.send(router, Message::Router(RouterMessage::CancelAll));
                }
                if self.boss != Boss::Runner {
                    self.keep(cx, Kept { steps, call, to, then: Then::Ends });
                }
                self.wind_up(cx, router);
            }
            (Doing::Delegating { .. } | Doing::Thinking | Doing::UsingTool, _) => {
                cx.cancel_timer(STEP);
                self.end(cx, Cause::Interrupted);
            }
        }
    }

    fn wind_up(&mut self, cx: &mut Context<'_, Subagents>, router: Address) {
        cx.send(router, Message::Router(RouterMessage::CancelAll));
        self.phase = Phase::Interrupting;
        cx.set_timer(GRACE_OVER, self.config.grace);
    }

    /// Nothing is below any more, or the grace is over.
    fn wound_up(&mut self, cx: &mut Context<'_, Subagents>) {
        match self.phase {
            Phase::Interrupting => {
                cx.cancel_timer(GRACE_OVER);
                cx.cancel_timer(CRASH);
                self.end(cx, Cause::Interrupted);
            }
            Phase::Idle | Phase::Running { .. } | Phase::Over => {}
        }
    }

    fn end(&mut self, cx: &mut Context<'_, Subagents>, cause: Cause) {
        cx.announce(Fact::RunEnded { way: self.way, run: self.run, cause });
        match self.boss {
            Boss::Person(person) => {
                self.phase = Phase::Idle;
                cx.send(person, Message::Answered);
            }
            Boss::Runner => {
                let outcome = match cause {
                    Cause::Done => Outcome::Done,
                    Cause::Interrupted => Outcome::Cancelled,
                };
                self.phase = Phase::Over;
                cx.send(self.runner, Message::ChildEnded { way: self.way, outcome });
            }
        }
    }
}

impl Actor<Subagents> for Agent {
    fn receive(&mut self, cx: &mut Context<'_, Subagents>, input: Input<Subagents>) {
        match input {
            Input::Start(recovered) => match self.boss {
                Boss::Person(_) => self.recover(cx, &recovered),
                Boss::Runner => self.begin(cx),
            },
            Input::Message(envelope) => match envelope.message {
                Message::Agent(message) => match message {
                    AgentMessage::Ask if self.phase == Phase::Idle => self.begin(cx),
                    AgentMessage::Ask => cx.dead_letter(DeadLetter::Dropped), // A person waits for the answer.
                    AgentMessage::Interrupt | AgentMessage::Cancel => self.interrupt(cx),
                    AgentMessage::Completed { call, .. } => self.completed(cx, call),
                    AgentMessage::AllEnded => self.wound_up(cx),
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(STEP) => self.stepped(cx),
            Input::Timer(GRACE_OVER) => self.wound_up(cx),
            Input::Timer(CRASH) => cx.fail("crashed"),
            Input::Signal(Signal::Shutdown) => cx.exit(),
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
