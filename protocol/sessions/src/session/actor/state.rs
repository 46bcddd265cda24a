//! What a session says when it is asked what it is at (`actors.md` E, GetState).
//!
//! It answers in the turn in which it is asked: no run is made inside a turn, so nobody waits for one (MBX-4).

use super::{Phase, SessionActor, Sub};
use crate::session::Cx;
use crate::session::fact::Fact;
use crate::session::message::{GetState, Message, State};
use crate::session::variant::Variant;

impl SessionActor {
    /// Somebody asks. Only what is durable is told, but for the phase: that a run is starting is known by who waits for it.
    pub(super) fn tell_state(&self, cx: &mut Cx<'_>, get: GetState) {
        let GetState { key, question, reply_to } = get;
        let (phase, last_error) = (self.phase(), self.memory.last_error);
        let state = State {
            question,
            phase,
            run: self.phase.run(),
            agent: self.agent,
            waiting: (self.steering.len() + self.follow_up.len()) as u16,
            last_error,
            life: cx.incarnation().0,
            epoch: self.journal.epoch,
        };
        cx.announce(Fact::StateTold { key, question, phase, last_error });
        cx.send(reply_to, Message::State(state));
    }

    /// A variant's way: tools are waited for inside the mailbox loop, so what comes from outside waits for its end.
    pub(super) fn is_held_up(&self, message: &Message) -> bool {
        self.variants.has(Variant::InlineRun) && self.is_inside_a_run() && message.command().is_some()
    }

    pub(super) fn take_held_up(&mut self, cx: &mut Cx<'_>) {
        while !self.held_up.is_empty() && !self.is_inside_a_run() {
            let message = self.held_up.remove(0);
            self.message(cx, message);
        }
    }

    fn is_inside_a_run(&self) -> bool {
        match &self.phase {
            Phase::Running { active, .. } | Phase::Interrupting { active } => {
                matches!(active.sub, Sub::Tools(_))
            }
            Phase::Idle
            | Phase::Starting { .. }
            | Phase::Parked { .. }
            | Phase::Finalizing { .. }
            | Phase::Closing { .. }
            | Phase::Closed => false,
        }
    }
}
