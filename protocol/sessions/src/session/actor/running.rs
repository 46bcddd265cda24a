//! Streams and tool calls of the present run (`actors.md` T5, T6, T8, T10).

use rehearsal_protocol::mailbox::DeadLetter;

use super::ending::{Last, outcomes, partial};
use super::journal::{Outcomes, Record};
use super::{Active, CallRecord, Phase, SILENCE, SessionActor, Sub, Then};
use crate::session::Cx;
use crate::session::config::Listener;
use crate::session::fact::{Cause, Extent, Fact, Role};
use crate::session::id::{CallId, RunId, StreamId};
use crate::session::message::{Calls, Class, Message, ProviderMessage, StreamEnd, ToolMessage};
use crate::session::stream::Stream;
use crate::session::variant::Variant;

impl SessionActor {
    /// Asks the model for the next step.
    pub(super) fn call_model(&mut self, cx: &mut Cx<'_>, run: RunId, step: u16) {
        cx.announce(Fact::ModelCall { run, step, context: self.key });
        let stream = stream_id(cx, run, step);
        match self.config.listener {
            Listener::Agent => self.start_agent(cx, stream),
            Listener::Session => {
                cx.send(self.peers.provider, Message::Provider(ProviderMessage::Generate { stream }));
                cx.set_timer(SILENCE, self.config.stream_idle);
            }
        }
        let active = Active { run, step, sub: Sub::Stream(Stream::begin(cx.now())) };
        self.phase = Phase::Running { active, soft_stop: false };
    }

    pub(super) fn close_stream(&self, cx: &mut Cx<'_>, run: RunId, step: u16) {
        let to = self.step_agent.map_or(self.peers.provider, |agent| agent.address);
        cx.send(to, Message::Provider(ProviderMessage::CloseStream { stream: stream_id(cx, run, step) }));
    }

