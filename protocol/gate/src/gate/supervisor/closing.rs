//! No more gates, and no supervisor.

use rehearsal_protocol::context::Context;

use super::super::fact::Fact;
use super::super::message::{Message, News};
use super::super::protocol::Gates;
use super::super::record::GateId;
use super::super::variant::Variant;
use super::{Phase, Supervisor};

impl Supervisor {
    /// What is open is cancelled. The supervisor ends when that is told, which is when it is durable, and its agents have ended.
    pub(super) fn shut_down(&mut self, cx: &mut Context<'_, Gates>) {
        let is_open = |phase| matches!(phase, Phase::Spawning | Phase::Waiting | Phase::Deciding);
        let open = self.gates.iter().filter(|(_, gate)| is_open(gate.phase));
        let open: Vec<GateId> = open.map(|(gate, _)| *gate).collect();
        cx.announce(Fact::ShuttingDown { open: open.len() as u32 });
        self.is_closing = true;
        open.into_iter().for_each(|gate| self.cancel_gate(cx, gate));
    }

    /// Ends if it is to, and nothing is left to do.
    pub(super) fn leave_if_over(&mut self, cx: &mut Context<'_, Gates>) {
        let is_told = self.gates.values().all(|gate| gate.phase == Phase::Decided);
        let is_durable = is_told && !self.journal.is_busy();
        let is_over = is_durable || self.flaws.has(Variant::AnswersFirst);
        if !self.is_closing || self.flaws.has(Variant::NeverLeaves) || !self.agents.is_empty() || !is_over {
            return;
        }
        cx.announce(Fact::ShutDown);
        cx.send(self.peers.person, Message::News(News::ShutDown));
        cx.shut_down();
    }
}
