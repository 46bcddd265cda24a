//! The subagents of one session.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::durable::Durable;
use rehearsal_protocol::input::{Input, Recovered, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;
use rehearsal_protocol::time::Time;
use rehearsal_sessions::session::catalog::{AgentKind, AgentName};

use super::{
    AgentMessage, Call, Config, Fact, Message, Outcome, RouterMessage, RunnerMessage, Subagents, Variant, Way,
};

/// Has children started, passes cancellation on, and reports each end once.
///
/// It keeps on its disk which calls are open. A turn takes hold as a whole and the machine does not crash, so a record and the start of its child are one
/// step. After a crash it asks the runner for its children: one that ended meanwhile has reported to nobody.
#[derive(Clone, Debug, Hash)]
pub struct Router {
    agent: Address,
    runner: Address,
    way: Way,
    name: AgentName,
    /// How many children there were.
    children: u64,
    calls: BTreeMap<Call, Delegation>,
    /// The last call that is over: the agent may have crashed before it knew.
    last: Option<(Call, Outcome)>,
    record: Durable,
    winding_up: WindingUp,
    config: Config,
    variant: Variant,
}

/// An open call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Delegation {
    to: AgentName,
    /// The last child that was started for it.
    child: Way,
    /// Which attempt that is, from 1.
    attempt: u32,
    /// When it has taken too long.
    due: Option<Time>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum State {
    Running,
    Cancelling,
    /// Its child has failed, and another will be started.
    Resting,
}

/// Whether the agent waits until nothing is below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum WindingUp {
    No,
    Yes,
}

/// What the disk has.
#[derive(Serialize, Deserialize)]
struct Kept {
    children: u64,
    calls: BTreeMap<Call, Delegation>,
    last: Option<(Call, Outcome)>,
}

const OPEN: &str = "open";
/// More children than this have no digit.
const CHILDREN: u64 = 15;

impl Router {
    /// The router of a session of that agent.
    pub fn new(
        agent: Address,
        runner: Address,
        way: Way,
        name: AgentName,
        config: Config,
        variant: Variant,
    ) -> Self {
        let (calls, last, record, winding_up) = (BTreeMap::new(), None, Durable::default(), WindingUp::No);
        Self { agent, runner, way, name, children: 0, calls, last, record, winding_up, config, variant }
    }

    fn recover(&mut self, cx: &mut Context<'_, Subagents>, recovered: &Recovered) {
        let (record, kept) = Durable::recovered::<Kept>(recovered, OPEN);
        self.record = record;
        let Some(Kept { children, calls, last }) = kept else { return };
        (self.children, self.calls, self.last) = (children, calls, last);
        for (call, delegation) in &self.calls {
            if let Some(due) = delegation.due {
                cx.set_timer(deadline(*call), due.since(cx.now()));
            }
            match delegation.state {
                State::Resting => cx.set_timer(rest(*call), self.config.rest(delegation.attempt)),
                State::Running | State::Cancelling if self.variant == Variant::ReplyToTheOldLife => {}
                State::Running | State::Cancelling => {
                    cx.send(self.runner, Message::Runner(RunnerMessage::Attach(delegation.child)));
                }
            }
        }
    }

    fn keep(&mut self, cx: &mut Context<'_, Subagents>) {
        let kept = Kept { children: self.children, calls: self.calls.clone(), last: self.last };
        self.record.write(cx, OPEN, &kept);
        cx.sync();
    }

    fn spawn(&mut self, cx: &mut Context<'_, Subagents>, call: Call, to: AgentName) {
        if self.calls.contains_key(&call) {
            return; // The agent has crashed since it asked.
        }
        if let Some((_, outcome)) = self.last.filter(|(last, _)| *last == call) {
            return cx.send(self.agent, Message::Agent(AgentMessage::Completed { call, outcome }));
        }
        let is_hidden = to.entry().kind != AgentKind::Subagent;
        let may = self.config.nested.may_delegate(self.name, to)
            || (self.variant == Variant::AnyDelegate && is_hidden);
        if !may || self.way.depth() >= self.config.depth || self.children == CHILDREN {
            cx.announce(Fact::Refused(self.way));
            return cx.send(
                self.agent,
                Message::Agent(AgentMessage::Completed { call, outcome: Outcome::Refused }),
            );
        }
        self.winding_up = WindingUp::No;
        let due = self.config.timeout.map(|timeout| cx.now() + timeout);
        self.start(cx, call, to, 1, due);
        if let Some(timeout) = self.config.timeout {
            cx.set_timer(deadline(call), timeout);
        }
    }

    /// Has a child started for a call.
    fn start(
        &mut self,
        cx: &mut Context<'_, Subagents>,
        call: Call,
        to: AgentName,
        attempt: u32,
        due: Option<Time>,
    ) {
        self.children += 1;
        let child = self.way.child(self.children);
        self.calls.insert(call, Delegation { to, child, attempt, due, state: State::Running });
        self.keep(cx);
        cx.announce(Fact::SubagentSpawned { way: child, agent: to, by: self.name, call, attempt });
        cx.send(self.runner, Message::Runner(RunnerMessage::Run { way: child, agent: to }));
    }