    /// Some text has come. Only the present stream's is shown.
    pub(super) fn chunk(&mut self, cx: &mut Cx<'_>, from: StreamId, seq: u16) {
        let StreamId { run, step, .. } = from;
        let Some(stream) = self.phase.listens_to(from, life(cx)) else {
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
    pub(super) fn stream_ended(&mut self, cx: &mut Cx<'_>, from: StreamId, end: StreamEnd) {
        let life = life(cx);
        if let Some(stream) = self.phase.listens_to(from, life) {
            stream.heard = cx.now();
            match end {
                StreamEnd::Done { chunks, calls } => {
                    stream.attempts = from.attempt;
                    stream.end(chunks, calls);
                    if let Some(calls) = stream.whole() {
                        self.stream_done(cx, calls);
                    }
                }
                // Whether it can be tried again is the business of an agent, if there is one.
                StreamEnd::Failed | StreamEnd::Refused { .. } => self.stream_cut(cx, Cause::Failed),
                StreamEnd::Closed => self.stream_closed(cx),
            }
        } else if self.phase.closes(from, life) {
            if self.variants.has(Variant::DoubleCompletion) && matches!(end, StreamEnd::Done { .. }) {
                cx.announce(Fact::TurnCompleted { run: from.run, cause: Cause::Done });
            }
            self.hear_end_of_stopped(end);
            self.wind_up(cx);
        } else {
            cx.dead_letter(DeadLetter::LateResult);
        }
    }

    /// A stream that is being stopped has come to its end by itself, perhaps with calls.
    fn hear_end_of_stopped(&mut self, end: StreamEnd) {
        if let (Some(Active { sub: Sub::Stream(stream), .. }), StreamEnd::Done { chunks, calls }) =
            (self.phase.active_mut(), end)
        {
            stream.end(chunks, calls);
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
        self.tally.said(stream.attempts);
        cx.cancel_timer(SILENCE);
        self.tell_who_said(cx, run, step);
        let whole = Last::Text { chunks, extent: Extent::Whole };
        if calls.is_empty() {
            self.finish(cx, run, step, Cause::Done, whole);
        } else if step >= self.config.max_steps {
            self.finish(cx, run, step, Cause::Failed, whole);
        } else {
            let record = |class| CallRecord { class, attempt: 1, outcome: None, asks: false };
            let sub = Sub::Issuing(calls.classes().map(record).collect());
            self.phase = Phase::Running { active: Active { run, step, sub }, soft_stop };
            let metrics = self.tally.step(cx.now(), chunks, calls);
            let then = Then::Issue { run, step, chunks, calls, metrics };
            self.commit(cx, Record::Issued { step, calls, metrics }, then);
        }
    }

    /// The text and the calls of a step are stored: T5. The calls go to the tools only now, for they must not be made twice.
    pub(super) fn issued(&mut self, cx: &mut Cx<'_>, run: RunId, step: u16, chunks: u16, calls: Calls) {
        self.tell_row(cx, run, step, Role::Assistant { chunks, extent: Extent::Whole });
        for (index, class) in (0..).zip(calls.classes()) {
            cx.announce(Fact::CallIssued { call: CallId { run, step, index }, class });
        }
        self.hand_over(cx);
    }

    /// The calls of the step go to the tools, but for those that have ended.
    pub(super) fn hand_over(&mut self, cx: &mut Cx<'_>) {
        match &mut self.phase {
            Phase::Running { active: Active { run, step, sub }, .. } => {
                let Sub::Issuing(records) = sub else { unreachable!("calls were stored in {sub:?}") };
                let (run, step, mut records) = (*run, *step, std::mem::take(records));
                let mut plans = false;
                if !self.variants.has(Variant::GateInUiOnly) {
                    hold_back_writes(&mut records);
                }
                let tools = self.tools.expect("a session's tools are spawned in its first turn");
                if self.config.listener == Listener::Agent {
                    let attempts = self.turn_agent.entry().mode.tool_attempts;
                    cx.send(tools, Message::Tool(ToolMessage::Patience { run, attempts }));
                }
                for (index, record) in (0..).zip(&records).filter(|(_, record)| record.is_ready()) {
                    let (call, CallRecord { class, attempt, .. }) = (CallId { run, step, index }, *record);
                    if attempt > 1 {
                        cx.announce(Fact::CallRetried { call, attempt });
                    }
                    if class == Class::Plan {
                        plans = true;
                    } else {
                        cx.send(tools, Message::Tool(ToolMessage::Execute { call, attempt, class }));
                    }
                }
                let all_ended = records.iter().all(|record| record.outcome.is_some());
                *sub = Sub::Tools(records);
                if plans {
                    self.present(cx);
                }
                if all_ended {
                    self.step_done(cx);
                }
            }
            // Interrupted in between: the calls are stored, and so their results must be.
            Phase::Interrupting { .. } => self.wind_up(cx),
            // Terminated in between: the end of the run tells their results.
            Phase::Closing { .. } | Phase::Closed => {}
            Phase::Idle | Phase::Starting { .. } | Phase::Parked { .. } | Phase::Finalizing { .. } => {
                unreachable!("calls were stored in {:?}", self.phase)
            }
        }
    }

    /// The stream was closed as asked: it made way for an interjection.
    fn stream_closed(&mut self, cx: &mut Cx<'_>) {
        let gave_way = matches!(self.phase, Phase::Running { soft_stop: true, .. });
        self.stream_cut(cx, if gave_way { Cause::GaveWay } else { Cause::Failed });
    }

    /// The stream ended early; what was shown is kept (T8, T10).
    pub(super) fn stream_cut(&mut self, cx: &mut Cx<'_>, cause: Cause) {
        let Some(Active { run, step, sub: Sub::Stream(stream) }) = self.phase.active() else {
            unreachable!("only a stream is cut, not {:?}", self.phase)
        };
        let (run, step, shown) = (*run, *step, stream.shown);
        cx.cancel_timer(SILENCE);
        self.finish(cx, run, step, cause, partial(shown));
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
                self.close_stream(cx, run, step);
                self.stream_cut(cx, Cause::Failed);
            }
        }
    }

    /// All calls of the step have ended: their results are stored, or the run winds up.
    pub(super) fn step_done(&mut self, cx: &mut Cx<'_>) {
        let loops_on = self.variants.has(Variant::FlagAtLoopTop);
        match &mut self.phase {
            Phase::Interrupting { .. } if !loops_on => self.wind_up(cx),
            Phase::Running { active: Active { run, step, sub }, .. }
            | Phase::Interrupting { active: Active { run, step, sub } } => {
                let Sub::Tools(records) = sub else { unreachable!("{sub:?} has no calls that end") };
                let (run, step, outcomes) = (*run, *step, outcomes(records));
                *sub = Sub::Gathering(std::mem::take(records));
                self.commit(cx, Record::Gathered { outcomes }, Then::Proceed { run, step, outcomes });
            }
            Phase::Idle
            | Phase::Starting { .. }
            | Phase::Parked { .. }
            | Phase::Finalizing { .. }
            | Phase::Closing { .. }
            | Phase::Closed => unreachable!("{:?} has no step", self.phase),
        }
    }

    /// The results of the step are stored: the next step, or what stands in its way.
    pub(super) fn gathered(&mut self, cx: &mut Cx<'_>, run: RunId, step: u16, outcomes: Outcomes) {
        self.tell_results(cx, run, step, outcomes);
        // Whatever has been interjected since the run began goes before its next step.
        let makes_way = !self.steering.is_empty() && !self.variants.has(Variant::SignalsOnlyStream);
        match &self.phase {
            Phase::Running { .. } if makes_way => self.finish(cx, run, step, Cause::GaveWay, Last::Nothing),
            Phase::Running { .. } => self.call_model(cx, run, step + 1),
            Phase::Interrupting { .. } if self.variants.has(Variant::FlagAtLoopTop) => {
                self.call_model(cx, run, step + 1);
            }
            Phase::Interrupting { .. } => self.wind_up(cx),
            Phase::Closing { .. } | Phase::Closed => {}
            Phase::Idle | Phase::Starting { .. } | Phase::Parked { .. } | Phase::Finalizing { .. } => {
                unreachable!("results were stored in {:?}", self.phase)
            }
        }
    }
}

/// While a plan is held up to people, nothing is written: calls that would wait for their word on the plan.
fn hold_back_writes(records: &mut [CallRecord]) {
    let plans = |record: &CallRecord| record.class == Class::Plan && record.outcome.is_none();
    if records.iter().any(plans) {
        for record in records.iter_mut().filter(|record| record.is_ready() && record.class == Class::Serial) {
            record.asks = true;
        }
    }
}

impl CallRecord {
    /// Whether it has neither ended nor waits for people.
    fn is_ready(&self) -> bool {
        self.outcome.is_none() && !self.asks
    }
}

fn stream_id(cx: &Cx<'_>, run: RunId, step: u16) -> StreamId {
    StreamId { run, step, attempt: 1, life: life(cx) }
}

/// The life of who asks for a stream.
fn life(cx: &Cx<'_>) -> u32 {
    cx.incarnation().0
}

impl Phase {
    /// The run that is at work or winds up.
    pub(super) fn active(&self) -> Option<&Active> {
        match self {
            Self::Running { active, .. } | Self::Interrupting { active } | Self::Parked { active } => {
                Some(active)
            }
            Self::Idle
            | Self::Starting { .. }
            | Self::Finalizing { .. }
            | Self::Closing { .. }
            | Self::Closed => None,
        }
    }

    pub(super) fn active_mut(&mut self) -> Option<&mut Active> {
        match self {
            Self::Running { active, .. } | Self::Interrupting { active } | Self::Parked { active } => {
                Some(active)
            }
            Self::Idle
            | Self::Starting { .. }
            | Self::Finalizing { .. }
            | Self::Closing { .. }
            | Self::Closed => None,
        }
    }

    /// The stream of that step, if it is the one that is listened to.
    fn listens_to(&mut self, from: StreamId, life: u32) -> Option<&mut Stream> {
        match self {
            Self::Running { active: Active { run, step, sub: Sub::Stream(stream) }, .. }
                if (from.run, from.step, from.life) == (*run, *step, life) =>
            {
                Some(stream)
            }
            _ => None,
        }
    }

    /// Whether the stream of that step is the one that an interrupt is closing.
    fn closes(&self, from: StreamId, life: u32) -> bool {
        matches!(self, Self::Interrupting { active: Active { run, step, sub: Sub::Stream(_) } }
            if (from.run, from.step, from.life) == (*run, *step, life))
    }
}
