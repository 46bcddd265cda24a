//! The simulated place where tools run: slow, failing, never ending, or reporting what it should not.

use std::collections::VecDeque;
use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::Fact;
use super::id::CallId;
use super::message::{Message, Outcome, ResultAck, SandboxMessage, ToolMessage};
use super::{Cx, Session};

/// How long a result waits for its acknowledgement before it is sent again.
const RESEND: Duration = Duration::from_millis(100);
/// How often a result is sent at most: the session may be gone for good.
const SENDS: u8 = 4;
/// How many attempts that are over are remembered; more than the network holds back of one system.
const REMEMBERED: usize = 64;

/// A sandbox. What each call does is chosen from a menu whose first entry is the dull one; results are sent until they
/// are acknowledged, so they are not lost and sometimes come twice.
#[derive(Clone, Debug, Default, Hash)]
pub struct Sandbox {
    jobs: Vec<Job>,
    /// Attempts that are over: what the network says late begins none of them anew.
    over: VecDeque<(Address, CallId, u8)>,
    /// How many jobs there were: the name of the next one's timer.
    begun: u64,
    processes: Processes,
}

/// What a sandbox has for a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Processes {
    /// One process.
    #[default]
    One,
    /// One process, and now and then another that the first has started. It tells of them.
    Group,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Job {
    timer: TimerId,
    call: CallId,
    attempt: u8,
    tools: Address,
    state: State,
    /// Whether its process has started another.
    has_child: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    /// Works, and will then do this.
    Working(Behaviour),
    /// Its process was stopped, and what that one had started lives on.
    Orphaned,
    /// Has reported this outcome, and waits for the acknowledgement.
    Reported { outcome: Outcome, sends_left: u8 },
}

/// What a call does when its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Behaviour {
    Succeeds,
    Fails,
    /// Reports twice at once.
    Repeats,
    /// Reports a second, different result.
    Contradicts,
    /// Reports another call, too, which nobody has made.
    Forges,
    /// Reports first as if this were an earlier attempt.
    Stale,
}

impl Sandbox {
    /// A sandbox whose calls are groups of processes.
    pub fn with_groups() -> Self {
        Self { processes: Processes::Group, ..Self::default() }
    }

    fn message(&mut self, cx: &mut Cx<'_>, from: Address, message: Message) {
        match message {
            Message::Sandbox(message) => match message {
                SandboxMessage::Perform { call, attempt } => self.perform(cx, from, call, attempt),
                SandboxMessage::Abort { call, attempt } => self.abort(cx, from, call, attempt),
                SandboxMessage::Kill { call, attempt } => self.kill(cx, from, call, attempt),
                SandboxMessage::Acknowledged { call, ack } => self.acknowledged(cx, call, ack),
            },
            _ => cx.dead_letter(DeadLetter::Malformed),
        }
    }

    fn perform(&mut self, cx: &mut Cx<'_>, tools: Address, call: CallId, attempt: u8) {
        let known = |job: &Job| (job.call, job.tools) == (call, tools);
        let is_over =
            |(by, over, last): &(Address, CallId, u8)| (*by, *over) == (tools, call) && *last >= attempt;
        if self.over.iter().any(is_over) || self.jobs.iter().any(|job| known(job) && job.attempt >= attempt) {
            return cx.dead_letter(DeadLetter::Dropped); // The network said it twice.
        }
        if let Some(index) = self.jobs.iter().position(known) {
            self.end(cx, index); // Who asked for the earlier attempt has crashed.
        }
        self.begun += 1;
        let timer = TimerId(self.begun);
        let (behaviour, after) = (choose_behaviour(cx), choose_duration(cx));
        if let Some(after) = after {
            cx.set_timer(timer, after);
        }
        let has_child = self.processes == Processes::Group && cx.choose(4) == 3;
        self.jobs.push(Job { timer, call, attempt, tools, state: State::Working(behaviour), has_child });
        if self.processes == Processes::Group {
            cx.announce(Fact::ProcessesBegan { call, attempt });
        }
    }

    /// Stops a call that is at work; one that has reported has had its effect.
    fn abort(&mut self, cx: &mut Cx<'_>, tools: Address, call: CallId, attempt: u8) {
        let works =
            |job: &Job| (job.call, job.tools) == (call, tools) && matches!(job.state, State::Working(_));
        match self.jobs.iter().position(works) {
            Some(index) if self.jobs[index].has_child => {
                cx.cancel_timer(self.jobs[index].timer);
                self.jobs[index].state = State::Orphaned;
            }
            Some(index) => self.end(cx, index),
            None => {}
        }
        self.note(tools, call, attempt);
        cx.send(tools, Message::Tool(ToolMessage::Aborted { call }));
    }

