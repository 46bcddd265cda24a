//! From the last report to the word that is told.

use std::time::Duration;

use super::super::message::{Message, News};
use super::super::model::POLL;
use super::super::record::{AgentId, Decision, GateId, Record, Status};
use super::super::variant::Variant;
use super::{Fact, Gates, LOOK, Phase, Supervisor, deadline, hurry};
use crate::context::Context;

/// How long a gate with a quorum waits for the others, in the sketch.
const HURRY: Duration = Duration::from_secs(10);

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
            cx.send(child, Message::Abort);
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

    /// Tells what came out of a gate: what is decided, or in the sketch what would be if all had ended.
    pub(super) fn tell(&mut self, cx: &mut Context<'_, Gates>, id: GateId) {
        let Some(gate) = self.gates.get_mut(&id) else { return };
        let decision = match (gate.phase, gate.record.decision) {
            (Phase::Waiting, _) => gate.record.verdict(false, self.flaws),
            (Phase::Deciding, Some(decision)) => {
                gate.phase = Phase::Decided;
                decision
            }
            (Phase::Spawning | Phase::Deciding | Phase::Decided, _) => return,
        };
        cx.announce(Fact::Told { gate: id, decision });
        cx.send(self.peers.person, Message::News(News::Result { gate: id, decision }));
    }
}
