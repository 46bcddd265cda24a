//! The calls of one key: permits, deadlines, cancellation (`actors.md` A.3).

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::config::{Config, Leftovers};
use super::fact::Fact;
use super::id::{CallId, RunId};
use super::message::{Class, Message, Outcome, Report, SandboxMessage, SessionMessage, ToolMessage};
use super::variant::{Variant, Variants};
use super::{Cx, Session};

/// The tools of one key: starts calls as permits allow, and reports one terminal state for each.
///
/// It holds the calls that are open and no others: whatever is reported about another call goes to the session as it is,
/// which judges all results in one place (`actors.md` B.4).
#[derive(Clone, Debug, Hash)]
pub struct ToolActor {
    session: Address,
    sandbox: Address,
    config: Config,
    variants: Variants,
    calls: Vec<Call>,
    /// Calls of runs up to this number are cancelled before they begin: a cancellation overtakes calls, since it travels
    /// in a higher lane.
    cancelled: u32,
    /// How often calls of a run that only read may be made; the calls of other runs are made once.
    patience: Option<(RunId, u8)>,
    /// Calls that were stopped and of which processes may be left.
    leftovers: Vec<(CallId, u8)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Call {
    id: CallId,
    /// Which attempt this is; the tools count on from the one that the session has asked for.
    attempt: u8,
    /// Which one the session has asked for.
    first: u8,
    class: Class,
    state: State,
}

/// Where an open call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    /// Waits for a permit.
    Queued,
    /// Runs until it reports or its deadline passes.
    Running,
    /// Was asked to stop, and may take a moment to.
    Aborting,
}

impl ToolActor {
    /// The tools of `session`, which run in `sandbox`.
    pub fn new(session: Address, sandbox: Address, config: Config, variants: impl Into<Variants>) -> Self {
        Self {
            session,
            sandbox,
            config,
            variants: variants.into(),
            calls: Vec::new(),
            cancelled: 0,
            patience: None,
            leftovers: Vec::new(),
        }
    }

    fn message(&mut self, cx: &mut Cx<'_>, from: Address, message: Message) {
        match message {
            Message::Tool(message) => match message {
                ToolMessage::Execute { call, attempt, class } => self.execute(cx, call, attempt, class),
                ToolMessage::Patience { run, attempts } => self.patience = Some((run, attempts)),
                ToolMessage::Performed { call, attempt, outcome } => {
                    self.performed(cx, from, call, attempt, outcome);
                }
                ToolMessage::Aborted { call } => self.aborted(cx, call),
                ToolMessage::Killed { call } => self.killed(cx, call),
            },
            Message::CancelCalls { run } => self.cancel(cx, run),
            _ => cx.dead_letter(DeadLetter::Malformed),
        }
    }

    fn execute(&mut self, cx: &mut Cx<'_>, id: CallId, attempt: u8, class: Class) {
        if let Some(open) = self.calls.iter().position(|call| call.id == id) {
            // The session has crashed since, and both of its lives have asked: the later attempt counts.
            if self.calls[open].attempt >= attempt {
                return cx.dead_letter(DeadLetter::StaleAttempt);
            }
            self.calls.remove(open);
            cx.announce(Fact::PermitFreed { call: id });
            cx.cancel_timer(timer(id));
        }
        let call = Call { id, attempt, first: attempt, class, state: State::Queued };
        if id.run.number <= self.cancelled {
            self.report(cx, call, Outcome::Cancelled);
        } else if class == Class::Forbidden && !self.variants.has(Variant::CheckWhenOffering) {
            self.report(cx, call, Outcome::Denied);
        } else if class == Class::Asking && !self.variants.has(Variant::AskHoldsPermit) {
            cx.send(self.session, Message::Session(SessionMessage::NeedsPeople { call: id }));
        } else {
            self.calls.push(call);
            self.start_ready(cx);
        }
    }

    /// Starts what the permits allow, in order.
    fn start_ready(&mut self, cx: &mut Cx<'_>) {
        for index in 0..self.calls.len() {
            let Call { id, attempt, class, state, .. } = self.calls[index];
            if state == State::Queued && self.permitted(class) {
                self.calls[index].state = State::Running;
                cx.announce(Fact::CallStarted { call: id });
                if class == Class::Asking {
                    cx.send(self.session, Message::Session(SessionMessage::NeedsPeople { call: id }));
                    continue;
                }
                cx.send(self.sandbox, Message::Sandbox(SandboxMessage::Perform { call: id, attempt }));
                cx.set_timer(timer(id), self.config.tool_deadline);
            }
        }
    }

