//! The subagents of one session.

use std::collections::BTreeMap;

use crate::actor::Actor;
use crate::address::Address;
use crate::context::Context;
use crate::input::{Input, TimerId};
use crate::mailbox::DeadLetter;
use crate::session::catalog::AgentName;

use super::{Call, DEADLINE, DEPTH, Fact, Message, Outcome, Subagents, Variant, Way};

/// Has children started, passes cancellation on, and reports each end once.
#[derive(Clone, Debug, Hash)]
pub struct Router {
    agent: Address,
    runner: Address,
    way: Way,
    name: AgentName,
    /// How many children there were.
    children: u64,
    open: BTreeMap<Way, Child>,
    winding_up: WindingUp,
    nested: Nested,
    variant: Variant,
}

/// Whether a subagent may have others explore for it: a knob for deeper trees than the catalog allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nested {
    /// As the catalog says.
    Never,
    /// An architect may have somebody explore.
    ByArchitects,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Child {
    call: Call,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Running,
    Cancelling,
}

/// Whether the agent waits until nothing is below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum WindingUp {
    No,
    Yes,
}

/// More children than this have no digit.
const CHILDREN: u64 = 15;

impl Nested {
    /// Whether one agent may delegate to another.
    pub fn may_delegate(self, from: AgentName, to: AgentName) -> bool {
        let nests = (from, to) == (AgentName::Architect, AgentName::Explore);
        from.may_delegate_to(to) || (self == Self::ByArchitects && nests)
    }
}

impl Router {
    /// The router of a session of that agent.
    pub fn new(
        agent: Address,
        runner: Address,
        way: Way,
        name: AgentName,
        nested: Nested,
        variant: Variant,
    ) -> Self {
        let (open, winding_up) = (BTreeMap::new(), WindingUp::No);
        Self { agent, runner, way, name, children: 0, open, winding_up, nested, variant }
    }

    fn spawn(&mut self, cx: &mut Context<'_, Subagents>, call: Call, to: AgentName) {
        let may = self.nested.may_delegate(self.name, to) || self.variant == Variant::AnyDelegate;
        if !may || self.way.depth() >= DEPTH || self.children == CHILDREN {
            cx.announce(Fact::Refused(self.way));
            return cx.send(self.agent, Message::Completed { call, outcome: Outcome::Refused });
        }
        self.winding_up = WindingUp::No;
        self.children += 1;
        let way = self.way.child(self.children);
        self.open.insert(way, Child { call, state: State::Running });
        cx.announce(Fact::SubagentSpawned { way, agent: to, by: self.name });
        cx.send(self.runner, Message::Run { way, agent: to });
        cx.set_timer(TimerId(way.0), DEADLINE);
    }

    /// A child has ended.
    fn ended(&mut self, cx: &mut Context<'_, Subagents>, way: Way, outcome: Outcome) {
        let Some(child) = self.open.remove(&way) else {
            return cx.dead_letter(DeadLetter::LateChild);
        };
        cx.cancel_timer(TimerId(way.0));
        self.complete(cx, way, child.call, outcome);
        if self.winding_up == WindingUp::Yes && self.open.is_empty() {
            self.winding_up = WindingUp::No;
            cx.send(self.agent, Message::AllEnded);
        }
    }

    fn complete(&self, cx: &mut Context<'_, Subagents>, way: Way, call: Call, outcome: Outcome) {
        cx.announce(Fact::SubagentCompleted { way, outcome });
        cx.send(self.agent, Message::Completed { call, outcome });
    }

    /// A child takes too long: it is told to stop, and its end completes the call.
    fn timed_out(&mut self, cx: &mut Context<'_, Subagents>, way: Way) {
        let Some(child) = self.open.get_mut(&way) else { return };
        let call = child.call;
        match self.variant {
            Variant::ZombieOnTimeout => {
                self.open.remove(&way);
                return self.complete(cx, way, call, Outcome::Failed);
            }
            Variant::BothEmit => self.complete(cx, way, call, Outcome::Failed),
            _ => child.state = State::Cancelling,
        }
        cx.send(self.runner, Message::CancelChild(way));
    }

    fn cancel_all(&mut self, cx: &mut Context<'_, Subagents>) {
        if self.open.is_empty() {
            return cx.send(self.agent, Message::AllEnded);
        }
        self.winding_up = WindingUp::Yes;
        for (way, child) in &mut self.open {
            if child.state == State::Running {
                child.state = State::Cancelling;
                cx.send(self.runner, Message::CancelChild(*way));
            }
        }
    }
}

impl Actor<Subagents> for Router {
    fn receive(&mut self, cx: &mut Context<'_, Subagents>, input: Input<Subagents>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Spawn { call, to } => self.spawn(cx, call, to),
                Message::ChildEnded { way, outcome } => self.ended(cx, way, outcome),
                Message::ChildGone(way) if self.open.contains_key(&way) => {
                    if self.variant != Variant::ExitUnseen {
                        self.ended(cx, way, Outcome::Failed);
                    }
                }
                Message::ChildGone(_) => {} // It has reported before.
                Message::CancelAll => self.cancel_all(cx),
                Message::Ask
                | Message::Answered
                | Message::Interrupt
                | Message::Completed { .. }
                | Message::AllEnded
                | Message::Run { .. }
                | Message::CancelChild(_)
                | Message::Cancel => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(TimerId(way)) => self.timed_out(cx, Way(way)),
            Input::Start(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
