//! Who answers, and the agent that listens to the model for a step (`actors.md` A.2, A.6).

use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::Exit;

use super::journal::Record;
use super::memory::Seen;
use super::{Active, Phase, SessionActor, Sub, Then, answer_again};
use crate::session::Cx;
use crate::session::agent::AgentActor;
use crate::session::fact::{Cause, Fact, Refusal};
use crate::session::id::{RunId, StreamId};
use crate::session::message::{Kind, Message, Reply, SwitchAgent};
use crate::session::models::{ModelPin, ModelTable};
use crate::session::variant::Variant;

/// The agent of the present step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct StepAgent {
    pub(super) address: Address,
    /// What the step was resolved to.
    pin: ModelPin,
}

impl SessionActor {
    /// Somebody wants another agent, from the next run on. The run in progress keeps its own.
    pub(super) fn switch_agent(&mut self, cx: &mut Cx<'_>, switch: SwitchAgent) {
        let SwitchAgent { key, command, agent, reply_to } = switch;
        if let Some(seen) = self.memory.recall(command) {
            return answer_again(cx, seen, reply_to);
        }
        let refusal = match self.phase {
            Phase::Closed => Some((Refusal::Terminated, Reply::Terminated)),
            Phase::Closing { .. } => Some((Refusal::Unavailable, Reply::Unavailable)),
            _ if !agent.is_primary() => Some((Refusal::InvalidRequest, Reply::InvalidRequest)),
            _ => None,
        };
        if let Some((why, reply)) = refusal {
            cx.announce(Fact::Refused { key, command, why });
            return cx.send(reply_to, Message::Answer { command, reply });
        }
        self.agent = agent;
        if self.variants.has(Variant::SwitchAtOnce) {
            self.turn_agent = agent;
        }
        cx.announce(Fact::AgentSwitched { key, agent });
        self.memory.note(Seen { command, content: 0, reply: None });
        self.commit(cx, Record::Switched { command, agent }, Then::Switch { command, reply_to });
    }

    /// Who answers the message of the run that starts: the agent that it names, and if it names none the session's.
    pub(super) fn choose_agent(&mut self, kind: Kind) {
        self.turn_agent = kind.agent().unwrap_or(self.agent);
        if self.variants.has(Variant::ModeSticks) {
            self.agent = self.turn_agent;
        }
    }

    /// There is a new table of models. It counts from the next step on.
    pub(super) fn rotate(&mut self, cx: &mut Cx<'_>, models: ModelTable) {
        self.models = models;
        if let Some(agent) = self.step_agent.filter(|_| self.variants.has(Variant::RotationInStream)) {
            cx.send(agent.address, Message::Models(models));
        }
    }

    /// Resolves a step, and has an agent listen to the model for it.
    pub(super) fn start_agent(&mut self, cx: &mut Cx<'_>, stream: StreamId) {
        let StreamId { run, step, .. } = stream;
        let pin = self.models.pin(self.turn_agent);
        cx.announce(Fact::StepResolved { run, step, pin });
        let agent = AgentActor::new(cx.me(), self.peers.provider, (stream, pin), &self.config, self.variants);
        let address = cx.spawn(&format!("agent-{}.{step}", run.number), agent);
        self.step_agent = Some(StepAgent { address, pin });
    }

    /// The model has said all of a step: this is who it was.
    pub(super) fn tell_who_said(&mut self, cx: &mut Cx<'_>, run: RunId, step: u16) {
        let Some(StepAgent { pin, .. }) = self.step_agent.take() else { return };
        let sticky = self.variants.has(Variant::StickyAtEmit);
        let pin = if sticky { self.models.pin(self.agent) } else { pin };
        cx.announce(Fact::StepSaid { run, step, pin });
    }

    /// Nobody listens to the agent of the step any more; one that has reported has ended already.
    pub(super) fn dismiss_agent(&mut self, cx: &mut Cx<'_>) {
        if let Some(agent) = self.step_agent.take() {
            cx.stop(agent.address);
        }
    }

    /// A child has ended. With its tools a session loses what they were at: it ends, and its next life recovers. An agent that crashes fails its
    /// run and is not started again (`actors.md` C.4).
    pub(super) fn child_ended(&mut self, cx: &mut Cx<'_>, who: Address, how: &Exit) {
        if self.tools == Some(who) || self.planner == Some(who) {
            return cx.exit();
        }
        if how.is_clean() || self.step_agent.is_none_or(|agent| agent.address != who) {
            return;
        }
        match &self.phase {
            Phase::Running { active: Active { sub: Sub::Stream(_), .. }, .. } => {
                self.stream_cut(cx, Cause::Failed);
            }
            Phase::Interrupting { active: Active { sub: Sub::Stream(_), .. } } => self.wind_up(cx),
            _ => {}
        }
    }
}