    /// One permit for all serial calls of the key, and so many for parallel ones. A call that is aborting still holds its own.
    fn permitted(&self, class: Class) -> bool {
        let width = match class {
            Class::Serial if self.variants.has(Variant::PermitPerCall) => usize::from(self.config.width),
            Class::Serial | Class::Asking | Class::Plan => 1,
            Class::Parallel if self.variants.has(Variant::NoWidth) => usize::MAX,
            Class::Parallel | Class::Forbidden => usize::from(self.config.width),
        };
        self.calls.iter().filter(|call| call.class == class && call.state != State::Queued).count() < width
    }

    /// The run is cancelled: what waits ends at once, what runs is asked to stop.
    fn cancel(&mut self, cx: &mut Cx<'_>, run: RunId) {
        cx.announce(Fact::CancelHeard { run });
        self.cancelled = self.cancelled.max(run.number);
        for call in std::mem::take(&mut self.calls) {
            match call.state {
                State::Queued if self.variants.has(Variant::QueuedCallSurvives) => self.calls.push(call),
                State::Queued => self.report(cx, call, Outcome::Cancelled),
                State::Running => {
                    cx.send(
                        self.sandbox,
                        Message::Sandbox(SandboxMessage::Abort { call: call.id, attempt: call.attempt }),
                    );
                    cx.set_timer(timer(call.id), self.config.tool_grace);
                    self.calls.push(Call { state: State::Aborting, ..call });
                }
                State::Aborting => self.calls.push(call),
            }
        }
    }

    fn performed(&mut self, cx: &mut Cx<'_>, from: Address, id: CallId, attempt: u8, outcome: Outcome) {
        let open = |call: &Call| (call.id, call.attempt) == (id, attempt) && call.state != State::Queued;
        if let Some(index) = self.calls.iter().position(open) {
            let again = self.variants.has(Variant::RetryFailures) && attempt == 1;
            if again && matches!(outcome, Outcome::Failed(_)) {
                self.calls[index].attempt += 1;
                return cx.send(
                    self.sandbox,
                    Message::Sandbox(SandboxMessage::Perform { call: id, attempt: attempt + 1 }),
                );
            }
            if matches!(outcome, Outcome::Failed(_)) && self.may_retry(self.calls[index]) {
                return self.retry(cx, index);
            }
            self.calls.remove(index);
            cx.announce(Fact::PermitFreed { call: id });
            cx.cancel_timer(timer(id));
            self.start_ready(cx);
        }
        if self.calls.iter().any(|call| call.id == id && (call.first..call.attempt).contains(&attempt)) {
            return cx.dead_letter(DeadLetter::StaleAttempt); // It has been given up for a later one.
        }
        let report = Report { call: id, attempt, outcome, reporter: Some(from) };
        cx.send(self.session, Message::Session(SessionMessage::Result(report)));
    }

    /// Whether a call that has failed may be made once more: only what reads, and as often as the mode of its agent allows (`actors.md` C.3).
    fn may_retry(&self, call: Call) -> bool {
        let attempts =
            self.patience.filter(|(run, _)| *run == call.id.run).map_or(1, |(_, attempts)| attempts);
        let harmless = call.class == Class::Parallel || self.variants.has(Variant::RetryWrites);
        harmless && call.state == State::Running && call.attempt - call.first + 1 < attempts
    }

    /// Makes a call once more. It keeps its permit and its deadline.
    fn retry(&mut self, cx: &mut Cx<'_>, index: usize) {
        self.calls[index].attempt += 1;
        let Call { id, attempt, .. } = self.calls[index];
        cx.announce(Fact::CallRetried { call: id, attempt });
        cx.send(self.sandbox, Message::Sandbox(SandboxMessage::Perform { call: id, attempt }));
        if self.variants.has(Variant::DeadlinePerAttempt) {
            cx.set_timer(timer(id), self.config.tool_deadline);
        }
    }

