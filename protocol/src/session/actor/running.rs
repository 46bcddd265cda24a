//! Streams and tool calls of the present run, and its end (`actors.md` T4–T6, T9, T10).

use super::{Active, CallRecord, GRACE, Phase, REMEMBERED_CALLS, SILENCE, SessionActor, Stream, Sub};
use crate::mailbox::DeadLetter;
use crate::session::Cx;
use crate::session::fact::{Cause, Extent, Fact, Role};
use crate::session::id::{CallId, RunId};
use crate::session::message::{Calls, Message, Outcome, StreamEnd};
use crate::session::variant::Variant;

impl SessionActor {
    /// Asks the model for the next step.
    pub(super) fn call_model(&mut self, cx: &mut Cx<'_>, run: RunId, step: u16) {
        cx.announce(Fact::ModelCall { run, step, context: self.key });
        cx.send(self.peers.provider, Message::Generate { run, step });
        cx.set_timer(SILENCE, self.config.stream_idle);
        let active = Active { run, step, sub: Sub::Stream(Stream::begin(cx.now())) };
        self.phase = Phase::Running { active, soft_stop: false };
    }

    /// Some text has come. Only the present stream's is shown.
    pub(super) fn chunk(&mut self, cx: &mut Cx<'_>, run: RunId, step: u16, seq: u16) {
        let Some(stream) = self.phase.listens_to(run, step) else {
            return cx.dead_letter(DeadLetter::LateResult);
        };
        stream.heard = cx.now();
        let before = stream.shown;
        let Some(more) = stream.take(seq) else { return cx.dead_letter(DeadLetter::Dropped) };
        let whole = stream.whole();
        for seq in before..before + more {
            cx.announce(Fact::ChunkShown { run, step, seq });
        }
        if let Some(calls) = whole {
            self.stream_done(cx, calls);
        }
    }

    /// A stream is over, by itself or not.
    pub(super) fn stream_ended(&mut self, cx: &mut Cx<'_>, run: RunId, step: u16, end: StreamEnd) {
        if let Some(stream) = self.phase.listens_to(run, step) {
            stream.heard = cx.now();
            match end {
                StreamEnd::Done { chunks, calls } => {
                    stream.end(chunks, calls);
                    if let Some(calls) = stream.whole() {
                        self.stream_done(cx, calls);
                    }
                }
                StreamEnd::Failed => self.stream_cut(cx, Cause::Failed),
                StreamEnd::Closed => self.stream_closed(cx),
            }
        } else if self.phase.closes(run, step) {
            if self.variant == Variant::DoubleCompletion && matches!(end, StreamEnd::Done { .. }) {
                cx.announce(Fact::TurnCompleted { run, cause: Cause::Done });
            }
            self.wind_up(cx);
        } else {
            cx.dead_letter(DeadLetter::LateResult);
        }
    }

    /// The model has said all: T4 or T5.
    fn stream_done(&mut self, cx: &mut Cx<'_>, calls: Calls) {
        let Phase::Running { active: Active { run, step, sub: Sub::Stream(stream) }, soft_stop } =
            &self.phase
        else {
            unreachable!("only a running stream is done, not {:?}", self.phase)
        };
        let (run, step, chunks, soft_stop) = (*run, *step, stream.shown, *soft_stop);
        cx.cancel_timer(SILENCE);
        let role = Role::Assistant { chunks, extent: Extent::Whole };
        cx.announce(Fact::RowStored { key: self.key, run, step, role });
        if calls.is_empty() {
            self.finish(cx, run, Cause::Done);
        } else if step >= self.config.max_steps {
            self.finish(cx, run, Cause::Failed);
        } else {
            self.issue(cx, run, step, calls, soft_stop);
        }
    }

    /// Hands the calls of a step to the tools: T5.
    fn issue(&mut self, cx: &mut Cx<'_>, run: RunId, step: u16, calls: Calls, soft_stop: bool) {
        let tools = self.tools();
        let record = |class| CallRecord { class, attempt: 1, outcome: None };
        let records: Vec<CallRecord> = calls.classes().map(record).collect();
        for (index, CallRecord { class, attempt, .. }) in records.iter().copied().enumerate() {
            let call = CallId { run, step, index: index as u16 };
            cx.announce(Fact::CallIssued { call, class });
            cx.send(tools, Message::Execute { call, attempt, class });
        }
        self.phase = Phase::Running { active: Active { run, step, sub: Sub::Tools(records) }, soft_stop };
    }

