//! What an interrupt does in each phase (`actors.md` B.3), and the end of the key (T14).

use super::{Active, GRACE, Phase, SILENCE, Seen, SessionActor, Sub, Then, answer_again};
use crate::mailbox::DeadLetter;
use crate::run::InterruptAck;
use crate::session::Cx;
use crate::session::fact::{Fact, PhaseName, Refusal};
use crate::session::id::{CommandId, RunId};
use crate::session::message::{Interrupt, Message, Reply, Terminate};
use crate::session::variant::Variant;

impl SessionActor {
    /// Someone wants the present run to end. Taken, applied and answered in one turn, so it cannot get lost.
    pub(super) fn interrupt(&mut self, cx: &mut Cx<'_>, interrupt: Interrupt) {
        if let Some(seen) = self.recall(interrupt.command) {
            return answer_again(cx, seen, interrupt.reply_to);
        }
        let Interrupt { key, command, expected, .. } = interrupt;
        let phase = self.phase();
        if phase == PhaseName::Closed {
            cx.announce(Fact::Refused { key, command, why: Refusal::Terminated });
            return self.answer(cx, command, interrupt.reply_to, Reply::Terminated);
        }
        cx.announce(Fact::InterruptReceived { key, command, expected, phase });
        if phase == PhaseName::Stream && self.variant == Variant::TakeThenRecord {
            cx.send(cx.me(), Message::Record(interrupt));
            return;
        }
        self.apply(cx, interrupt);
    }

    /// Hazard 3: the second half of taking and recording. Meanwhile the stream may have ended.
    pub(super) fn record(&mut self, cx: &mut Cx<'_>, interrupt: Interrupt) {
        let recorded = self.recall(interrupt.command).is_some();
        if self.phase() == PhaseName::Stream && !recorded {
            self.apply(cx, interrupt);
        } else {
            cx.dead_letter(DeadLetter::Dropped);
        }
    }

    fn apply(&mut self, cx: &mut Cx<'_>, interrupt: Interrupt) {
        let Interrupt { key, command, expected, reply_to, .. } = interrupt;
        let ack = self.judge(cx, command, expected);
        cx.announce(Fact::InterruptAcked { key, command, ack });
        self.answer(cx, command, reply_to, Reply::Interrupt(ack));
    }

    /// Table B.3. `interrupt` and `cancel` do the same, so what was pressed is not asked.
    fn judge(&mut self, cx: &mut Cx<'_>, command: CommandId, expected: Option<RunId>) -> InterruptAck {
        let meant = |run: &RunId| expected.is_none_or(|expected| expected == *run);
        match &mut self.phase {
            Phase::Idle => {
                if self.variant == Variant::StoredInterrupt {
                    self.kept = Some(command);
                }
                InterruptAck::NoActiveRun // Nothing is kept: it must not kill the next run.
            }
            Phase::Closed => InterruptAck::NoActiveRun,
            Phase::Starting { .. } if self.variant == Variant::StartingWindow => InterruptAck::NoActiveRun,
            Phase::Starting { run, .. } if !meant(run) => InterruptAck::StaleRun,
            Phase::Starting { stopped: Some(_), .. } => InterruptAck::Absorbed,
            Phase::Starting { run, stopped: stopped @ None, .. } => {
                *stopped = Some(command);
                cx.announce(Fact::InterruptEffect { run: *run, command });
                InterruptAck::Applied
            }
            Phase::Running { active, .. } if !meant(&active.run) => InterruptAck::StaleRun,
            Phase::Running { .. } => self.judge_running(cx, command),
            Phase::Interrupting { active } if !meant(&active.run) => InterruptAck::StaleRun,
            Phase::Interrupting { .. } => {
                if self.variant == Variant::CarriedOver {
                    self.kept = Some(command);
                }
                InterruptAck::Absorbed
            }
        }
    }

    fn judge_running(&mut self, cx: &mut Cx<'_>, command: CommandId) -> InterruptAck {
        if self.variant == Variant::InterruptBehindWork && !self.follow_up.is_empty() {
            self.kept = Some(command);
            return InterruptAck::Queued;
        }
        self.begin_interrupt(cx, command);
        InterruptAck::Applied
    }

    /// Stops what the run waits for, and gives it the grace to end in good order (T7).
    fn begin_interrupt(&mut self, cx: &mut Cx<'_>, command: CommandId) {
        let Phase::Running { active, .. } = std::mem::replace(&mut self.phase, Phase::Idle) else {
            unreachable!("only a running run can be interrupted")
        };
        let (run, step) = (active.run, active.step);
        cx.announce(Fact::InterruptEffect { run, command });
        match active.sub {
            Sub::Stream(_) => {
                cx.cancel_timer(SILENCE);
                cx.send(self.peers.provider, Message::CloseStream { run, step });
                cx.set_timer(GRACE, self.config.grace);
            }
            Sub::Tools(_) if self.variant == Variant::UnpolledInTools => {}
            Sub::Tools(_) => {
                cx.send(self.tools(), Message::CancelCalls { run });
                cx.set_timer(GRACE, self.config.grace);
            }
        }
        self.phase = Phase::Interrupting { active };
    }

    /// An interjection waits: a stream is closed softly, tools may end first (T8).
    pub(super) fn make_way(&mut self, cx: &mut Cx<'_>) {
        let Phase::Running { active: Active { run, step, sub }, soft_stop } = &mut self.phase else { return };
        if let (Sub::Stream(_), false) = (sub, *soft_stop) {
            cx.send(self.peers.provider, Message::CloseStream { run: *run, step: *step });
        }
        *soft_stop = true;
    }

    /// The key ends for good: everything under way is cancelled, everything that waits is told as a dead letter (T14).
    pub(super) fn terminate(&mut self, cx: &mut Cx<'_>, terminate: Terminate) {
        let Terminate { key, command, reply_to } = terminate;
        if let Some(seen) = self.recall(command) {
            return answer_again(cx, seen, reply_to);
        }
        self.note(Seen { command, content: 0, reply: None });
        let phase = self.phase();
        if phase != PhaseName::Closed {
            self.end_all(cx);
            self.phase = Phase::Closed;
            cx.announce(Fact::Closed { key, phase });
        }
        self.commit(cx, Then::Bury { command, reply_to });
    }

    fn end_all(&mut self, cx: &mut Cx<'_>) {
        match &self.phase {
            Phase::Idle | Phase::Closed => {}
            Phase::Starting { item, .. } => {
                let (key, command) = (item.key, item.command);
                cx.announce(Fact::DeadLettered { key, command, why: DeadLetter::Terminated });
            }
            Phase::Running { .. } | Phase::Interrupting { .. } => self.end_terminated(cx),
        }
        self.bury_waiting(cx);
        if !matches!(self.phase, Phase::Idle) {
            cx.send(self.peers.gateway, Message::Rested(self.key));
        }
    }
}
