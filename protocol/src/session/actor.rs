//! The session itself: one actor per key (`actors.md` A.1).
//!
//! - `admission` — work comes in, is made durable, waits, and is taken up (T1–T4');
//! - `running` — streams and tool calls of the present run, and its end (T4–T6, T9, T10);
//! - `interrupts` — table B.3, and the end of the key (T7, T8, T14);
//! - `results` — table B.4: what becomes of a reported tool result;
//! - `stream` — the chunks of one model call, put back in order.

mod admission;
mod interrupts;
mod results;
mod running;
mod stream;

use std::collections::VecDeque;

use self::stream::Stream;
use super::config::Config;
use super::fact::PhaseName;
use super::id::{CallId, CommandId, Key, RunId};
use super::message::{Class, Kind, Message, Outcome, Reply};
use super::tool::ToolActor;
use super::variant::Variant;
use super::{Cx, Session};
use crate::actor::Actor;
use crate::address::Address;
use crate::input::{Input, Signal, TimerId, WriteId};
use crate::mailbox::DeadLetter;

/// How long an interrupted run may wind up.
const GRACE: TimerId = TimerId(1);
/// How long a stream may be silent.
const SILENCE: TimerId = TimerId(2);
/// How many commands are remembered, to answer repeats as before; far more than are on their way at a time.
const REMEMBERED_COMMANDS: usize = 256;
/// How many terminal calls are remembered, to tell a late result from a forged one.
const REMEMBERED_CALLS: usize = 32;

/// The session of one key: at most one run at a time, and work that waits for its turn.
///
/// It never waits inside a turn: a commit, a stream and a tool call each report by a later input, so an interrupt gets
/// through at any time (`actors.md` B.1).
#[derive(Clone, Debug, Hash)]
pub struct SessionActor {
    key: Key,
    peers: Peers,
    config: Config,
    variant: Variant,
    tools: Option<Address>,
    phase: Phase,
    /// The number of the last run that was reserved.
    last_run: u32,
    /// Grows with every commit.
    epoch: u32,
    steering: VecDeque<Item>,
    follow_up: VecDeque<Item>,
    commits: VecDeque<Commit>,
    seen: VecDeque<Seen>,
    done: VecDeque<(CallId, Outcome)>,
    /// An interrupt kept for a later run; only variants keep any.
    kept: Option<CommandId>,
}

/// Whom a session talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peers {
    /// Its parent, which routes commands to it.
    pub gateway: Address,
    /// The model.
    pub provider: Address,
    /// Where tools run.
    pub sandbox: Address,
}

/// What the session is doing, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    /// Nothing.
    Idle,
    /// The run is reserved; its message is being stored.
    Starting {
        /// The reserved run.
        run: RunId,
        /// What it will answer.
        item: Item,
        /// The interrupt that has come already: the run will end before its first model call.
        stopped: Option<CommandId>,
    },
    /// The run is at work.
    Running {
        /// On what.
        active: Active,
        /// Whether it makes way for an interjection at the next occasion.
        soft_stop: bool,
    },
    /// The run winds up: it waits for its stream to close or its calls to end, or for the grace to pass.
    Interrupting {
        /// What is still open.
        active: Active,
    },
    /// Ended for good; only answers that it has.
    Closed,
}

/// A run and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Active {
    run: RunId,
    step: u16,
    sub: Sub,
}

/// The two things a run waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sub {
    /// The model.
    Stream(Stream),
    /// The tool calls of the present step, in the order of their emission.
    Tools(Vec<CallRecord>),
}

/// A call of the present step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CallRecord {
    class: Class,
    attempt: u8,
    outcome: Option<Outcome>,
}

/// Work that has been accepted.
///
/// It keeps the key that it was meant for: the actor of another key would run it under the wrong one (F1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Item {
    key: Key,
    command: CommandId,
    kind: Kind,
}

/// What becomes true when a write is durable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Commit {
    write: WriteId,
    then: Then,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Then {
    /// Work is accepted.
    Admit {
        item: Item,
        reply_to: Address,
        /// Whether the session was idle when the work came; only a variant asks.
        was_idle: bool,
    },
    /// The message of the run that is starting is stored.
    Start,
    /// The key has ended.
    Bury { command: CommandId, reply_to: Address },
}

/// A command that has come before, and what was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Seen {
    command: CommandId,
    content: u32,
    /// Absent while the answer waits for a commit.
    reply: Option<Reply>,
}

impl SessionActor {
    /// The session of `key` before its first command.
    pub fn new(key: Key, peers: Peers, config: Config, variant: Variant) -> Self {
        Self {
            key,
            peers,
            config,
            variant,
            tools: None,
            phase: Phase::Idle,
            last_run: 0,
            epoch: 0,
            steering: VecDeque::new(),
            follow_up: VecDeque::new(),
            commits: VecDeque::new(),
            seen: VecDeque::new(),
            done: VecDeque::new(),
            kept: None,
        }
    }

