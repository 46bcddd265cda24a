//! From the last report to the word that is told.

use std::time::Duration;

use rehearsal_protocol::context::Context;

use super::super::fact::Fact;
use super::super::file::FileName;
use super::super::message::{AgentMessage, File, Message, News};
use super::super::model::{POLL, Results};
use super::super::protocol::Gates;
use super::super::record::{AgentId, Decision, GateId, Record, Status};
use super::super::variant::Variant;
use super::{LOOK, Phase, Supervisor, deadline, hurry};

/// How long a gate with a quorum waits for the others, in the sketch.
pub(in super::super) const HURRY: Duration = Duration::from_secs(4);

/// Why a gate is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// An agent has answered.
    Answer,
    /// The deadline came.
    Deadline,
    /// Anything else.
    Other,
}

impl Supervisor {
    /// A gate may have come to its end. Who polls finds that out later.
    pub(super) fn look_at(&mut self, cx: &mut Context<'_, Gates>, gate: GateId, cause: Cause) {
        if !self.config.model.polls() {
            self.decide_if_over(cx, gate, cause);
        }
    }

    /// All gates may have; and this is looked at again as long as one is open.
    pub(super) fn look_at_all(&mut self, cx: &mut Context<'_, Gates>) {
        let gates: Vec<GateId> = self.gates.keys().copied().collect();
        gates.into_iter().for_each(|gate| self.decide_if_over(cx, gate, Cause::Other));
        if self.config.results == Results::Filed {
            self.scan(cx);
        }
        if self.gates.values().any(|gate| gate.phase == Phase::Waiting) {
            cx.set_timer(LOOK, POLL);
        }
    }

    /// Decides a gate if enough is known.
    pub(super) fn decide_if_over(&mut self, cx: &mut Context<'_, Gates>, id: GateId, cause: Cause) {
        let Some(gate) = self.gates.get(&id).filter(|gate| gate.phase == Phase::Waiting) else { return };
        if self.flaws.has(Variant::OnlyOnAnswers) && cause != Cause::Answer {
            return;
        }
        let record = &gate.record;
        let is_late = cause == Cause::Deadline && !record.is_over();
        let is_enough = self.config.early && record.is_settled();
        if is_late || is_enough || record.is_over() {
            let decision = record.verdict(is_late, self.flaws);
            return self.decide(cx, id, decision);
        }
        if self.flaws.has(Variant::DecidesTwice) && record.usable() == record.quorum() {
            cx.set_timer(hurry(id), HURRY);
        }
    }

    /// In the sketch, a gate whose quorum agrees does not wait any longer.
    pub(super) fn decide_early(&mut self, cx: &mut Context<'_, Gates>, id: GateId) {
        let Some(gate) = self.gates.get(&id).filter(|gate| gate.phase == Phase::Waiting) else { return };
        if gate.record.is_settled() {
            let decision = gate.record.verdict(false, self.flaws);
            self.decide(cx, id, decision);
        }
    }

    /// In the sketch, a report that comes while a decision is being written finds nothing decided.
    pub(super) fn decide_meanwhile(&self, cx: &mut Context<'_, Gates>, id: GateId) {
        let Some(gate) = self.gates.get(&id).filter(|gate| gate.phase == Phase::Deciding) else { return };
        if self.flaws.has(Variant::DecidesTwice)
            && let Some(decision) = gate.record.decision
        {
            self.say(cx, id, decision);
        }
    }

    /// A person does not need a gate any more.
    pub(super) fn cancel_gate(&mut self, cx: &mut Context<'_, Gates>, id: GateId) {
        let open = |phase| matches!(phase, Phase::Spawning | Phase::Waiting);
        if self.gates.get(&id).is_some_and(|gate| open(gate.phase)) {
            self.decide(cx, id, Decision::Cancelled);
        }
    }

    /// A decision is taken. It is told when it is durable; M0 tells it at once.
    fn decide(&mut self, cx: &mut Context<'_, Gates>, id: GateId, decision: Decision) {
        let Some(gate) = self.gates.get_mut(&id) else { return };
        gate.phase = Phase::Deciding;
        cx.cancel_timer(deadline(id));
        let running = gate.record.agents.iter().zip(0..).filter(|(status, _)| **status == Status::Running);
        for (_, role) in running {
            let child = cx.child(&AgentId { gate: id, role }.to_string());
            cx.send(child, Message::Agent(AgentMessage::Abort));
        }
        if self.config.results == Results::Filed {
            let names = (0..gate.record.agents.len() as u8)
                .map(|role| FileName::of(AgentId { gate: id, role }, self.flaws));
            cx.send(self.peers.folder, Message::File(File::Remove(names.collect())));
        }
        self.change(cx, id, |record: &mut Record| {
            let running = record.agents.iter_mut().filter(|status| **status == Status::Running);
            running.for_each(|status| *status = Status::Cancelled);
            record.decision = Some(decision);
        });
        if self.config.model.polls() {
            self.tell(cx, id);
        }
    }

    /// Tells what came out of a gate.
    pub(super) fn tell(&mut self, cx: &mut Context<'_, Gates>, id: GateId) {
        let Some(gate) = self.gates.get_mut(&id).filter(|gate| gate.phase == Phase::Deciding) else { return };
        let Some(decision) = gate.record.decision else { return };
        gate.phase = Phase::Decided;
        self.say(cx, id, decision);
    }

    fn say(&self, cx: &mut Context<'_, Gates>, gate: GateId, decision: Decision) {
        cx.announce(Fact::Told { gate, decision });
        cx.send(self.peers.person, Message::News(News::Result { gate, decision }));
    }
}
