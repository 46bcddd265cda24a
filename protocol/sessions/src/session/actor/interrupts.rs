//! What an interrupt does in each phase (`actors.md` B.3).

use std::time::Duration;

use rehearsal_protocol::mailbox::DeadLetter;
use rehearsal_protocol::run::InterruptAck;

use super::journal::Record;
use super::memory::Seen;
use super::{Active, GRACE, Phase, SILENCE, SessionActor, Sub, Then, answer_again};
use crate::session::Cx;
use crate::session::config::{AfterCancel, ExpectedRun, SecondPress};
use crate::session::fact::{Fact, PhaseName, Refusal};
use crate::session::id::{CommandId, RunId};
use crate::session::message::{Interrupt, Message, Reply, SessionMessage};
use crate::session::variant::Variant;

impl SessionActor {
    /// Someone wants the present run to end. Taken and applied in one turn, and answered when that is durable: so it gets lost neither
    /// by what comes between nor by a crash.
    pub(super) fn interrupt(&mut self, cx: &mut Cx<'_>, interrupt: Interrupt) {
        if let Some(seen) = self.memory.recall(interrupt.command) {
            return answer_again(cx, seen, interrupt.reply_to);
        }
        let Interrupt { key, command, expected, reply_to, .. } = interrupt;
        let phase = self.phase();
        match phase {
            PhaseName::Closed => {
                cx.announce(Fact::Refused { key, command, why: Refusal::Terminated });
                return self.answer(cx, command, reply_to, Reply::Terminated);
            }
            PhaseName::Closing => {
                cx.announce(Fact::Refused { key, command, why: Refusal::Unavailable });
                return cx.send(reply_to, Message::Answer { command, reply: Reply::Unavailable });
            }
            PhaseName::Idle
            | PhaseName::Starting
            | PhaseName::Stream
            | PhaseName::Tools
            | PhaseName::Interrupting
            | PhaseName::Parked
            | PhaseName::Finalizing => {}
        }
        if expected.is_none() && self.config.expected_run == ExpectedRun::Required {
            cx.announce(Fact::Refused { key, command, why: Refusal::InvalidRequest });
            return self.answer(cx, command, reply_to, Reply::InvalidRequest);
        }
        cx.announce(Fact::InterruptReceived { key, command, expected, phase });
        if phase == PhaseName::Stream && self.variants.has(Variant::TakeThenRecord) {
            cx.send(cx.me(), Message::Session(SessionMessage::Record(interrupt)));
            return;
        }
        self.apply(cx, interrupt);
    }

    /// Hazard 3: the second half of taking and recording. Meanwhile the stream may have ended.
    pub(super) fn record(&mut self, cx: &mut Cx<'_>, interrupt: Interrupt) {
        let recorded = self.memory.recall(interrupt.command).is_some();
        if self.phase() == PhaseName::Stream && !recorded {
            self.apply(cx, interrupt);
        } else {
            cx.dead_letter(DeadLetter::Dropped);
        }
    }

    fn apply(&mut self, cx: &mut Cx<'_>, interrupt: Interrupt) {
        let Interrupt { command, expected, .. } = interrupt;
        let run = self.phase.run();
        let ack = self.judge(cx, command, expected);
        let stops = run.filter(|_| ack == InterruptAck::Applied);
        self.memory.note(Seen { command, content: 0, reply: None });
        self.journal.write(cx, Record::Stopped { command, run: stops, ack });
        let after = self.after(interrupt.stop, stops);
        if after != AfterCancel::Continue {
            self.journal.write(cx, Record::Cancelled { after });
        }
        self.sync(cx, Then::Acknowledge { interrupt, ack, stops });
    }

    /// What was decided about an interrupt is durable.
    pub(super) fn acknowledge(
        &mut self,
        cx: &mut Cx<'_>,
        interrupt: Interrupt,
        ack: InterruptAck,
        stops: Option<RunId>,
    ) {
        let Interrupt { key, command, reply_to, .. } = interrupt;
        if let Some(run) = stops {
            cx.announce(Fact::InterruptEffect { run, command });
        }
        cx.announce(Fact::InterruptAcked { key, command, ack });
        self.answer(cx, command, reply_to, Reply::Interrupt(ack));
        self.cancel_waiting(cx, self.after(interrupt.stop, stops));
        self.wind_up_parked(cx);
    }

