//! What agents say, and how they end.

use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::Exit;

use super::super::fact::Fact;
use super::super::file::{FileName, Vote};
use super::super::message::{AgentMessage, CacheMessage, File, Message, News, Show};
use super::super::protocol::Gates;
use super::super::record::{AgentId, GateId, Opinion, Status};
use super::super::variant::Variant;
use super::{Event, Phase, Supervisor, deciding};

impl Supervisor {
    /// An agent reports its answer.
    pub(super) fn reported(&mut self, cx: &mut Context<'_, Gates>, agent: AgentId, opinion: Opinion) {
        let gate = self.gate_of(agent);
        self.completed(cx, gate, agent, opinion);
    }

    /// Whether an answer of an agent is of use yet. That of one that was cancelled is to M0.
    fn takes_answer(&self, status: Status) -> bool {
        match status {
            Status::Running => true,
            Status::Cancelled => self.flaws.has(Variant::LateOverwrite),
            Status::Completed(_) | Status::Failed => false,
        }
    }

    /// Asks for the files of all agents whose answers are of use.
    pub(super) fn scan(&self, cx: &mut Context<'_, Gates>) {
        for (id, gate) in self.gates.iter().filter(|(_, gate)| gate.phase == Phase::Waiting) {
            let agents = gate.record.agents.iter().zip(0..);
            let wanted = agents
                .filter(|(status, _)| self.takes_answer(**status))
                .map(|(_, role)| self.file(*id, role));
            let scan = File::Scan { gate: *id, names: wanted.collect() };
            cx.send(self.peers.folder, Message::File(scan));
        }
    }

    /// Files are there that a gate looked for.
    pub(super) fn found(&mut self, cx: &mut Context<'_, Gates>, gate: GateId, files: &[Vote]) {
        cx.announce(Fact::Found { gate, files: files.len() as u32 });
        for vote in files {
            self.completed(cx, gate, vote.by, vote.opinion);
        }
        self.decide_if_over(cx, gate, deciding::Cause::Answer);
    }

    /// The name under which the answer of an agent is looked for.
    pub(super) fn file(&self, gate: GateId, role: u8) -> FileName {
        FileName::of(AgentId { gate, role }, self.flaws)
    }

    /// An answer is there, for a gate.
    fn completed(&mut self, cx: &mut Context<'_, Gates>, gate: GateId, agent: AgentId, opinion: Opinion) {
        if !self.status(AgentId { gate, ..agent }).is_some_and(|status| self.takes_answer(status)) {
            self.decide_meanwhile(cx, gate);
            return cx.announce(Fact::Late(agent));
        }
        cx.announce(Fact::Counted { gate, by: agent, opinion });
        self.change(cx, gate, |record| record.agents[usize::from(agent.role)] = Status::Completed(opinion));
        self.look_at(cx, gate, deciding::Cause::Answer);
    }

    /// For which gate a report counts.
    fn gate_of(&self, agent: AgentId) -> GateId {
        let waits = |gate: &GateId| self.status(AgentId { gate: *gate, ..agent }) == Some(Status::Running);
        let first = self.gates.keys().copied().find(waits);
        if self.flaws.has(Variant::NoGateId) { first.unwrap_or(agent.gate) } else { agent.gate }
    }

    /// An agent has come so far. It is told that this was taken; until then it reports no more.
    pub(super) fn progressed(&mut self, cx: &mut Context<'_, Gates>, agent: AgentId, lines: u8) {
        cx.announce(Fact::ProgressTaken(agent));
        let child = cx.child(&agent.to_string());
        cx.send(child, Message::Agent(AgentMessage::Taken));
        cx.send(self.peers.cache, Message::Cache(CacheMessage::Show(Show::Progress { agent, lines })));
    }

    /// A person wants to know how an agent is. Where memory is ahead of the truth, the cache says so, which is behind it.
    pub(super) fn say_status(&self, cx: &mut Context<'_, Gates>, agent: AgentId) {
        let person = self.peers.person;
        if !self.config.model.answers_from_memory() && !self.flaws.has(Variant::AnswersFromMemory) {
            return cx.send(self.peers.cache, Message::Cache(CacheMessage::Query { agent, by: person }));
        }
        let status = self.gates.get(&agent.gate).and_then(|gate| gate.record.status(agent.role));
        cx.announce(Fact::Said { agent, status });
        cx.send(person, Message::News(News::Status { agent, status }));
    }

    /// An agent has ended without an answer.
    pub(super) fn failed(&mut self, cx: &mut Context<'_, Gates>, agent: AgentId) {
        if self.status(agent) == Some(Status::Running) {
            self.change(cx, agent.gate, |record| record.agents[usize::from(agent.role)] = Status::Failed);
        }
    }

    /// A person does not need an agent any more.
    pub(super) fn cancel_agent(&mut self, cx: &mut Context<'_, Gates>, agent: AgentId) {
        if self.status(agent) != Some(Status::Running) {
            return;
        }
        self.change(cx, agent.gate, |record| record.agents[usize::from(agent.role)] = Status::Cancelled);
        if self.flaws.has(Variant::CacheBeforeCommit)
            && let Some(gate) = self.gates.get(&agent.gate)
        {
            cx.send(
                self.peers.cache,
                Message::Cache(CacheMessage::Show(Show::Row((agent.gate, gate.record.clone())))),
            );
        }
        let child = cx.child(&agent.to_string());
        cx.send(child, Message::Agent(AgentMessage::Abort));
        self.look_at(cx, agent.gate, deciding::Cause::Other);
    }

    /// What is known of an agent of an undecided gate.
    pub(super) fn status(&self, agent: AgentId) -> Option<Status> {
        let gate = self.gates.get(&agent.gate).filter(|gate| gate.phase == Phase::Waiting)?;
        gate.record.status(agent.role)
    }

    /// An agent has ended.
    pub(super) fn ended(&mut self, cx: &mut Context<'_, Gates>, who: Address, reason: &Exit) {
        if self.is_closing && self.flaws.has(Variant::OwnSender) {
            return; // It may report yet, as far as the channel can tell.
        }
        let Some(agent) = self.agents.remove(&who) else { return };
        if !self.flaws.has(Variant::NobodyListens) {
            self.on(cx, Event::Ended { agent, clean: reason.is_clean() });
        }
    }
}