    /// The stream was closed as asked: it made way for an interjection.
    fn stream_closed(&mut self, cx: &mut Cx<'_>) {
        let gave_way = matches!(self.phase, Phase::Running { soft_stop: true, .. });
        self.stream_cut(cx, if gave_way { Cause::GaveWay } else { Cause::Failed });
    }

    /// The stream ended early; what was shown is kept (T8, T10).
    fn stream_cut(&mut self, cx: &mut Cx<'_>, cause: Cause) {
        let Some(Active { run, step, sub: Sub::Stream(stream) }) = self.phase.active() else {
            unreachable!("only a stream is cut, not {:?}", self.phase)
        };
        let (run, step, shown) = (*run, *step, stream.shown);
        cx.cancel_timer(SILENCE);
        self.store_partial(cx, run, step, shown);
        self.finish(cx, run, cause);
    }

    /// The stream has been silent, or so the timer thinks: it is armed once per stream and not per chunk.
    pub(super) fn silence(&mut self, cx: &mut Cx<'_>) {
        let Phase::Running { active: Active { run, step, sub: Sub::Stream(stream) }, .. } = &self.phase
        else {
            return;
        };
        let (run, step) = (*run, *step);
        let silent = cx.now().since(stream.heard);
        match self.config.stream_idle.checked_sub(silent) {
            Some(rest) if !rest.is_zero() => cx.set_timer(SILENCE, rest),
            _ => {
                cx.send(self.peers.provider, Message::CloseStream { run, step });
                self.stream_cut(cx, Cause::Failed);
            }
        }
    }

    /// All calls of the step have ended: the next step, or what stands in its way.
    pub(super) fn step_done(&mut self, cx: &mut Cx<'_>) {
        match &self.phase {
            Phase::Running { active: Active { run, .. }, soft_stop: true } => {
                let run = *run;
                self.persist_results(cx);
                self.finish(cx, run, Cause::GaveWay);
            }
            Phase::Running { active: Active { run, step, .. }, soft_stop: false } => {
                let (run, step) = (*run, *step);
                self.persist_results(cx);
                self.call_model(cx, run, step + 1);
            }
            Phase::Interrupting { active: Active { run, step, .. } }
                if self.variant == Variant::FlagAtLoopTop =>
            {
                let (run, step) = (*run, *step);
                self.persist_results(cx);
                self.call_model(cx, run, step + 1);
            }
            Phase::Interrupting { .. } => self.wind_up(cx),
            Phase::Idle | Phase::Starting { .. } | Phase::Closed => {
                unreachable!("{:?} has no step", self.phase)
            }
        }
    }

    /// The grace is over: whatever is still open is given up.
    pub(super) fn grace_over(&mut self, cx: &mut Cx<'_>) {
        if matches!(self.phase, Phase::Interrupting { .. }) {
            self.cancel_open_calls(cx);
            self.wind_up(cx);
        }
    }

    /// Ends an interrupted run: partial text and results are kept (T9).
    fn wind_up(&mut self, cx: &mut Cx<'_>) {
        let Some(Active { run, step, sub }) = self.phase.active() else {
            unreachable!("{:?} has nothing to wind up", self.phase)
        };
        let (run, step) = (*run, *step);
        cx.cancel_timer(GRACE);
        match sub {
            Sub::Stream(_) if self.variant == Variant::DropPartial => {}
            Sub::Stream(stream) => {
                let shown = stream.shown;
                self.store_partial(cx, run, step, shown);
            }
            Sub::Tools(_) if self.variant == Variant::CallsWithoutResults => {}
            Sub::Tools(_) => self.persist_results(cx),
        }
        self.finish(cx, run, Cause::Interrupted);
    }

    /// The one end of every run: T4, T4', T9, T10.
    pub(super) fn finish(&mut self, cx: &mut Cx<'_>, run: RunId, cause: Cause) {
        self.end_facts(cx, run, cause);
        if cause == Cause::Failed && self.variant == Variant::NoDequeueOnFailure {
            return self.rest(cx);
        }
        self.start_next(cx);
    }

