//! Opens gates, takes reports, decides.
//!
//! - `guard` — which gates are opened, and what is started for them;
//! - `votes` — what agents say, and how they end;
//! - `deciding` — from the last report to the word that is told;
//! - `journal` — which changes are durable, and which are on their way;
//! - `closing` — no more gates, and no supervisor.
//!
//! A gate goes from spawning, until its row is there, to waiting, until enough is known, to deciding, until the decision is durable, to decided. So nothing
//! is told that a crash could take back; but for M0, which tells first.

mod closing;
mod deciding;
mod guard;
mod journal;
mod votes;

use std::collections::{BTreeMap, VecDeque};

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::Fact;
use super::file::Vote;
use super::message::{CacheMessage, Command, Keep, Kept, Message, Report, Show, SupervisorMessage};
use super::model::{Config, RETRY};
use super::peers::Peers;
use super::protocol::Gates;
use super::record::{AgentId, GateId, Record, Row};
use super::variant::{Flaws, Variant};
use journal::Journal;

/// What was asked of the store is asked again.
const AGAIN: TimerId = TimerId(0);
/// The agents of all gates are looked at.
const LOOK: TimerId = TimerId(1);

/// The timer of a gate's deadline.
pub(super) const fn deadline(gate: GateId) -> TimerId {
    TimerId(2 * gate as u64 + 2)
}

/// The timer of a gate that does not wait for all, which only a planted bug sets.
pub(super) const fn hurry(gate: GateId) -> TimerId {
    TimerId(2 * gate as u64 + 3)
}

/// The one that runs all gates.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Supervisor {
    peers: Peers,
    config: Config,
    flaws: Flaws,
    /// Whether it knows what is stored.
    is_ready: bool,
    gates: BTreeMap<GateId, Gate>,
    pub(super) agents: BTreeMap<Address, AgentId>,
    /// How often agents were started that were started again.
    tries: BTreeMap<AgentId, u8>,
    journal: Journal,
    /// What came and was not taken yet.
    held: VecDeque<Event>,
    /// Whether it is to end, and takes no more gates.
    is_closing: bool,
}

/// A gate as its supervisor sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Gate {
    record: Record,
    phase: Phase,
}

/// How far a gate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    /// Its row is being written.
    Spawning,
    /// Its agents work.
    Waiting,
    /// Its decision is being written.
    Deciding,
    /// Its decision was told.
    Decided,
}

/// What a supervisor takes, one after another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Event {
    Command(Command),
    Report(Report),
    /// There are files that this gate looked for.
    Found {
        gate: GateId,
        files: Vec<Vote>,
    },
    /// An agent ended; cleanly, after a report of its own, or not.
    Ended {
        agent: AgentId,
        clean: bool,
    },
    OutOfTime(GateId),
    Hurry(GateId),
    Look,
    Refill,
}

impl Supervisor {
    /// A supervisor without gates.
    pub fn new(peers: Peers, config: Config, flaws: Flaws) -> Self {
        Self {
            peers,
            config,
            flaws,
            is_ready: false,
            gates: BTreeMap::new(),
            agents: BTreeMap::new(),
            tries: BTreeMap::new(),
            journal: Journal::new(config.model),
            held: VecDeque::new(),
            is_closing: false,
        }
    }

    fn begin(&mut self, cx: &mut Context<'_, Gates>) {
        cx.send(self.peers.store, Message::Keep(Keep::Load));
        cx.set_timer(AGAIN, RETRY);
    }

    /// What is stored is known. The agents of open gates ended with the supervisor that had started them.
    fn recover(&mut self, cx: &mut Context<'_, Gates>, rows: Vec<Row>) {
        self.is_ready = true;
        self.journal.loaded(&rows);
        cx.cancel_timer(AGAIN);
        cx.announce(Fact::Began(rows.clone()));
        if !self.config.model.projects() {
            cx.send(self.peers.cache, Message::Cache(CacheMessage::Show(Show::All(rows.clone()))));
        }
        for (gate, record) in rows {
            let is_decided = record.decision.is_some();
            let phase = if is_decided { Phase::Deciding } else { Phase::Waiting };
            let agents = 0..record.agents.len() as u8;
            self.gates.insert(gate, Gate { record, phase });
            if is_decided {
                self.tell(cx, gate);
            } else if !self.flaws.has(Variant::LeavesGates) {
                agents.for_each(|role| self.failed(cx, AgentId { gate, role }));
                self.decide_if_over(cx, gate, deciding::Cause::Other);
            }
        }
        self.write(cx);
        self.take_held(cx);
    }

    /// Takes an event, or keeps it until it can.
    fn on(&mut self, cx: &mut Context<'_, Gates>, event: Event) {
        self.held.push_back(event);
        self.take_held(cx);
        let backlog = self.held.len() as u32 + self.journal.backlog();
        if backlog > 1 {
            cx.announce(Fact::Backlog(backlog));
        }
    }

