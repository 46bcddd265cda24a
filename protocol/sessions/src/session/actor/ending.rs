//! The one end of every run, and the end of the key (`actors.md` T4, T4', T9, T14).
//!
//! How a run ends is decided in one turn and told in a later one, when it is durable. In between nothing can change it.

use rehearsal_protocol::address::Address;
use rehearsal_protocol::mailbox::DeadLetter;

use super::cancels::cancelled;
use super::journal::{Outcomes, Record};
use super::memory::Seen;
use super::{Active, CallRecord, GRACE, Item, Phase, REMIND, SILENCE, SessionActor, Sub, Then, answer_again};
use crate::session::Cx;
use crate::session::config::StoppedCalls;
use crate::session::fact::{Cause, Extent, Fact, PhaseName, Role};
use crate::session::id::{CallId, CommandId, RunId};
use crate::session::message::{Calls, GatewayMessage, Message, Metrics, Outcome, Reply, Terminate};
use crate::session::variant::Variant;

/// What will be told of a run's end once it is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ending {
    run: RunId,
    step: u16,
    cause: Cause,
    last: Last,
    metrics: Metrics,
}

/// What the last step leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Last {
    /// Nothing.
    Nothing,
    /// Text.
    Text { chunks: u16, extent: Extent },
    /// Calls with their results.
    Results(Outcomes),
    /// Text, and the calls that came while its stream was being stopped, with their results.
    Stopped { chunks: u16, outcomes: Outcomes },
}

impl SessionActor {
    /// How the present run ends is decided.
    pub(super) fn finish(&mut self, cx: &mut Cx<'_>, run: RunId, step: u16, cause: Cause, last: Last) {
        self.dismiss_agent(cx);
        let (ending, record) = self.decide(cx, run, step, cause, last);
        self.phase = Phase::Finalizing { ending };
        self.commit(cx, record, Then::End);
    }

    /// What will be told of an end, and what is written of it; judges may know of it already.
    fn decide(
        &mut self,
        cx: &mut Cx<'_>,
        run: RunId,
        step: u16,
        cause: Cause,
        last: Last,
    ) -> (Ending, Record) {
        cx.announce(Fact::RunDecided { run, cause });
        let (chunks, outcomes) = match last {
            Last::Nothing => (0, Outcomes::default()),
            Last::Text { chunks, .. } => (chunks, Outcomes::default()),
            Last::Results(outcomes) => (0, outcomes),
            Last::Stopped { chunks, outcomes } => (chunks, outcomes),
        };
        let metrics = self.tally.over(cx.now(), chunks);
        (Ending { run, step, cause, last, metrics }, Record::Ended { cause, outcomes, metrics })
    }

    /// The end of the run is durable: it is told, and what waits is taken up in the same turn.
    pub(super) fn ended(&mut self, cx: &mut Cx<'_>) {
        match &mut self.phase {
            Phase::Finalizing { ending } => {
                let ending = *ending;
                self.tell_end(cx, &ending);
                if ending.cause == Cause::Failed && self.variants.has(Variant::NoDequeueOnFailure) {
                    return self.rest(cx);
                }
                self.go_on(cx);
            }
            Phase::Closing { ending, .. } => {
                if let Some(ending) = ending.take() {
                    self.tell_end(cx, &ending);
                }
            }
            Phase::Idle
            | Phase::Starting { .. }
            | Phase::Running { .. }
            | Phase::Interrupting { .. }
            | Phase::Parked { .. }
            | Phase::Closed => {
                assert!(!self.variants.is_empty(), "a run's end was stored in {:?}", self.phase);
            }
        }
    }

    fn tell_end(&mut self, cx: &mut Cx<'_>, ending: &Ending) {
        let Ending { run, step, cause, last, metrics } = *ending;
        self.memory.metrics = metrics;
        match last {
            Last::Nothing => {}
            Last::Text { chunks, extent } => {
                self.tell_row(cx, run, step, Role::Assistant { chunks, extent });
            }
            Last::Results(outcomes) => self.tell_results(cx, run, step, outcomes),
            Last::Stopped { chunks, outcomes } => {
                self.tell_row(cx, run, step, Role::Assistant { chunks, extent: Extent::Partial });
                self.tell_stopped(cx, run, step, outcomes);
            }
        }
        let waiting = (self.steering.len() + self.follow_up.len()) as u16;
        match cause {
            Cause::Failed if step > 1 && self.variants.has(Variant::CatchAll) => {}
            Cause::Failed => {
                cx.announce(Fact::ErrorOccurred { run });
                if !self.variants.has(Variant::ErrorForgotten) {
                    self.memory.run_ended(run, cause);
                }
            }
            Cause::Done | Cause::Interrupted | Cause::GaveWay | Cause::Terminated => {
                self.memory.run_ended(run, cause);
            }
        }
        cx.announce(Fact::StreamEnded { run, cause });
        cx.announce(Fact::TurnCompleted { run, cause });
        cx.announce(Fact::RunEnded { run, cause, waiting });
    }