    /// Ends the present run because the key ends (T14).
    pub(super) fn end_terminated(&mut self, cx: &mut Cx<'_>) {
        self.cancel_open_calls(cx);
        let Some(Active { run, step, sub }) = self.phase.active() else { return };
        let (run, step) = (*run, *step);
        match sub {
            Sub::Stream(stream) => {
                let shown = stream.shown;
                cx.cancel_timer(SILENCE);
                cx.send(self.peers.provider, Message::CloseStream { run, step });
                self.store_partial(cx, run, step, shown);
            }
            Sub::Tools(_) => {
                cx.send(self.tools(), Message::CancelCalls { run });
                self.persist_results(cx);
            }
        }
        cx.cancel_timer(GRACE);
        self.end_facts(cx, run, Cause::Terminated);
    }

    fn end_facts(&self, cx: &mut Cx<'_>, run: RunId, cause: Cause) {
        let waiting = (self.steering.len() + self.follow_up.len()) as u16;
        cx.announce(Fact::StreamEnded { run, cause });
        cx.announce(Fact::TurnCompleted { run, cause });
        cx.announce(Fact::RunEnded { run, cause, waiting });
    }

    fn store_partial(&mut self, cx: &mut Cx<'_>, run: RunId, step: u16, shown: u16) {
        if shown > 0 {
            let role = Role::Assistant { chunks: shown, extent: Extent::Partial };
            cx.announce(Fact::RowStored { key: self.key, run, step, role });
        }
    }

    /// Stores one message with the results of the step, in the order of the calls (T6).
    fn persist_results(&mut self, cx: &mut Cx<'_>) {
        let Some(Active { run, step, sub: Sub::Tools(records) }) = self.phase.active() else { return };
        let (run, step, count) = (*run, *step, records.len() as u16);
        for index in 0..count {
            cx.announce(Fact::ResultPersisted { call: CallId { run, step, index } });
        }
        cx.announce(Fact::RowStored { key: self.key, run, step, role: Role::Results { count } });
    }

    /// Gives up the calls that have not ended: the synthesized result stands, whatever comes later.
    fn cancel_open_calls(&mut self, cx: &mut Cx<'_>) {
        let Some(Active { run, step, sub: Sub::Tools(records) }) = self.phase.active_mut() else { return };
        for (index, record) in records.iter_mut().enumerate().filter(|(_, record)| record.outcome.is_none()) {
            record.outcome = Some(Outcome::Cancelled);
            let call = CallId { run: *run, step: *step, index: index as u16 };
            cx.announce(Fact::CallEnded { call, outcome: Outcome::Cancelled });
            remember(&mut self.done, call, Outcome::Cancelled);
        }
    }
}

/// Keeps a terminal call in mind, within bounds.
pub(super) fn remember(
    done: &mut std::collections::VecDeque<(CallId, Outcome)>,
    call: CallId,
    outcome: Outcome,
) {
    if done.len() == REMEMBERED_CALLS {
        done.pop_front();
    }
    done.push_back((call, outcome));
}

impl Phase {
    /// The run that is at work or winds up.
    pub(super) fn active(&self) -> Option<&Active> {
        match self {
            Self::Running { active, .. } | Self::Interrupting { active } => Some(active),
            Self::Idle | Self::Starting { .. } | Self::Closed => None,
        }
    }

    pub(super) fn active_mut(&mut self) -> Option<&mut Active> {
        match self {
            Self::Running { active, .. } | Self::Interrupting { active } => Some(active),
            Self::Idle | Self::Starting { .. } | Self::Closed => None,
        }
    }

    /// The stream of that step, if it is the one that is listened to.
    fn listens_to(&mut self, run: RunId, step: u16) -> Option<&mut Stream> {
        match self {
            Self::Running { active: Active { run: r, step: s, sub: Sub::Stream(stream) }, .. }
                if (*r, *s) == (run, step) =>
            {
                Some(stream)
            }
            _ => None,
        }
    }

    /// Whether the stream of that step is the one that an interrupt is closing.
    fn closes(&self, run: RunId, step: u16) -> bool {
        matches!(self, Self::Interrupting { active: Active { run: r, step: s, sub: Sub::Stream(_) } }
            if (*r, *s) == (run, step))
    }
}