    /// What the session is doing, as a name.
    pub fn phase(&self) -> PhaseName {
        match &self.phase {
            Phase::Idle => PhaseName::Idle,
            Phase::Starting { .. } => PhaseName::Starting,
            Phase::Running { active: Active { sub: Sub::Stream(_), .. }, .. } => PhaseName::Stream,
            Phase::Running { active: Active { sub: Sub::Tools(_), .. }, .. } => PhaseName::Tools,
            Phase::Interrupting { .. } => PhaseName::Interrupting,
            Phase::Closed => PhaseName::Closed,
        }
    }

    /// How much work waits in each queue: interjections, follow-ups.
    pub fn waiting(&self) -> (usize, usize) {
        (self.steering.len(), self.follow_up.len())
    }

    fn message(&mut self, cx: &mut Cx<'_>, message: Message) {
        match message {
            Message::Work(work) => self.offer(cx, work),
            Message::Interrupt(interrupt) => self.interrupt(cx, interrupt),
            Message::Record(interrupt) => self.record(cx, interrupt),
            Message::Terminate(terminate) => self.terminate(cx, terminate),
            Message::Chunk { run, step, seq } => self.chunk(cx, run, step, seq),
            Message::StreamEnded { run, step, end } => self.stream_ended(cx, run, step, end),
            Message::Result(report) => self.result(cx, report),
            Message::Answer { .. }
            | Message::Busy(_)
            | Message::Rested(_)
            | Message::Generate { .. }
            | Message::CloseStream { .. }
            | Message::Execute { .. }
            | Message::CancelCalls { .. }
            | Message::Perform { .. }
            | Message::Abort { .. }
            | Message::Performed { .. }
            | Message::Aborted { .. }
            | Message::Acknowledged { .. } => cx.dead_letter(DeadLetter::Malformed),
        }
    }

    fn timer(&mut self, cx: &mut Cx<'_>, id: TimerId) {
        match id {
            GRACE => self.grace_over(cx),
            SILENCE => self.silence(cx),
            other => unreachable!("a session sets no {other}"),
        }
    }

    /// Everything up to `write` is durable: syncs complete in order, so the oldest commits are done.
    fn durable(&mut self, cx: &mut Cx<'_>, write: WriteId) {
        while self.commits.front().is_some_and(|commit| commit.write <= write) {
            let Some(commit) = self.commits.pop_front() else { break };
            match commit.then {
                Then::Admit { item, reply_to, was_idle } => self.admit(cx, item, reply_to, was_idle),
                Then::Start => self.message_stored(cx),
                Then::Bury { command, reply_to } => self.answer(cx, command, reply_to, Reply::Terminated),
            }
        }
    }

    /// Makes the present state durable; what follows from that waits in `then`.
    ///
    /// The state itself is not written yet: recovery comes with a later issue, and so far the runtime does not crash.
    fn commit(&mut self, cx: &mut Cx<'_>, then: Then) {
        self.epoch += 1;
        cx.write("epoch", &self.epoch);
        let write = cx.sync();
        self.commits.push_back(Commit { write, then });
    }

    /// What was answered to a command that has come before.
    fn recall(&self, command: CommandId) -> Option<Seen> {
        self.seen.iter().find(|seen| seen.command == command).copied()
    }

    /// Remembers a command, within bounds: a repeat that comes after so many others is taken for a new one.
    fn note(&mut self, seen: Seen) {
        if self.seen.len() == REMEMBERED_COMMANDS {
            self.seen.pop_front();
        }
        self.seen.push_back(seen);
    }

    /// Answers a command, and remembers the answer for its repeats.
    fn answer(&mut self, cx: &mut Cx<'_>, command: CommandId, reply_to: Address, reply: Reply) {
        match self.seen.iter_mut().rev().find(|seen| seen.command == command) {
            Some(seen) => seen.reply = Some(reply),
            None => self.note(Seen { command, content: 0, reply: Some(reply) }),
        }
        cx.send(reply_to, Message::Answer { command, reply });
    }

    fn tools(&self) -> Address {
        self.tools.expect("a session's tools are spawned in its first turn")
    }
}

impl Actor<Session> for SessionActor {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            Input::Start(_) => {
                let tools = ToolActor::new(cx.me(), self.peers.sandbox, self.config, self.variant);
                self.tools = Some(cx.spawn("tools", tools));
            }
            Input::Message(envelope) => self.message(cx, envelope.message),
            Input::Timer(id) => self.timer(cx, id),
            Input::Synced(write) => self.durable(cx, write),
            Input::Signal(Signal::Shutdown) => cx.exit(),
            // Supervision comes with a later issue; a refused message is covered by the timeouts.
            Input::Signal(Signal::Exit { .. } | Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}

/// Answers a command that has come before as it was answered then. If the answer waits for a commit, it is on its way.
fn answer_again(cx: &mut Cx<'_>, seen: Seen, reply_to: Address) {
    if let Some(reply) = seen.reply {
        cx.send(reply_to, Message::Answer { command: seen.command, reply });
    }
}
