//! Which gates are opened, and what is started for them.

use rehearsal_protocol::context::Context;

use super::super::agent::Agent;
use super::super::fact::Fact;
use super::super::message::{Message, News};
use super::super::model::{DEADLINE, POLL, Results};
use super::super::protocol::Gates;
use super::super::record::{AgentId, GateId, Record, Status, Subject};
use super::super::variant::Variant;
use super::{Gate, LOOK, Phase, Supervisor, deadline};

impl Supervisor {
    /// A person wants a gate.
    pub(super) fn open(&mut self, cx: &mut Context<'_, Gates>, gate: GateId, subject: Subject) {
        if self.gates.contains_key(&gate) {
            return; // The same command a second time.
        }
        if self.is_closing {
            cx.announce(Fact::Closed(gate));
            return cx.send(self.peers.person, Message::News(News::Closed(gate)));
        }
        if !self.is_free(subject) {
            cx.announce(Fact::Refused { gate, subject });
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
        if self.flaws.has(Variant::GuardByName) && !self.agents.is_empty() {
            return false;
        }
        let counts = |gate: &Gate| match gate.phase {
            Phase::Spawning => !self.flaws.has(Variant::CheckThenSpawn),
            Phase::Waiting | Phase::Deciding => true,
            Phase::Decided => false,
        };
        !self.gates.values().any(|gate| gate.record.subject == subject && counts(gate))
    }

    /// The row of a gate is there: its agents start.
    pub(super) fn opened(&mut self, cx: &mut Context<'_, Gates>, id: GateId) {
        let Some(gate) = self.gates.get_mut(&id) else { return };
        gate.phase = Phase::Waiting;
        cx.announce(Fact::Opened(id));
        cx.send(self.peers.person, Message::News(News::Opened(id)));
        for role in 0..gate.record.agents.len() as u8 {
            self.start(cx, AgentId { gate: id, role });
        }
        cx.set_timer(deadline(id), DEADLINE);
        if self.config.results == Results::Filed {
            cx.set_timer(LOOK, POLL);
        }
    }

    fn start(&mut self, cx: &mut Context<'_, Gates>, agent: AgentId) {
        let actor = Agent::new(agent, cx.me(), self.peers, self.config, self.flaws);
        self.agents.insert(cx.spawn(&agent.to_string(), actor), agent);
    }

    /// Whether an agent that failed has tries left.
    pub(super) fn may_try_again(&self, agent: AgentId) -> bool {
        let tries = self.tries.get(&agent).copied().unwrap_or(1);
        tries < self.config.tries && self.status(agent) == Some(Status::Running)
    }

    /// Starts an agent that failed.
    pub(super) fn try_again(&mut self, cx: &mut Context<'_, Gates>, agent: AgentId) {
        *self.tries.entry(agent).or_insert(1) += 1;
        self.start(cx, agent);
    }
}
