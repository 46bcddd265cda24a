//! The session itself: one actor per key (`actors.md` A.1).
//!
//! - `admission` — work comes in, is made durable, waits, and is taken up (T1–T4');
//! - `agents` — who answers, and the agent that listens to the model for a step;
//! - `running` — streams and tool calls of the present run (T5, T6, T8, T10);
//! - `ending` — the one end of every run, and the end of the key (T4, T4', T9, T14);
//! - `interrupts` — table B.3 (T7, T8);
//! - `cancels` — what a cancel does beyond an interrupt: to what waits, and to the calls of a stopped stream;
//! - `parked` — a run that waits for people, and holds nothing meanwhile (T11–T13);
//! - `results` — table B.4: what becomes of a reported tool result;
//! - `memory` — the window of the past: answered commands, calls that have ended;
//! - `journal` — what is on the disk;
//! - `recovery` — what a session does with it after a crash;
//! - `state` — what a session says when it is asked what it is at;
//! - `rest` — a session that has nothing to do leaves, until it is asked for (T15).
//!
//! Whatever others may learn of waits for a commit: the turn that decides writes a record, and what is told is told when that record is
//! durable (SES-7).

mod admission;
mod agents;
mod cancels;
mod ending;
mod interrupts;
mod journal;
mod memory;
mod parked;
mod recovery;
mod rest;
mod results;
mod running;
mod state;
mod tally;

use std::collections::VecDeque;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, Signal, TimerId, WriteId};
use rehearsal_protocol::mailbox::DeadLetter;
use rehearsal_protocol::run::InterruptAck;
use serde::{Deserialize, Serialize};

use self::agents::StepAgent;
use self::ending::Ending;
use self::journal::{Journal, Outcomes, Record};
use self::memory::{Memory, Seen};
use self::tally::Tally;
use super::catalog::AgentName;
use super::config::Config;
use super::fact::{Fact, PhaseName};
use super::id::{CommandId, Key, RunId};
use super::message::{
    Calls, Class, Command, Interrupt, Kind, Message, Metrics, Outcome, Reply, SessionMessage, StreamMessage,
};
use super::models::ModelTable;
use super::stream::Stream;
use super::tool::ToolActor;
use super::variant::{Variant, Variants};
use super::{Cx, Session};

/// How long an interrupted run may wind up.
const GRACE: TimerId = TimerId(1);
/// How long a stream may be silent.
const SILENCE: TimerId = TimerId(2);
/// How long a session has had nothing to do.
const IDLE: TimerId = TimerId(3);
/// How long people have not answered.
const REMIND: TimerId = TimerId(4);

/// The session of one key: at most one run at a time, and work that waits for its turn.
///
/// It never waits inside a turn: a commit, a stream and a tool call each report by a later input, so an interrupt gets
/// through at any time (`actors.md` B.1).
#[derive(Clone, Debug, Hash)]
pub struct SessionActor {
    key: Key,
    peers: Peers,
    config: Config,
    variants: Variants,
    tools: Option<Address>,
    /// Who holds plans up to people; spawned with the first plan.
    planner: Option<Address>,
    phase: Phase,
    /// The number of the last run that was reserved.
    last_run: u32,
    steering: VecDeque<Item>,
    follow_up: VecDeque<Item>,
    commits: VecDeque<Commit>,
    memory: Memory,
    journal: Journal,
    tally: Tally,
    /// The agent of the next run, unless its message names another.
    agent: AgentName,
    /// The agent of the present run.
    turn_agent: AgentName,
    /// Which model each agent has.
    models: ModelTable,
    /// Who listens to the model for the present step, if not the session itself.
    step_agent: Option<StepAgent>,
    /// Whether what waits is held until somebody says something more.
    holds: bool,
    /// An interrupt kept for a later run; only variants keep any.
    kept: Option<CommandId>,
    /// What waits for the run to end; only a variant keeps any.
    held_up: Vec<Message>,
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
    /// The people who decide what needs them.
    pub people: [Option<Address>; 2],
}

/// What the session is doing, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Phase {
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
    /// The run waits for people and holds nothing: no task, no permit.
    Parked {
        /// Its calls, of which some ask.
        active: Active,
    },
    /// How the run ends is decided and being stored; no interrupt changes it any more.
    Finalizing {
        /// What will be told of it.
        ending: Ending,
    },
    /// The key's end is being stored.
    Closing {
        /// What will be told of the run that was at work.
        ending: Option<Ending>,
        /// The item whose run was starting, which will not run.
        item: Option<Item>,
        /// What the session was doing.
        was: PhaseName,
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

/// What a run waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sub {
    /// The model.
    Stream(Stream),
    /// The commit of the calls that the model asks for.
    Issuing(Vec<CallRecord>),
    /// The tool calls of the present step, in the order of their emission.
    Tools(Vec<CallRecord>),
    /// The commit that parks the run.
    Parking(Vec<CallRecord>),
    /// The commit of their results.
    Gathering(Vec<CallRecord>),
}