    fn aborted(&mut self, cx: &mut Cx<'_>, id: CallId) {
        let stops = |call: &Call| call.id == id && call.state == State::Aborting;
        match self.calls.iter().position(stops) {
            Some(index) => {
                cx.cancel_timer(timer(id));
                self.kill(cx, self.calls[index]);
                self.end(cx, index, Outcome::Cancelled);
            }
            None => cx.dead_letter(DeadLetter::LateResult),
        }
    }

    /// A call's deadline has passed, or the grace of one that should stop.
    fn overdue(&mut self, cx: &mut Cx<'_>, id: TimerId) {
        let Some(index) = self.calls.iter().position(|call| timer(call.id) == id) else { return };
        match self.calls[index].state {
            State::Queued => unreachable!("a call that waits for a permit has no deadline yet"),
            State::Running => {
                let Call { id, attempt, .. } = self.calls[index];
                cx.send(self.sandbox, Message::Sandbox(SandboxMessage::Abort { call: id, attempt }));
                self.let_go(cx, id, attempt);
                self.end(cx, index, Outcome::TimedOut);
            }
            State::Aborting => {
                self.kill(cx, self.calls[index]);
                self.end(cx, index, Outcome::Cancelled);
            }
        }
    }

    /// A call is past its deadline: what it has for processes may stop by itself within the grace.
    fn let_go(&mut self, cx: &mut Cx<'_>, id: CallId, attempt: u8) {
        match self.config.leftovers {
            Leftovers::Killed { .. } if !self.variants.has(Variant::KillsDirectChild) => {
                self.leftovers.push((id, attempt));
                cx.set_timer(leftover(id), self.config.tool_grace);
            }
            Leftovers::Killed { .. } | Leftovers::None => {}
        }
    }

    /// A call had its grace: whatever is left of it ends now.
    fn kill(&mut self, cx: &mut Cx<'_>, call: Call) {
        if !self.variants.has(Variant::KillsDirectChild) && self.config.leftovers != Leftovers::None {
            self.leftovers.push((call.id, call.attempt));
            self.kill_again(cx, leftover(call.id));
        }
    }

    /// Nobody has said that nothing is left of a call; what was said to the sandbox may be lost.
    fn kill_again(&mut self, cx: &mut Cx<'_>, id: TimerId) {
        let Leftovers::Killed { again } = self.config.leftovers else { return };
        if let Some((call, attempt)) = self.leftovers.iter().copied().find(|(call, _)| leftover(*call) == id)
        {
            cx.send(self.sandbox, Message::Sandbox(SandboxMessage::Kill { call, attempt }));
            if !self.variants.has(Variant::KilledOnce) {
                cx.set_timer(id, again);
            }
        }
    }

    fn killed(&mut self, cx: &mut Cx<'_>, id: CallId) {
        self.leftovers.retain(|(call, _)| *call != id);
        cx.cancel_timer(leftover(id));
    }

    fn end(&mut self, cx: &mut Cx<'_>, index: usize, outcome: Outcome) {
        let call = self.calls.remove(index);
        cx.announce(Fact::PermitFreed { call: call.id });
        self.report(cx, call, outcome);
        self.start_ready(cx);
    }

    fn report(&self, cx: &mut Cx<'_>, call: Call, outcome: Outcome) {
        let report = Report { call: call.id, attempt: call.attempt, outcome, reporter: None };
        cx.send(self.session, Message::Session(SessionMessage::Result(report)));
    }
}

impl Actor<Session> for ToolActor {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            Input::Message(envelope) => self.message(cx, envelope.from, envelope.message),
            Input::Timer(id) if id.0 & LEFTOVER != 0 => self.kill_again(cx, id),
            Input::Timer(id) => self.overdue(cx, id),
            Input::Synced(_) => unreachable!("tools write nothing"),
            Input::Signal(Signal::Shutdown) => cx.exit(),
            Input::Start(_)
            | Input::Signal(Signal::Exit { .. } | Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}

/// What tells the two timers of a call apart.
const LEFTOVER: u64 = 1 << 63;

/// The timer after which what is left of a call is killed, or killed again.
pub(super) fn leftover(call: CallId) -> TimerId {
    TimerId(timer(call).0 | LEFTOVER)
}

/// The timer of a call; a key has one open step at a time, but a step of a run may linger while the next run begins.
pub(super) fn timer(call: CallId) -> TimerId {
    TimerId(u64::from(call.run.number) << 32 | u64::from(call.step) << 16 | u64::from(call.index))
}
