//! A run that waits for people, and holds nothing meanwhile (`actors.md` T11–T13).
//!
//! It parks when each of its calls has ended or waits for people, so nothing of it is at work. There is no deadline; people are reminded,
//! because their devices and the network forget.

use rehearsal_protocol::address::Address;
use rehearsal_protocol::mailbox::DeadLetter;

use super::ending::{Last, outcomes};
use super::journal::{Record, Records, decide};
use super::memory::Seen;
use super::{Active, Phase, REMIND, SessionActor, Sub, Then, answer_again};
use crate::session::Cx;
use crate::session::config::ParkedInterjection;
use crate::session::fact::{Cause, Fact};
use crate::session::id::{CallId, CommandId};
use crate::session::message::{Class, Decision, Message, Outcome, PlannerMessage, Reply, Respond};
use crate::session::planner::PlannerActor;
use crate::session::variant::Variant;

impl SessionActor {
    /// A call needs people before it may go on.
    pub(super) fn needs_people(&mut self, cx: &mut Cx<'_>, call: CallId) {
        let forgets = self.variants.has(Variant::ParkClearsFlag);
        if let (true, Phase::Interrupting { active }) = (forgets, &mut self.phase) {
            let active =
                Active { sub: std::mem::replace(&mut active.sub, Sub::Tools(Vec::new())), ..*active };
            self.phase = Phase::Running { active, soft_stop: false };
        }
        let ends = matches!(self.phase, Phase::Interrupting { .. });
        let Some(Active { run, step, sub: Sub::Tools(records) }) = self.phase.active_mut() else {
            return cx.dead_letter(DeadLetter::LateResult);
        };
        let waits = (*run, *step) == (call.run, call.step);
        match records.get_mut(usize::from(call.index)).filter(|record| waits && record.outcome.is_none()) {
            None => return cx.dead_letter(DeadLetter::LateResult),
            Some(record) if ends => record.outcome = Some(Outcome::Cancelled),
            Some(record) => record.asks = true,
        }
        if ends {
            self.memory.ended(call, Outcome::Cancelled);
        }
        if !matches!(self.phase, Phase::Parked { .. }) {
            self.look_at_calls(cx);
        }
    }

    /// Everything that is open waits for people.
    pub(super) fn park(&mut self, cx: &mut Cx<'_>) {
        match &mut self.phase {
            Phase::Running { active: Active { sub, .. }, .. } => {
                let Sub::Tools(records) = sub else { return };
                let mut calls = Records::default();
                calls.iter_mut().zip(records.iter()).for_each(|(place, record)| *place = Some(*record));
                *sub = Sub::Parking(std::mem::take(records));
                self.commit(cx, Record::Parked { calls }, Then::Park);
            }
            // What asks was never begun, so there is nothing to wait for.
            Phase::Interrupting { .. } => self.wind_up(cx),
            Phase::Idle
            | Phase::Starting { .. }
            | Phase::Parked { .. }
            | Phase::Finalizing { .. }
            | Phase::Closing { .. }
            | Phase::Closed => {}
        }
    }

    /// That the run waits is durable: T11.
    pub(super) fn parked(&mut self, cx: &mut Cx<'_>) {
        match &mut self.phase {
            Phase::Running { active: Active { run, step, sub }, soft_stop } => {
                let Sub::Parking(records) = sub else { unreachable!("a run was parked in {sub:?}") };
                let (sub, makes_way) = (Sub::Tools(std::mem::take(records)), *soft_stop);
                self.phase = Phase::Parked { active: Active { run: *run, step: *step, sub } };
                self.wait_for_people(cx);
                if makes_way {
                    self.make_way_parked(cx);
                }
            }
            Phase::Interrupting { .. } => self.wind_up(cx),
            Phase::Closing { .. } | Phase::Closed => {}
            Phase::Idle | Phase::Starting { .. } | Phase::Parked { .. } | Phase::Finalizing { .. } => {
                unreachable!("a run was parked in {:?}", self.phase)
            }
        }
    }

    /// From here on the run holds nothing, in this life.
    pub(super) fn wait_for_people(&mut self, cx: &mut Cx<'_>) {
        let Phase::Parked { active: Active { run, step, .. } } = &self.phase else { return };
        cx.announce(Fact::Parked { run: *run, step: *step });
        self.present(cx);
        self.remind(cx);
    }

    /// Plans that are open are held up to people by the planner, also again after a crash.
    pub(super) fn present(&mut self, cx: &mut Cx<'_>) {
        let Some(Active { run, step, sub: Sub::Tools(records) }) = self.phase.active() else { return };
        let open = |record: &super::CallRecord| record.class == Class::Plan && record.outcome.is_none();
        let Some(index) = records.iter().position(open) else { return };
        let call = CallId { run: *run, step: *step, index: index as u16 };
        let planner = *self.planner.get_or_insert_with(|| {
            let actor = PlannerActor::new(cx.me(), self.variants);
            cx.spawn("planner", actor)
        });
        cx.send(planner, Message::Planner(PlannerMessage::Present { call }));
    }