/// A call of the present step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct CallRecord {
    class: Class,
    attempt: u8,
    outcome: Option<Outcome>,
    /// Whether it waits for people: for their leave, or for their word on the plan that it belongs to.
    asks: bool,
}

/// Work that has been accepted.
///
/// It keeps the key that it was meant for: the actor of another key would run it under the wrong one (F1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Item {
    key: Key,
    command: CommandId,
    kind: Kind,
}

/// What becomes true when a write is durable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Commit {
    write: WriteId,
    epoch: u32,
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
    /// A variant's way: the item is taken up, and its message will be stored next.
    Clear,
    /// The message of the run that is starting is stored.
    Start,
    /// The text and the calls of a step are stored.
    Issue { run: RunId, step: u16, chunks: u16, calls: Calls, metrics: Metrics },
    /// The calls without results will be tried once more.
    Retry,
    /// The run is parked.
    Park,
    /// What people have decided about a call is stored; whoever decided is answered.
    Resolve(Option<(CommandId, Address)>),
    /// The results of a step are stored.
    Proceed { run: RunId, step: u16, outcomes: Outcomes },
    /// An interrupt is judged.
    Acknowledge { interrupt: Interrupt, ack: InterruptAck, stops: Option<RunId> },
    /// The end of a run is stored.
    End,
    /// Another agent answers from the next run on.
    Switch { command: CommandId, reply_to: Address },
    /// The key has ended.
    Bury { command: CommandId, reply_to: Address },
    /// A snapshot is stored, and nothing follows.
    Rest,
    /// A snapshot is stored, and the session would leave.
    Leave,
}

impl SessionActor {
    /// The session of `key` before its first command.
    pub fn new(key: Key, peers: Peers, config: Config, variants: impl Into<Variants>) -> Self {
        Self {
            key,
            peers,
            config,
            variants: variants.into(),
            tools: None,
            planner: None,
            phase: Phase::Idle,
            last_run: 0,
            steering: VecDeque::new(),
            follow_up: VecDeque::new(),
            commits: VecDeque::new(),
            memory: Memory::default(),
            journal: Journal::default(),
            tally: Tally::default(),
            agent: AgentName::default(),
            turn_agent: AgentName::default(),
            models: ModelTable::default(),
            step_agent: None,
            holds: false,
            kept: None,
            held_up: Vec::new(),
        }
    }

    /// What the session is doing, as a name.
    pub fn phase(&self) -> PhaseName {
        match &self.phase {
            Phase::Idle => PhaseName::Idle,
            Phase::Starting { .. } => PhaseName::Starting,
            Phase::Running { active: Active { sub: Sub::Stream(_), .. }, .. } => PhaseName::Stream,
            Phase::Running {
                active:
                    Active { sub: Sub::Issuing(_) | Sub::Tools(_) | Sub::Parking(_) | Sub::Gathering(_), .. },
                ..
            } => PhaseName::Tools,
            Phase::Parked { .. } => PhaseName::Parked,
            Phase::Interrupting { .. } => PhaseName::Interrupting,
            Phase::Finalizing { .. } => PhaseName::Finalizing,
            Phase::Closing { .. } => PhaseName::Closing,
            Phase::Closed => PhaseName::Closed,
        }
    }

    /// How much work waits in each queue: interjections, follow-ups.
    pub fn waiting(&self) -> (usize, usize) {
        (self.steering.len(), self.follow_up.len())
    }

    fn message(&mut self, cx: &mut Cx<'_>, message: Message) {
        match message {
            Message::Command(message) => match message {
                Command::Work(work) => self.offer(cx, work),
                Command::Interrupt(interrupt) => self.interrupt(cx, interrupt),
                Command::Terminate(terminate) => self.terminate(cx, terminate),
                Command::Respond(respond) => self.respond(cx, respond),
                Command::SwitchAgent(switch) => self.switch_agent(cx, switch),
                Command::GetState(get) => self.tell_state(cx, get),
                Command::GetMetrics(get) => self.tell_metrics(cx, get),
            },
            Message::Session(message) => match message {
                SessionMessage::Record(interrupt) => self.record(cx, interrupt),
                SessionMessage::Result(report) => self.result(cx, report),
                SessionMessage::Leave => self.leave(cx),
                SessionMessage::NeedsPeople { call } => self.needs_people(cx, call),
                SessionMessage::Resolved { call, decision, by } => self.resolve(cx, call, decision, by),
            },
            Message::Stream(message) => match message {
                StreamMessage::Chunk { stream, seq } => self.chunk(cx, stream, seq),
                StreamMessage::StreamEnded { stream, end } => self.stream_ended(cx, stream, end),
            },
            Message::Models(models) => self.rotate(cx, models),
            _ => cx.dead_letter(DeadLetter::Malformed),
        }
    }