    /// Ends whatever is left of a call. A sandbox that has crashed since has nothing left.
    fn kill(&mut self, cx: &mut Cx<'_>, tools: Address, call: CallId, attempt: u8) {
        match self.jobs.iter().position(|job| (job.call, job.tools) == (call, tools)) {
            Some(index) => self.end(cx, index),
            None => self.gone(cx, call, attempt),
        }
        self.note(tools, call, attempt);
        cx.send(tools, Message::Tool(ToolMessage::Killed { call }));
    }

    fn end(&mut self, cx: &mut Cx<'_>, index: usize) {
        let job = self.jobs.remove(index);
        cx.cancel_timer(job.timer);
        self.note(job.tools, job.call, job.attempt);
        match job.state {
            State::Working(_) | State::Orphaned => self.gone(cx, job.call, job.attempt),
            State::Reported { .. } => {}
        }
    }

    /// No process of a job is left.
    fn gone(&self, cx: &mut Cx<'_>, call: CallId, attempt: u8) {
        if self.processes == Processes::Group {
            cx.announce(Fact::ProcessesGone { call, attempt });
        }
    }

    /// Remembers within bounds that an attempt is over.
    fn note(&mut self, tools: Address, call: CallId, attempt: u8) {
        if self.over.len() == REMEMBERED {
            self.over.pop_front();
        }
        self.over.push_back((tools, call, attempt));
    }

    /// The session has judged a report. What it said about an earlier attempt does not settle this one.
    fn acknowledged(&mut self, cx: &mut Cx<'_>, call: CallId, ack: ResultAck) {
        if ack == ResultAck::StaleAttempt {
            return;
        }
        let waits = |job: &Job| job.call == call && matches!(job.state, State::Reported { .. });
        if let Some(index) = self.jobs.iter().position(waits) {
            self.end(cx, index);
        }
    }

    /// A call is done, or its report has waited long enough for an acknowledgement.
    fn due(&mut self, cx: &mut Cx<'_>, timer: TimerId) {
        let Some(index) = self.jobs.iter().position(|job| job.timer == timer) else { return };
        let Job { call, attempt, tools, state, .. } = self.jobs[index];
        let (outcome, sends_left) = match state {
            State::Working(behaviour) => {
                cx.announce(Fact::Effected { call, attempt });
                self.gone(cx, call, attempt);
                (behave(cx, tools, call, attempt, behaviour), SENDS)
            }
            State::Reported { outcome, sends_left } => (outcome, sends_left),
            State::Orphaned => return, // Nobody waits for it.
        };
        if sends_left == 0 {
            return self.end(cx, index);
        }
        cx.send(tools, Message::Tool(ToolMessage::Performed { call, attempt, outcome }));
        cx.set_timer(timer, RESEND);
        self.jobs[index].state = State::Reported { outcome, sends_left: sends_left - 1 };
    }
}

impl Actor<Session> for Sandbox {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            Input::Message(envelope) => self.message(cx, envelope.from, envelope.message),
            Input::Timer(timer) => self.due(cx, timer),
            Input::Synced(_) => unreachable!("a sandbox writes nothing"),
            Input::Signal(Signal::Shutdown) => cx.exit(),
            Input::Start(_)
            | Input::Signal(Signal::Exit { .. } | Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}

/// What the call gives, after whatever else its behaviour reports.
fn behave(cx: &mut Cx<'_>, tools: Address, call: CallId, attempt: u8, behaviour: Behaviour) -> Outcome {
    let outcome = match behaviour {
        Behaviour::Fails => Outcome::Failed(1),
        _ => Outcome::Succeeded(0),
    };
    let extra = match behaviour {
        Behaviour::Succeeds | Behaviour::Fails => return outcome,
        Behaviour::Repeats => Message::Tool(ToolMessage::Performed { call, attempt, outcome }),
        Behaviour::Contradicts => {
            Message::Tool(ToolMessage::Performed { call, attempt, outcome: Outcome::Succeeded(1) })
        }
        Behaviour::Forges => {
            let forged = CallId { index: call.index + 100, ..call };
            Message::Tool(ToolMessage::Performed { call: forged, attempt, outcome })
        }
        Behaviour::Stale => {
            Message::Tool(ToolMessage::Performed { call, attempt: attempt - 1, outcome: Outcome::Failed(2) })
        }
    };
    cx.send(tools, extra);
    outcome
}

fn choose_behaviour(cx: &mut Cx<'_>) -> Behaviour {
    match cx.choose(16) {
        0..=9 => Behaviour::Succeeds,
        10 | 11 => Behaviour::Fails,
        12 => Behaviour::Repeats,
        13 => Behaviour::Contradicts,
        14 => Behaviour::Forges,
        _ => Behaviour::Stale,
    }
}

/// How long a call takes; `None` if it ends only when it is told to. Some take longer than any deadline.
fn choose_duration(cx: &mut Cx<'_>) -> Option<Duration> {
    [1, 3, 10, 60, 400, 2_000, 3_100].get(cx.choose(8) as usize).copied().map(Duration::from_millis)
}
