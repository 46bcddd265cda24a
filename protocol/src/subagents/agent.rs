//! A session with one agent, at the top or below another.

use std::time::Duration;

use crate::actor::Actor;
use crate::address::Address;
use crate::context::Context;
use crate::input::{Input, TimerId};
use crate::mailbox::DeadLetter;
use crate::session::catalog::{AgentName, Tool};

use super::router::{Nested, Router};
use super::{Boss, Call, Cause, Fact, GRACE, Message, Outcome, Subagents, Variant, Way};

/// Works on runs, one after another at the top, a single one below.
#[derive(Clone, Debug, Hash)]
pub struct Agent {
    way: Way,
    name: AgentName,
    boss: Boss,
    runner: Address,
    router: Option<Address>,
    run: u32,
    phase: Phase,
    nested: Nested,
    variant: Variant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    /// Waits for somebody to ask.
    Idle,
    /// Works on a run.
    Running { asked_by: Option<Address>, steps: u32, doing: Doing },
    /// Waits until all that it began has ended.
    Interrupting { asked_by: Option<Address> },
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
    Delegating { call: Call },
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
        nested: Nested,
        variant: Variant,
    ) -> Self {
        Self { way, name, boss, runner, router: None, run: 0, phase: Phase::Idle, nested, variant }
    }

    fn begin(&mut self, cx: &mut Context<'_, Subagents>, asked_by: Option<Address>) {
        self.run += 1;
        cx.announce(Fact::RunStarted { way: self.way, run: self.run });
        self.think(cx, asked_by, STEPS);
    }

    fn think(&mut self, cx: &mut Context<'_, Subagents>, asked_by: Option<Address>, steps: u32) {
        self.phase = Phase::Running { asked_by, steps, doing: Doing::Thinking };
        cx.announce(Fact::ModelCalled { way: self.way, run: self.run });
        let thought = THOUGHTS[cx.choose(THOUGHTS.len() as u32) as usize];
        cx.set_timer(STEP, thought);
    }

    /// The model has an answer, or the tool a result.
    fn stepped(&mut self, cx: &mut Context<'_, Subagents>) {
        match self.phase {
            Phase::Running { asked_by, steps: 0, doing: Doing::Thinking } => {
                self.end(cx, asked_by, Cause::Done);
            }
            Phase::Running { asked_by, steps, doing: Doing::Thinking } => {
                let decision = DECISIONS[cx.choose(DECISIONS.len() as u32) as usize];
                self.decided(cx, asked_by, steps - 1, decision);
            }
            Phase::Running { asked_by, steps, doing: Doing::UsingTool } => self.think(cx, asked_by, steps),
            Phase::Running { doing: Doing::Delegating { .. }, .. }
            | Phase::Idle
            | Phase::Interrupting { .. }
            | Phase::Over => {}
        }
    }

    fn decided(
        &mut self,
        cx: &mut Context<'_, Subagents>,
        asked_by: Option<Address>,
        steps: u32,
        decision: Decision,
    ) {
        match decision {
            Decision::Finish => self.end(cx, asked_by, Cause::Done),
            Decision::Use(tool) => {
                if !self.name.may_use(tool) && self.variant != Variant::CheckedWhenOffered {
                    return self.think(cx, asked_by, steps); // The model is told that it may not.
                }
                let (way, run, agent) = (self.way, self.run, self.name);
                cx.announce(Fact::ToolStarted { way, run, agent, tool });
                self.phase = Phase::Running { asked_by, steps, doing: Doing::UsingTool };
                let time = TOOLS[cx.choose(TOOLS.len() as u32) as usize];
                cx.set_timer(STEP, time);
            }
            Decision::Delegate(to) => {
                let call = Call { run: self.run, number: STEPS - steps };
                let router = self.router(cx);
                cx.send(router, Message::Spawn { call, to });
                self.phase = Phase::Running { asked_by, steps, doing: Doing::Delegating { call } };
            }
            Decision::Die => match self.boss {
                Boss::Person => self.think(cx, asked_by, steps),
                Boss::Router(_) => {
                    self.phase = Phase::Over;
                    cx.exit();
                }
            },
        }
    }

    fn router(&mut self, cx: &mut Context<'_, Subagents>) -> Address {
        let (me, runner, way, name) = (cx.me(), self.runner, self.way, self.name);
        let (nested, variant) = (self.nested, self.variant);
        *self
            .router
            .get_or_insert_with(|| cx.spawn("router", Router::new(me, runner, way, name, nested, variant)))
    }

    fn completed(&mut self, cx: &mut Context<'_, Subagents>, call: Call) {
        let taken = Fact::ResultTaken { way: self.way, run: self.run, call };
        match self.phase {
            Phase::Running { asked_by, steps, doing: Doing::Delegating { call: open } } if open == call => {
                self.think(cx, asked_by, steps);
                cx.announce(taken);
            }
            Phase::Interrupting { .. } if self.variant == Variant::LateChildTaken => cx.announce(taken),
            Phase::Running { .. } | Phase::Interrupting { .. } | Phase::Idle | Phase::Over => {
                cx.announce(Fact::LateChild(self.way));
                cx.dead_letter(DeadLetter::LateChild);
            }
        }
    }

    /// The run is to stop: first what is below it, then itself.
    fn interrupt(&mut self, cx: &mut Context<'_, Subagents>) {
        let Phase::Running { asked_by, doing, .. } = self.phase else { return };
        cx.announce(Fact::Interrupted { way: self.way, run: self.run });
        let below = match doing {
            Doing::Delegating { .. } => self.router,
            Doing::Thinking | Doing::UsingTool => None,
        };
        let is_left_alone = self.variant == Variant::CancelNotPassedOn && self.boss != Boss::Person;
        let Some(router) = below.filter(|_| !is_left_alone) else {
            cx.cancel_timer(STEP);
            return self.end(cx, asked_by, Cause::Interrupted);
        };
        cx.send(router, Message::CancelAll);
        if self.variant != Variant::InterruptAsError {
            self.phase = Phase::Interrupting { asked_by };
            cx.set_timer(GRACE_OVER, GRACE);
        }
    }

    /// Nothing is below any more, or the grace is over.
    fn wound_up(&mut self, cx: &mut Context<'_, Subagents>) {
        match self.phase {
            Phase::Interrupting { asked_by } => {
                cx.cancel_timer(GRACE_OVER);
                self.end(cx, asked_by, Cause::Interrupted);
            }
            Phase::Idle | Phase::Running { .. } | Phase::Over => {}
        }
    }

    fn end(&mut self, cx: &mut Context<'_, Subagents>, asked_by: Option<Address>, cause: Cause) {
        cx.announce(Fact::RunEnded { way: self.way, run: self.run, cause });
        match self.boss {
            Boss::Person => {
                self.phase = Phase::Idle;
                if let Some(person) = asked_by {
                    cx.send(person, Message::Answered);
                }
            }
            Boss::Router(router) => {
                let outcome = match cause {
                    Cause::Done => Outcome::Done,
                    Cause::Interrupted => Outcome::Cancelled,
                };
                self.phase = Phase::Over;
                cx.send(router, Message::ChildEnded { way: self.way, outcome });
                cx.exit();
            }
        }
    }
}

impl Actor<Subagents> for Agent {
    fn receive(&mut self, cx: &mut Context<'_, Subagents>, input: Input<Subagents>) {
        match input {
            Input::Start(_) => match self.boss {
                Boss::Person => {}
                Boss::Router(_) => self.begin(cx, None),
            },
            Input::Message(envelope) => match envelope.message {
                Message::Ask if self.phase == Phase::Idle => self.begin(cx, Some(envelope.from)),
                Message::Ask => cx.dead_letter(DeadLetter::Dropped), // A person waits for the answer.
                Message::Interrupt | Message::Cancel => self.interrupt(cx),
                Message::Completed { call, .. } => self.completed(cx, call),
                Message::AllEnded => self.wound_up(cx),
                Message::Answered
                | Message::Spawn { .. }
                | Message::CancelAll
                | Message::Run { .. }
                | Message::CancelChild(_)
                | Message::ChildEnded { .. }
                | Message::ChildGone(_) => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(STEP) => self.stepped(cx),
            Input::Timer(GRACE_OVER) => self.wound_up(cx),
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