    fn take_held(&mut self, cx: &mut Context<'_, Gates>) {
        while self.is_ready && !(self.config.model.waits_for_writes() && self.journal.is_busy()) {
            let Some(event) = self.held.pop_front() else { return };
            let polls = self.config.model.polls();
            let writes = !polls || matches!(event, Event::Look | Event::Found { .. } | Event::Command(_));
            self.take(cx, event);
            if writes {
                self.write(cx);
            }
        }
    }

    fn take(&mut self, cx: &mut Context<'_, Gates>, event: Event) {
        match event {
            Event::Command(Command::Open { gate, subject }) => self.open(cx, gate, subject),
            Event::Command(Command::CancelAgent(agent)) => self.cancel_agent(cx, agent),
            Event::Command(Command::CancelGate(gate)) => self.cancel_gate(cx, gate),
            Event::Command(Command::QueryStatus(agent)) => self.say_status(cx, agent),
            Event::Command(Command::Shutdown) => self.shut_down(cx),
            Event::Report(Report::Completed { agent, opinion }) => self.reported(cx, agent, opinion),
            Event::Report(Report::Progress { agent, lines }) => self.progressed(cx, agent, lines),
            Event::Found { gate, files } => self.found(cx, gate, &files),
            Event::Ended { agent, clean: false } if self.may_try_again(agent) => self.try_again(cx, agent),
            Event::Report(Report::Failed(agent)) | Event::Ended { agent, clean: false } => {
                self.failed(cx, agent);
                self.look_at(cx, agent.gate, deciding::Cause::Other);
            }
            Event::Ended { clean: true, .. } => {} // It has reported, or was not needed.
            Event::OutOfTime(gate) => self.look_at(cx, gate, deciding::Cause::Deadline),
            Event::Hurry(gate) => self.decide_early(cx, gate),
            Event::Look => self.look_at_all(cx),
            Event::Refill => {
                let known = self.gates.iter().map(|(gate, known)| (*gate, known.record.clone()));
                let is_first = self.config.model.caches_first();
                let rows = if is_first { known.collect() } else { self.journal.durable() };
                cx.send(self.peers.cache, Message::Cache(CacheMessage::Show(Show::All(rows))));
            }
        }
    }

    /// Changes what is known of a gate, and what is drawn of it if that is not told after the store.
    fn change(&mut self, cx: &mut Context<'_, Gates>, id: GateId, change: impl FnOnce(&mut Record)) {
        let Some(gate) = self.gates.get_mut(&id) else { return };
        change(&mut gate.record);
        gate.record.version += 1;
        let record = gate.record.clone();
        cx.announce(Fact::Remembered { gate: id, record: record.clone() });
        if self.config.model.caches_first() {
            cx.send(self.peers.cache, Message::Cache(CacheMessage::Show(Show::Row((id, record.clone())))));
        }
        self.journal.changed((id, record));
    }

    fn timer(&mut self, cx: &mut Context<'_, Gates>, timer: TimerId) {
        let gate = (timer.0 / 2).saturating_sub(1) as GateId;
        match timer {
            AGAIN if !self.is_ready => self.begin(cx),
            AGAIN => self.write_again(cx),
            LOOK => self.on(cx, Event::Look),
            _ if timer == hurry(gate) => self.on(cx, Event::Hurry(gate)),
            _ => {
                cx.announce(Fact::OutOfTime(gate));
                if !self.flaws.has(Variant::NobodyListens) {
                    self.on(cx, Event::OutOfTime(gate));
                }
            }
        }
    }
}

impl Actor<Gates> for Supervisor {
    fn receive(&mut self, cx: &mut Context<'_, Gates>, input: Input<Gates>) {
        match input {
            Input::Start(_) => self.begin(cx),
            Input::Timer(timer) => self.timer(cx, timer),
            Input::Signal(Signal::Exit { who, reason, .. }) => self.ended(cx, who, &reason),
            Input::Signal(_) | Input::Synced(_) => {}
            Input::Message(envelope) => match envelope.message {
                Message::Supervisor(message) => match message {
                    SupervisorMessage::Command(command) => self.on(cx, Event::Command(command)),
                    SupervisorMessage::Report(report) => self.on(cx, Event::Report(report)),
                    SupervisorMessage::Found { gate, files } => self.on(cx, Event::Found { gate, files }),
                    SupervisorMessage::Kept(Kept::Written(number)) => self.written(cx, number),
                    SupervisorMessage::Kept(Kept::NotWritten(number)) => self.not_written(cx, number),
                    SupervisorMessage::Kept(Kept::All(rows)) if !self.is_ready => self.recover(cx, rows),
                    SupervisorMessage::Kept(Kept::All(_)) => cx.dead_letter(DeadLetter::LateResult),
                },
                Message::Refill => self.on(cx, Event::Refill),
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
        }
        self.leave_if_over(cx);
    }
}