    fn timer(&mut self, cx: &mut Cx<'_>, id: TimerId) {
        match id {
            GRACE => self.grace_over(cx),
            SILENCE => self.silence(cx),
            IDLE => self.idle_for_long(cx),
            REMIND => self.remind(cx),
            other => unreachable!("a session sets no {other}"),
        }
    }

    /// Everything up to `write` is durable: syncs complete in order, so the oldest commits are done.
    fn durable(&mut self, cx: &mut Cx<'_>, write: WriteId) {
        while self.commits.front().is_some_and(|commit| commit.write <= write) {
            let Some(Commit { epoch, then, .. }) = self.commits.pop_front() else { break };
            if !self.variants.has(Variant::EpochFirst) {
                cx.announce(Fact::Committed { key: self.key, epoch });
            }
            match then {
                Then::Admit { item, reply_to, was_idle } => self.admit(cx, item, reply_to, was_idle),
                Then::Clear => self.store_message(cx),
                Then::Start => self.message_stored(cx),
                Then::Issue { run, step, chunks, calls, metrics } => {
                    self.memory.metrics = metrics;
                    self.issued(cx, run, step, chunks, calls);
                }
                Then::Retry => self.hand_over(cx),
                Then::Park => self.parked(cx),
                Then::Resolve(by) => self.resolved(cx, by),
                Then::Proceed { run, step, outcomes } => self.gathered(cx, run, step, outcomes),
                Then::Acknowledge { interrupt, ack, stops } => self.acknowledge(cx, interrupt, ack, stops),
                Then::End => self.ended(cx),
                Then::Switch { command, reply_to } => self.answer(cx, command, reply_to, Reply::Accepted),
                Then::Bury { command, reply_to } => self.bury(cx, command, reply_to),
                Then::Rest => {}
                Then::Leave => self.snapshot_stored(cx),
            }
        }
    }

    /// Writes what the present turn has decided; what follows from that waits in `then` until it is durable.
    fn commit(&mut self, cx: &mut Cx<'_>, record: Record, then: Then) {
        self.journal.write(cx, record);
        self.sync(cx, then);
    }

    fn sync(&mut self, cx: &mut Cx<'_>, then: Then) {
        let (write, epoch) = (cx.sync(), self.journal.epoch);
        if self.variants.has(Variant::EpochFirst) {
            cx.announce(Fact::Committed { key: self.key, epoch });
        }
        self.commits.push_back(Commit { write, epoch, then });
    }

    /// Answers a command, and remembers the answer for its repeats.
    fn answer(&mut self, cx: &mut Cx<'_>, command: CommandId, reply_to: Address, reply: Reply) {
        self.memory.answered(command, reply);
        cx.send(reply_to, Message::Answer { command, reply });
    }

    fn tools(&self) -> Address {
        self.tools.expect("a session's tools are spawned in its first turn")
    }
}

impl Actor<Session> for SessionActor {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            Input::Start(recovered) => {
                let tools = ToolActor::new(cx.me(), self.peers.sandbox, self.config, self.variants);
                self.tools = Some(cx.spawn("tools", tools));
                self.recover(cx, &recovered);
            }
            Input::Message(envelope) if self.is_held_up(&envelope.message) => {
                self.held_up.push(envelope.message);
            }
            Input::Message(envelope) => self.message(cx, envelope.message),
            Input::Timer(id) => self.timer(cx, id),
            Input::Synced(write) => {
                self.durable(cx, write);
                self.take_held_up(cx);
            }
            Input::Signal(Signal::Shutdown) => cx.exit(),
            Input::Signal(Signal::Exit { who, reason, .. }) => self.child_ended(cx, who, &reason),
            // A refused message is covered by the timeouts.
            Input::Signal(Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}

/// Answers a command that has come before as it was answered then. If the answer waits for a commit, it is on its way.
fn answer_again(cx: &mut Cx<'_>, seen: Seen, reply_to: Address) {
    if let Some(reply) = seen.reply {
        cx.send(reply_to, Message::Answer { command: seen.command, reply });
    }
}