    /// Tells people what waits for them, and again after a while.
    pub(super) fn remind(&mut self, cx: &mut Cx<'_>) {
        let Phase::Parked { active: Active { run, step, sub: Sub::Tools(records) } } = &self.phase else {
            return;
        };
        let plans = records.iter().any(|record| record.class == Class::Plan && record.outcome.is_none());
        let asks = |record: &super::CallRecord| record.asks && (!plans || record.class != Class::Serial);
        for (index, _) in (0..).zip(records).filter(|(_, record)| asks(record)) {
            let call = CallId { run: *run, step: *step, index };
            for person in self.peers.people.into_iter().flatten() {
                cx.send(person, Message::Asked { call });
            }
        }
        cx.set_timer(REMIND, self.config.remind);
    }

    /// Somebody has decided: T12.
    pub(super) fn respond(&mut self, cx: &mut Cx<'_>, respond: Respond) {
        let Respond { call, command, decision, reply_to } = respond;
        if let Some(seen) = self.memory.recall(command) {
            return answer_again(cx, seen, reply_to);
        }
        let Some(class) = self.pending(call) else {
            return self.answer(cx, command, reply_to, Reply::NothingPending);
        };
        match self.planner.filter(|_| class == Class::Plan) {
            Some(planner) => cx.send(
                planner,
                Message::Planner(PlannerMessage::Decide { call, decision, by: (command, reply_to) }),
            ),
            None => self.resolve(cx, call, decision, Some((command, reply_to))),
        }
    }

    /// How a call that waits for people shares the permits, if it waits.
    fn pending(&self, call: CallId) -> Option<Class> {
        let Phase::Parked { active: Active { run, step, sub: Sub::Tools(records) } } = &self.phase else {
            return None;
        };
        let record = records.get(usize::from(call.index)).filter(|record| record.asks);
        record.filter(|_| (*run, *step) == (call.run, call.step)).map(|record| record.class)
    }

    /// What was decided about a call is written; it holds when that is durable.
    pub(super) fn resolve(
        &mut self,
        cx: &mut Cx<'_>,
        call: CallId,
        decision: Decision,
        by: Option<(CommandId, Address)>,
    ) {
        if self.pending(call).is_none() {
            if let Some((command, reply_to)) = by {
                self.answer(cx, command, reply_to, Reply::NothingPending);
            }
            return;
        }
        let allowed = decision == Decision::Allow;
        if let Phase::Parked { active: Active { sub: Sub::Tools(records), .. } } = &mut self.phase {
            decide(records.iter_mut(), usize::from(call.index), allowed);
        }
        if let Some((command, _)) = by {
            self.memory.note(Seen { command, content: 0, reply: None });
        }
        self.commit(cx, Record::Resolved { index: call.index as u8, allowed }, Then::Resolve(by));
    }

    /// A decision is durable. If nothing else waits, the run goes on with the calls that have not ended.
    pub(super) fn resolved(&mut self, cx: &mut Cx<'_>, by: Option<(CommandId, Address)>) {
        if let Some((command, reply_to)) = by {
            self.answer(cx, command, reply_to, Reply::Accepted);
        }
        let Phase::Parked { active: Active { run, step, sub: Sub::Tools(records) } } = &mut self.phase else {
            return;
        };
        if records.iter().any(|record| record.asks) {
            return;
        }
        let (run, step, sub) = (*run, *step, Sub::Issuing(std::mem::take(records)));
        cx.cancel_timer(REMIND);
        cx.announce(Fact::Unparked { run, step });
        self.phase = Phase::Running { active: Active { run, step, sub }, soft_stop: false };
        self.hand_over(cx);
    }

    /// An interrupt ends what waits: T13. The run winds up when the interrupt is durable.
    pub(super) fn unpark(&mut self, cx: &mut Cx<'_>) {
        let Phase::Parked { active } = std::mem::replace(&mut self.phase, Phase::Idle) else { return };
        let (run, step) = (active.run, active.step);
        cx.cancel_timer(REMIND);
        cx.announce(Fact::Unparked { run, step });
        self.cancel_calls(cx, run);
        self.phase = Phase::Interrupting { active };
        self.give_up_open_calls();
    }

    /// An interrupt that has met a parked run is durable: nothing is at work, so the run ends.
    pub(super) fn wind_up_parked(&mut self, cx: &mut Cx<'_>) {
        let Phase::Interrupting { active: Active { sub: Sub::Tools(records), .. } } = &self.phase else {
            return;
        };
        if records.iter().all(|record| record.outcome.is_some()) {
            self.wind_up(cx);
        }
    }

    /// An interjection has come for a parked run.
    pub(super) fn make_way_parked(&mut self, cx: &mut Cx<'_>) {
        match self.config.parked_interjection {
            ParkedInterjection::Waits => {}
            ParkedInterjection::CancelsRequest => {
                self.unpark(cx);
                let Some(Active { run, step, sub: Sub::Tools(records) }) = self.phase.active() else {
                    return;
                };
                let (run, step, last) = (*run, *step, Last::Results(outcomes(records)));
                self.finish(cx, run, step, Cause::GaveWay, last);
            }
        }
    }
}
