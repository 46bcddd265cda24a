//! Opens gates, takes reports, decides.
//!
//! - `journal` — which changes are durable, and which are on their way;
//! - `deciding` — from the last report to the word that is told.
//!
//! A gate goes from spawning, until its row is there, to waiting, until enough is known, to deciding, until the decision is durable, to decided. So nothing
//! is told that a crash could take back; but for M0, which tells first.

mod deciding;
mod journal;

use std::collections::{BTreeMap, VecDeque};

use journal::Journal;

use super::agent::Agent;
use super::message::{Command, Keep, Kept, Message, News, Report, Show};
use super::model::{Config, DEADLINE, POLL, RETRY};
use super::record::{AgentId, GateId, Opinion, Record, Row, Status, Subject};
use super::variant::{Flaws, Variant};
use super::{Fact, Gates};
use crate::actor::Actor;
use crate::address::Address;
use crate::context::Context;
use crate::input::{Exit, Input, Signal, TimerId};
use crate::mailbox::DeadLetter;

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

/// Whom a supervisor knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peers {
    /// What stays.
    pub store: Address,
    /// What is drawn.
    pub cache: Address,
    /// Who has opinions.
    pub provider: Address,
    /// Who is told.
    pub person: Address,
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
            cx.send(self.peers.cache, Message::Show(Show::All(rows.clone())));
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
            let writes = !polls || matches!(event, Event::Look | Event::Command(_));
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
            Event::Report(Report::Completed { agent, opinion }) => self.completed(cx, agent, opinion),
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
                cx.send(self.peers.cache, Message::Show(Show::All(rows)));
            }
        }
    }

    fn open(&mut self, cx: &mut Context<'_, Gates>, gate: GateId, subject: Subject) {
        if self.gates.contains_key(&gate) {
            return; // The same command a second time.
        }
        if !self.is_free(subject) {
            cx.announce(Fact::Refused(gate));
            return cx.send(self.peers.person, Message::News(News::Refused(gate)));
        }
        cx.announce(Fact::Claimed { gate, subject });
        let record = Record { version: 0, ..Record::opened(subject, self.config.agents) };
        self.gates.insert(gate, Gate { record, phase: Phase::Spawning });
        self.change(cx, gate, |_| {});
        if self.config.model.polls() {
            self.opened(cx, gate);
            cx.set_timer(LOOK, POLL);
        }
    }

    /// Whether there is no gate about the same.
    fn is_free(&self, subject: Subject) -> bool {
        if self.flaws.has(Variant::OpenGuard) && self.journal.is_busy() {
            return true;
        }
        let counts = |gate: &Gate| match gate.phase {
            Phase::Spawning => !self.flaws.has(Variant::CheckThenSpawn),
            Phase::Waiting | Phase::Deciding => true,
            Phase::Decided => false,
        };
        !self.gates.values().any(|gate| gate.record.subject == subject && counts(gate))
    }

    /// The row of a gate is there: its agents start.
    fn opened(&mut self, cx: &mut Context<'_, Gates>, id: GateId) {
        let Some(gate) = self.gates.get_mut(&id) else { return };
        gate.phase = Phase::Waiting;
        cx.announce(Fact::Opened(id));
        cx.send(self.peers.person, Message::News(News::Opened(id)));
        for role in 0..gate.record.agents.len() as u8 {
            self.start(cx, AgentId { gate: id, role });
        }
        cx.set_timer(deadline(id), DEADLINE);
    }

    fn start(&mut self, cx: &mut Context<'_, Gates>, agent: AgentId) {
        let actor = Agent::new(agent, cx.me(), self.peers.provider);
        let actor = if self.config.tries > 1 { actor.transient() } else { actor };
        self.agents.insert(cx.spawn(&agent.to_string(), actor), agent);
    }

    fn may_try_again(&self, agent: AgentId) -> bool {
        let tries = self.tries.get(&agent).copied().unwrap_or(1);
        tries < self.config.tries && self.status(agent) == Some(Status::Running)
    }

    fn try_again(&mut self, cx: &mut Context<'_, Gates>, agent: AgentId) {
        *self.tries.entry(agent).or_insert(1) += 1;
        self.start(cx, agent);
    }

    fn completed(&mut self, cx: &mut Context<'_, Gates>, agent: AgentId, opinion: Opinion) {
        let gate = self.gate_of(agent);
        let takes = match self.status(AgentId { gate, ..agent }) {
            Some(Status::Running) => true,
            Some(Status::Cancelled) => self.flaws.has(Variant::LateOverwrite),
            Some(Status::Completed(_) | Status::Failed) | None => false,
        };
        if !takes {
            self.decide_meanwhile(cx, gate);
            return cx.announce(Fact::Late(agent));
        }
        cx.announce(Fact::Counted { gate, by: agent });
        self.change(cx, gate, |record| record.agents[usize::from(agent.role)] = Status::Completed(opinion));
        self.look_at(cx, gate, deciding::Cause::Answer);
    }

    /// For which gate a report counts.
    fn gate_of(&self, agent: AgentId) -> GateId {
        let waits = |gate: &GateId| self.status(AgentId { gate: *gate, ..agent }) == Some(Status::Running);
        let first = self.gates.keys().copied().find(waits);
        if self.flaws.has(Variant::NoGateId) { first.unwrap_or(agent.gate) } else { agent.gate }
    }

    fn failed(&mut self, cx: &mut Context<'_, Gates>, agent: AgentId) {
        if self.status(agent) == Some(Status::Running) {
            self.change(cx, agent.gate, |record| record.agents[usize::from(agent.role)] = Status::Failed);
        }
    }

    fn cancel_agent(&mut self, cx: &mut Context<'_, Gates>, agent: AgentId) {
        if self.status(agent) != Some(Status::Running) {
            return;
        }
        self.change(cx, agent.gate, |record| record.agents[usize::from(agent.role)] = Status::Cancelled);
        if self.flaws.has(Variant::CacheBeforeCommit)
            && let Some(gate) = self.gates.get(&agent.gate)
        {
            cx.send(self.peers.cache, Message::Show(Show::Row((agent.gate, gate.record.clone()))));
        }
        let child = cx.child(&agent.to_string());
        cx.send(child, Message::Abort);
        self.look_at(cx, agent.gate, deciding::Cause::Other);
    }

    /// What is known of an agent of an undecided gate.
    fn status(&self, agent: AgentId) -> Option<Status> {
        let gate = self.gates.get(&agent.gate).filter(|gate| gate.phase == Phase::Waiting)?;
        gate.record.agents.get(usize::from(agent.role)).copied()
    }

    /// Changes what is known of a gate, and what is drawn of it if that is not told after the store.
    fn change(&mut self, cx: &mut Context<'_, Gates>, id: GateId, change: impl FnOnce(&mut Record)) {
        let Some(gate) = self.gates.get_mut(&id) else { return };
        change(&mut gate.record);
        gate.record.version += 1;
        let record = gate.record.clone();
        cx.announce(Fact::Remembered { gate: id, record: record.clone() });
        if self.config.model.caches_first() {
            cx.send(self.peers.cache, Message::Show(Show::Row((id, record.clone()))));
        }
        self.journal.changed((id, record));
    }

    fn ended(&mut self, cx: &mut Context<'_, Gates>, who: Address, reason: &Exit) {
        let Some(agent) = self.agents.remove(&who) else { return };
        if !self.flaws.has(Variant::NobodyListens) {
            self.on(cx, Event::Ended { agent, clean: reason.is_clean() });
        }
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
                Message::Command(command) => self.on(cx, Event::Command(command)),
                Message::Report(report) => self.on(cx, Event::Report(report)),
                Message::Refill => self.on(cx, Event::Refill),
                Message::Kept(Kept::Written(number)) => self.written(cx, number),
                Message::Kept(Kept::NotWritten(number)) => self.not_written(cx, number),
                Message::Kept(Kept::All(rows)) if !self.is_ready => self.recover(cx, rows),
                Message::Kept(Kept::All(_)) => cx.dead_letter(DeadLetter::LateResult),
                Message::News(_)
                | Message::Prompt(_)
                | Message::Answer(_)
                | Message::Abort
                | Message::Show(_)
                | Message::Keep(_) => {
                    cx.dead_letter(DeadLetter::Malformed);
                }
            },
        }
    }
}