    /// One message with the results of a step is stored, in the order of the calls (T6).
    pub(super) fn tell_results(&self, cx: &mut Cx<'_>, run: RunId, step: u16, outcomes: Outcomes) {
        let mut count = 0;
        for outcome in outcomes.into_iter().flatten() {
            let call = CallId { run, step, index: count };
            cx.announce(Fact::CallEnded { call, outcome });
            cx.announce(Fact::ResultPersisted { call });
            count += 1;
        }
        self.tell_row(cx, run, step, Role::Results { count });
    }

    /// A message of a step is stored.
    pub(super) fn tell_row(&self, cx: &mut Cx<'_>, run: RunId, step: u16, role: Role) {
        let is_of_tools = matches!(role, Role::Results { .. });
        let step = if is_of_tools && self.variants.has(Variant::MessageIdPerTurn) { 1 } else { step };
        cx.announce(Fact::RowStored { key: self.key, run, step, role });
    }

    /// The grace is over: whatever is still open is given up.
    pub(super) fn grace_over(&mut self, cx: &mut Cx<'_>) {
        match &self.phase {
            Phase::Interrupting { active: Active { sub: Sub::Stream(_) | Sub::Tools(_), .. } } => {
                self.wind_up(cx);
            }
            // If a commit is under way, the run ends with it.
            Phase::Interrupting { .. }
            | Phase::Idle
            | Phase::Starting { .. }
            | Phase::Running { .. }
            | Phase::Parked { .. }
            | Phase::Finalizing { .. }
            | Phase::Closing { .. }
            | Phase::Closed => {}
        }
    }

    /// Ends an interrupted run: partial text and results are kept (T9). Calls that are still open are given up.
    pub(super) fn wind_up(&mut self, cx: &mut Cx<'_>) {
        let Some((run, step, last)) = self.last_of_present() else {
            unreachable!("{:?} has nothing to wind up", self.phase)
        };
        cx.cancel_timer(GRACE);
        let lost = match last {
            Last::Nothing => false,
            Last::Text { .. } => self.variants.has(Variant::DropPartial),
            Last::Results(_) | Last::Stopped { .. } => self.variants.has(Variant::CallsWithoutResults),
        };
        let last = if lost { Last::Nothing } else { last };
        self.finish(cx, run, step, Cause::Interrupted, last);
    }

    /// What the present run leaves if it ends here; calls that are open are given up.
    fn last_of_present(&mut self) -> Option<(RunId, u16, Last)> {
        self.give_up_open_calls();
        self.give_up_stopped_calls();
        let Active { run, step, sub } = self.phase.active()?;
        let last = match sub {
            Sub::Stream(stream) => match stream.calls() {
                Some(calls) if self.config.stopped_calls == StoppedCalls::Cancelled => {
                    Last::Stopped { chunks: stream.shown, outcomes: cancelled(calls) }
                }
                Some(_) | None => partial(stream.shown),
            },
            Sub::Issuing(records) | Sub::Tools(records) | Sub::Parking(records) => {
                Last::Results(outcomes(records))
            }
            // Its results are told when they are stored.
            Sub::Gathering(_) => Last::Nothing,
        };
        Some((*run, *step, last))
    }

    /// Gives up the calls that have not ended: the synthesized result stands, whatever comes later.
    pub(super) fn give_up_open_calls(&mut self) {
        let Some(Active { run, step, sub }) = self.phase.active_mut() else { return };
        let (Sub::Issuing(records) | Sub::Tools(records) | Sub::Parking(records)) = sub else { return };
        for (index, record) in (0..).zip(records).filter(|(_, record)| record.outcome.is_none()) {
            record.outcome = Some(Outcome::Cancelled);
            self.memory.ended(CallId { run: *run, step: *step, index }, Outcome::Cancelled);
        }
    }