    /// A child has ended.
    fn ended(&mut self, cx: &mut Context<'_, Subagents>, way: Way, outcome: Outcome) {
        cx.send(self.runner, Message::Runner(RunnerMessage::Seen(way)));
        let is_its = |open: &Delegation| open.child == way && open.state != State::Resting;
        let Some((call, open)) = self.calls.iter().find(|(_, open)| is_its(open)) else {
            return cx.dead_letter(DeadLetter::LateChild);
        };
        let (call, open) = (*call, *open);
        cx.announce(Fact::SubagentCompleted { way, outcome });
        if self.tries_again(open, outcome) {
            return self.rest(cx, call, open);
        }
        self.finish(cx, call, outcome);
    }

    /// Whether a call whose child has come to this is tried again: one that failed by itself is, and one that was cancelled is not.
    fn tries_again(&self, open: Delegation, outcome: Outcome) -> bool {
        let has_failed = match outcome {
            Outcome::Failed => open.state == State::Running,
            Outcome::Cancelled => self.variant == Variant::RetriesCancelled,
            Outcome::Done | Outcome::Refused => false,
        };
        has_failed && open.attempt < self.config.max_attempts && self.children < CHILDREN
    }

    fn rest(&mut self, cx: &mut Context<'_, Subagents>, call: Call, open: Delegation) {
        self.calls.insert(call, Delegation { state: State::Resting, ..open });
        self.keep(cx);
        let attempts = match self.variant {
            Variant::FirstRestAgain => 1,
            _ => open.attempt,
        };
        cx.set_timer(rest(call), self.config.rest(attempts));
    }

    /// A call has rested long enough.
    fn rested(&mut self, cx: &mut Context<'_, Subagents>, call: Call, open: Delegation) {
        match open.state {
            State::Resting => self.start(cx, call, open.to, open.attempt + 1, open.due),
            State::Running | State::Cancelling => {}
        }
    }

    /// A call is over.
    fn finish(&mut self, cx: &mut Context<'_, Subagents>, call: Call, outcome: Outcome) {
        self.calls.remove(&call);
        self.last = Some((call, outcome));
        self.keep(cx);
        cx.cancel_timer(deadline(call));
        cx.cancel_timer(rest(call));
        cx.send(self.agent, Message::Agent(AgentMessage::Completed { call, outcome }));
        if self.winding_up == WindingUp::Yes && self.calls.is_empty() {
            self.winding_up = WindingUp::No;
            cx.send(self.agent, Message::Agent(AgentMessage::AllEnded));
        }
    }

    /// A call takes too long: its child is told to stop, and the end of that completes the call.
    fn timed_out(&mut self, cx: &mut Context<'_, Subagents>, call: Call, open: Delegation) {
        let outcome = Outcome::Failed;
        match (open.state, self.variant) {
            (State::Resting, _) => return self.finish(cx, call, outcome),
            (State::Cancelling, _) => return,
            (State::Running, Variant::ZombieOnTimeout) => {
                cx.announce(Fact::SubagentCompleted { way: open.child, outcome });
                return self.finish(cx, call, outcome);
            }
            (State::Running, Variant::BothEmit) => {
                cx.announce(Fact::SubagentCompleted { way: open.child, outcome });
                cx.send(self.agent, Message::Agent(AgentMessage::Completed { call, outcome }));
            }
            (State::Running, _) => {}
        }
        self.calls.insert(call, Delegation { state: State::Cancelling, ..open });
        cx.send(self.runner, Message::Runner(RunnerMessage::CancelChild(open.child)));
    }

    fn cancel_all(&mut self, cx: &mut Context<'_, Subagents>) {
        if self.calls.is_empty() {
            return cx.send(self.agent, Message::Agent(AgentMessage::AllEnded));
        }
        self.winding_up = WindingUp::Yes;
        for (call, open) in self.calls.clone() {
            match open.state {
                State::Running => {
                    self.calls.insert(call, Delegation { state: State::Cancelling, ..open });
                    cx.send(self.runner, Message::Runner(RunnerMessage::CancelChild(open.child)));
                }
                State::Cancelling => {}
                State::Resting => self.finish(cx, call, Outcome::Cancelled),
            }
        }
    }

    fn timer(&mut self, cx: &mut Context<'_, Subagents>, id: TimerId) {
        let named = |call: &Call| deadline(*call) == id || rest(*call) == id;
        let Some((call, open)) = self.calls.iter().find(|(call, _)| named(call)) else { return };
        let (call, open) = (*call, *open);
        if id == rest(call) { self.rested(cx, call, open) } else { self.timed_out(cx, call, open) }
    }
}

impl Actor<Subagents> for Router {
    fn receive(&mut self, cx: &mut Context<'_, Subagents>, input: Input<Subagents>) {
        match input {
            Input::Start(recovered) => self.recover(cx, &recovered),
            Input::Message(envelope) => match envelope.message {
                Message::Router(message) => match message {
                    RouterMessage::Spawn { call, to } => self.spawn(cx, call, to),
                    RouterMessage::CancelAll => self.cancel_all(cx),
                },
                Message::ChildEnded { way, outcome } => self.ended(cx, way, outcome),
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(id) => self.timer(cx, id),
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

/// The timer after which a call has taken too long.
pub(super) fn deadline(call: Call) -> TimerId {
    TimerId(u64::from(call.run) << 32 | u64::from(call.number) << 1)
}

/// The timer after which a call has rested.
pub(super) fn rest(call: Call) -> TimerId {
    TimerId(deadline(call).0 | 1)
}
