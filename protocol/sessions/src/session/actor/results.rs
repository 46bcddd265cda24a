//! What becomes of a reported tool result (`actors.md` B.4). It is judged here and nowhere else.

use rehearsal_protocol::mailbox::DeadLetter;

use super::{Active, Phase, SessionActor, Sub};
use crate::session::Cx;
use crate::session::fact::{Fact, Role};
use crate::session::message::{Message, Report, ResultAck, SandboxMessage};
use crate::session::variant::Variant;

impl SessionActor {
    /// A result is reported, by the tools or, through them, from outside.
    pub(super) fn result(&mut self, cx: &mut Cx<'_>, report: Report) {
        let call = report.call;
        let ack = self.route(&report);
        cx.announce(Fact::ResultRouted { call, ack });
        if let Some(reporter) = report.reporter {
            cx.send(reporter, Message::Sandbox(SandboxMessage::Acknowledged { call, ack }));
        }
        if self.stores(ack) {
            cx.announce(Fact::ResultPersisted { call });
            let (run, step, role) = (call.run, call.step, Role::Results { count: 1 });
            cx.announce(Fact::RowStored { key: self.key, run, step, role });
        }
        match ack {
            ResultAck::Accepted => self.call_ended(cx, report),
            ResultAck::Duplicate | ResultAck::Conflict | ResultAck::TargetMismatch => {}
            ResultAck::Unknown => cx.dead_letter(DeadLetter::UnknownCall),
            ResultAck::Late => cx.dead_letter(DeadLetter::LateResult),
            ResultAck::StaleAttempt => cx.dead_letter(DeadLetter::StaleAttempt),
        }
    }

    /// The rows of table B.4.
    fn route(&self, report: &Report) -> ResultAck {
        let call = report.call;
        if call.run.key != self.key {
            return ResultAck::TargetMismatch;
        }
        let terminal = self.memory.outcome(call);
        let active = self.phase.active().filter(|active| active.run == call.run);
        match (active, terminal) {
            (None, Some(_)) => ResultAck::Late,
            (None | Some(Active { sub: Sub::Stream(_) | Sub::Gathering(_), .. }), None) => ResultAck::Unknown,
            (Some(_), Some(outcome)) if outcome == report.outcome => ResultAck::Duplicate,
            (Some(_), Some(_)) => ResultAck::Conflict,
            (
                Some(Active {
                    step,
                    sub: Sub::Issuing(records) | Sub::Tools(records) | Sub::Parking(records),
                    ..
                }),
                None,
            ) => {
                match records.get(usize::from(call.index)).filter(|_| *step == call.step) {
                    None => ResultAck::Unknown,
                    Some(record) if report.attempt < record.attempt => ResultAck::StaleAttempt,
                    Some(record) if record.asks => ResultAck::Unknown,
                    // Nobody has been told to make it yet.
                    Some(_) if matches!(active, Some(Active { sub: Sub::Issuing(_), .. })) => {
                        ResultAck::Unknown
                    }
                    Some(_) => ResultAck::Accepted,
                }
            }
        }
    }

    /// Whether a result that is not the one waited for becomes a message of its own: never, but in variants.
    fn stores(&self, ack: ResultAck) -> bool {
        if matches!(self.phase, Phase::Finalizing { .. } | Phase::Closing { .. }) {
            return false;
        }
        match ack {
            ResultAck::Unknown => self.variants.has(Variant::StoreAnyResult),
            ResultAck::Late => {
                self.variants.has(Variant::StoreAnyResult) || self.variants.has(Variant::AcceptLate)
            }
            ResultAck::Duplicate => self.variants.has(Variant::RowPerDuplicate),
            ResultAck::Accepted
            | ResultAck::Conflict
            | ResultAck::StaleAttempt
            | ResultAck::TargetMismatch => false,
        }
    }

    fn call_ended(&mut self, cx: &mut Cx<'_>, report: Report) {
        let (call, outcome) = (report.call, report.outcome);
        let (Phase::Running { active, .. } | Phase::Interrupting { active }) = &mut self.phase else {
            unreachable!("a result was accepted in {:?}", self.phase)
        };
        let Sub::Tools(records) = &mut active.sub else { unreachable!("a result was accepted in a stream") };
        records[usize::from(call.index)].outcome = Some(outcome);
        self.memory.ended(call, outcome);
        self.look_at_calls(cx);
    }

    /// If all calls have ended the step is done; if all that are open ask people the run parks.
    pub(super) fn look_at_calls(&mut self, cx: &mut Cx<'_>) {
        let Some(Active { sub: Sub::Tools(records), .. }) = self.phase.active() else { return };
        let (mut open, mut ask) = (0, 0);
        for record in records.iter().filter(|record| record.outcome.is_none()) {
            open += 1;
            ask += u32::from(record.asks);
        }
        if open == 0 {
            self.step_done(cx);
        } else if open == ask {
            self.park(cx);
        }
    }
}