    /// Calls that came while their stream was being stopped have ended before anybody made them.
    fn give_up_stopped_calls(&mut self) {
        let Some(Active { run, step, sub: Sub::Stream(stream) }) = self.phase.active() else { return };
        if self.config.stopped_calls == StoppedCalls::Cancelled {
            for (index, _) in (0..).zip(stream.calls().iter().flat_map(Calls::classes)) {
                self.memory.ended(CallId { run: *run, step: *step, index }, Outcome::Cancelled);
            }
        }
    }

    /// The key ends for good: everything under way is cancelled, and what waits will not run (T14).
    pub(super) fn terminate(&mut self, cx: &mut Cx<'_>, terminate: Terminate) {
        let Terminate { command, reply_to, .. } = terminate;
        if let Some(seen) = self.memory.recall(command) {
            return answer_again(cx, seen, reply_to);
        }
        if matches!(self.phase, Phase::Closed | Phase::Closing { .. }) {
            return self.terminate_again(cx, command, reply_to);
        }
        self.memory.note(Seen { command, content: 0, reply: None });
        let was = self.phase();
        self.stop_everything(cx);
        let (ending, item) = match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Starting { item, .. } => (None, Some(item)),
            Phase::Finalizing { ending } => (Some(ending), None),
            Phase::Running { .. } | Phase::Interrupting { .. } | Phase::Parked { .. } => {
                unreachable!("a run at work has been ended")
            }
            Phase::Idle | Phase::Closing { .. } | Phase::Closed => (None, None),
        };
        self.phase = Phase::Closing { ending, item, was };
        self.commit(cx, Record::Terminated { command }, Then::Bury { command, reply_to });
    }

    /// The key has ended before by another command, or is ending.
    fn terminate_again(&mut self, cx: &mut Cx<'_>, command: CommandId, reply_to: Address) {
        self.memory.note(Seen { command, content: 0, reply: None });
        self.commit(cx, Record::Terminated { command }, Then::Bury { command, reply_to });
    }

    /// Ends the present run because the key ends: its record goes before that of the key.
    fn stop_everything(&mut self, cx: &mut Cx<'_>) {
        cx.cancel_timer(SILENCE);
        cx.cancel_timer(GRACE);
        cx.cancel_timer(REMIND);
        match self.phase.active() {
            Some(Active { run, step, sub: Sub::Stream(_) }) => {
                let (run, step) = (*run, *step);
                self.close_stream(cx, run, step);
                self.dismiss_agent(cx);
            }
            Some(Active { run, sub: Sub::Tools(_), .. }) => {
                let run = *run;
                self.cancel_calls(cx, run);
            }
            Some(Active { sub: Sub::Issuing(_) | Sub::Parking(_) | Sub::Gathering(_), .. }) | None => {}
        }
        if let Some((run, step, last)) = self.last_of_present() {
            let (ending, record) = self.decide(cx, run, step, Cause::Terminated, last);
            self.journal.write(cx, record);
            self.phase = Phase::Finalizing { ending };
        }
    }

    /// The end of the key is durable: it is told, with what will not run.
    pub(super) fn bury(&mut self, cx: &mut Cx<'_>, command: CommandId, reply_to: Address) {
        if let Phase::Closing { ending, item, was } = std::mem::replace(&mut self.phase, Phase::Closed) {
            if let Some(ending) = ending {
                self.tell_end(cx, &ending);
            }
            self.bury_waiting(cx, item);
            if was != PhaseName::Idle {
                cx.send(self.peers.gateway, Message::Gateway(GatewayMessage::Rested(self.key)));
            }
            cx.announce(Fact::Closed { key: self.key, phase: was });
        }
        self.answer(cx, command, reply_to, Reply::Terminated);
    }

    /// Nothing that waits will run: each item is told as a dead letter (T14).
    pub(super) fn bury_waiting(&mut self, cx: &mut Cx<'_>, starting: Option<Item>) {
        let waiting = self.steering.drain(..).chain(self.follow_up.drain(..));
        for item in starting.into_iter().chain(waiting) {
            let (key, command) = (item.key, item.command);
            cx.announce(Fact::DeadLettered { key, command, why: DeadLetter::Terminated });
        }
    }
}

/// Text that was shown before its stream was cut.
pub(super) fn partial(chunks: u16) -> Last {
    if chunks == 0 { Last::Nothing } else { Last::Text { chunks, extent: Extent::Partial } }
}

/// How the calls of a step have ended, as far as they have.
pub(super) fn outcomes(records: &[CallRecord]) -> Outcomes {
    let mut outcomes = Outcomes::default();
    for (place, record) in outcomes.iter_mut().zip(records) {
        *place = record.outcome;
    }
    outcomes
}