    /// Table B.3. `interrupt` and `cancel` do the same to the run, so what was pressed is not asked.
    fn judge(&mut self, cx: &mut Cx<'_>, command: CommandId, expected: Option<RunId>) -> InterruptAck {
        let meant = |run: &RunId| expected.is_none_or(|expected| expected == *run);
        match &mut self.phase {
            Phase::Idle => {
                if self.variants.has(Variant::StoredInterrupt) {
                    self.kept = Some(command);
                }
                InterruptAck::NoActiveRun // Nothing is kept: it must not kill the next run.
            }
            // How the run ends is decided: there is nothing left to stop.
            Phase::Finalizing { .. } | Phase::Closing { .. } | Phase::Closed => InterruptAck::NoActiveRun,
            Phase::Starting { .. } if self.variants.has(Variant::StartingWindow) => InterruptAck::NoActiveRun,
            Phase::Starting { run, .. } if !meant(run) => InterruptAck::StaleRun,
            Phase::Starting { stopped: Some(_), .. } => InterruptAck::Absorbed,
            Phase::Starting { stopped: stopped @ None, .. } => {
                *stopped = Some(command);
                InterruptAck::Applied
            }
            Phase::Running { active, .. } if !meant(&active.run) => InterruptAck::StaleRun,
            Phase::Running { .. } => self.judge_running(cx, command),
            Phase::Parked { active } if !meant(&active.run) => InterruptAck::StaleRun,
            Phase::Parked { .. } => {
                self.unpark(cx);
                InterruptAck::Applied
            }
            Phase::Interrupting { active } if !meant(&active.run) => InterruptAck::StaleRun,
            Phase::Interrupting { .. } => {
                if self.variants.has(Variant::CarriedOver) {
                    self.kept = Some(command);
                }
                if self.config.second_press == SecondPress::EndsGrace {
                    cx.set_timer(GRACE, Duration::ZERO);
                }
                InterruptAck::Absorbed
            }
        }
    }

    fn judge_running(&mut self, cx: &mut Cx<'_>, command: CommandId) -> InterruptAck {
        if self.variants.has(Variant::InterruptBehindWork) && !self.follow_up.is_empty() {
            self.kept = Some(command);
            return InterruptAck::Queued;
        }
        self.begin_interrupt(cx);
        InterruptAck::Applied
    }

    /// Stops what the run waits for, and gives it the grace to end in good order (T7).
    fn begin_interrupt(&mut self, cx: &mut Cx<'_>) {
        let Phase::Running { active, .. } = std::mem::replace(&mut self.phase, Phase::Idle) else {
            unreachable!("only a running run can be interrupted")
        };
        let (run, step) = (active.run, active.step);
        match active.sub {
            Sub::Stream(_) => {
                cx.cancel_timer(SILENCE);
                self.close_stream(cx, run, step);
                cx.set_timer(GRACE, self.config.grace);
            }
            Sub::Tools(_) if self.variants.has(Variant::UnpolledInTools) => {}
            Sub::Tools(_) => {
                self.cancel_calls(cx, run);
                cx.set_timer(GRACE, self.config.grace);
            }
            // The commit that is under way completes first, and then the run winds up.
            Sub::Issuing(_) | Sub::Parking(_) | Sub::Gathering(_) => {}
        }
        self.phase = Phase::Interrupting { active };
    }

    /// Whoever works on the calls of a run is told to stop.
    pub(super) fn cancel_calls(&self, cx: &mut Cx<'_>, run: RunId) {
        cx.send(self.tools(), Message::CancelCalls { run });
        if let Some(planner) = self.planner {
            cx.send(planner, Message::CancelCalls { run });
        }
    }

    /// An interjection waits: a stream is closed softly, tools may end first (T8).
    pub(super) fn make_way(&mut self, cx: &mut Cx<'_>) {
        if let Phase::Parked { .. } = self.phase {
            return self.make_way_parked(cx);
        }
        let Phase::Running { active: Active { run, step, sub }, soft_stop } = &mut self.phase else { return };
        let (run, step, closes) = (*run, *step, matches!((&*sub, *soft_stop), (Sub::Stream(_), false)));
        *soft_stop = true;
        if closes {
            self.close_stream(cx, run, step);
        }
    }
}

impl Phase {
    /// The run that an interrupt would stop.
    pub(super) fn run(&self) -> Option<RunId> {
        match self {
            Self::Starting { run, .. } => Some(*run),
            Self::Running { active, .. } | Self::Interrupting { active } | Self::Parked { active } => {
                Some(active.run)
            }
            Self::Idle | Self::Finalizing { .. } | Self::Closing { .. } | Self::Closed => None,
        }
    }
}
