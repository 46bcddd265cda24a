//! Listens to the model for one step of a run, and tries again as the mode of its agent says (`actors.md` A.2, C.3).
//!
//! It stands between a session and the provider and speaks the same to both: to the session it is the provider, whose failures are final. So a
//! session that asks the provider itself and one that has agents are the same, and all there is about attempts is here.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::config::Config;
use super::fact::Fact;
use super::id::StreamId;
use super::message::{Message, ProviderError, ProviderMessage, StreamEnd, StreamMessage};
use super::models::{ModelPin, ModelTable};
use super::stream::Stream;
use super::variant::{Variant, Variants};
use super::{Cx, Session};

/// How long an attempt may be silent.
const SILENCE: TimerId = TimerId(1);
/// How long it is until the next attempt.
const BACKOFF: TimerId = TimerId(2);

/// The agent of one step. Its first turn is `Start`, and its last one reports how the step ended; it is never idle and never used again, so no
/// `Start` finds it at something else.
#[derive(Clone, Debug, Hash)]
pub struct AgentActor {
    session: Address,
    provider: Address,
    /// The stream by the name that the session knows: that of the first attempt.
    stream: StreamId,
    pin: ModelPin,
    /// How long an attempt may be silent.
    idle: Duration,
    variants: Variants,
    state: State,
}

/// Where the step stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum State {
    /// An attempt streams.
    Streaming {
        /// Which one, from 1.
        attempt: u16,
        /// What has come of it.
        heard: Stream,
    },
    /// An attempt failed before its first text, and the next one waits for its time.
    BackingOff {
        /// How many attempts there were.
        attempts: u16,
    },
    /// It was told to stop, and waits for the provider to have stopped.
    Closing {
        /// The attempt that is being stopped.
        attempt: u16,
        /// What has come of it; what still comes is passed on, too.
        heard: Stream,
    },
    /// It has reported how the step ended.
    Ended,
}

impl AgentActor {
    /// The agent that streams a step to `session`; `pin` is what the step was resolved to.
    pub fn new(
        session: Address,
        provider: Address,
        (stream, pin): (StreamId, ModelPin),
        config: &Config,
        variants: impl Into<Variants>,
    ) -> Self {
        let (idle, variants) = (config.stream_idle, variants.into());
        Self { session, provider, stream, pin, idle, variants, state: State::BackingOff { attempts: 0 } }
    }

    fn message(&mut self, cx: &mut Cx<'_>, message: Message) {
        match message {
            Message::Stream(message) => match message {
                StreamMessage::Chunk { stream, seq } => self.chunk(cx, stream, seq),
                StreamMessage::StreamEnded { stream, end } => self.stream_ended(cx, stream, end),
            },
            Message::Provider(message) => match message {
                ProviderMessage::CloseStream { stream } if stream == self.stream => self.cancel(cx),
                ProviderMessage::CloseStream { .. } | ProviderMessage::Generate { .. } => {
                    cx.dead_letter(DeadLetter::Malformed);
                }
            },
            Message::Models(table) => self.rotate(table),
            _ => cx.dead_letter(DeadLetter::Malformed),
        }
    }

    /// Asks the provider, for the first time or once more.
    fn ask(&mut self, cx: &mut Cx<'_>) {
        let State::BackingOff { attempts } = self.state else { return };
        let attempt = attempts + 1;
        let stream = self.attempt(attempt);
        cx.announce(Fact::Attempted { stream, pin: self.pin });
        cx.send(self.provider, Message::Provider(ProviderMessage::Generate { stream }));
        cx.set_timer(SILENCE, self.idle);
        self.state = State::Streaming { attempt, heard: Stream::begin(cx.now()) };
    }

    /// The name of an attempt at the step.
    fn attempt(&self, attempt: u16) -> StreamId {
        StreamId { attempt, ..self.stream }
    }

    /// What comes of the attempt that is listened to; anything else is late.
    fn listens_to(&mut self, from: StreamId) -> Option<&mut Stream> {
        let step = self.stream;
        match &mut self.state {
            State::Streaming { attempt, heard } | State::Closing { attempt, heard } => {
                (from == StreamId { attempt: *attempt, ..step }).then_some(heard)
            }
            State::BackingOff { .. } | State::Ended => None,
        }
    }

    /// Some text has come: it is passed on in order, and once.
    fn chunk(&mut self, cx: &mut Cx<'_>, from: StreamId, seq: u16) {
        let (session, step) = (self.session, self.stream);
        let Some(heard) = self.listens_to(from) else { return cx.dead_letter(DeadLetter::LateResult) };
        heard.heard = cx.now();
        let before = heard.shown;
        let Some(more) = heard.take(seq) else { return cx.dead_letter(DeadLetter::Dropped) };
        for seq in before..before + more {
            cx.send(session, Message::Stream(StreamMessage::Chunk { stream: step, seq }));
        }
        self.look_for_end(cx);
    }

    /// An attempt is over, by itself or not.
    fn stream_ended(&mut self, cx: &mut Cx<'_>, from: StreamId, end: StreamEnd) {
        let Some(heard) = self.listens_to(from) else { return cx.dead_letter(DeadLetter::LateResult) };
        match end {
            StreamEnd::Done { chunks, calls } => {
                heard.heard = cx.now();
                heard.end(chunks, calls);
                self.look_for_end(cx);
            }
            StreamEnd::Refused { error, retry_after } => {
                self.attempt_failed(cx, error, retry_after.map(Duration::from));
            }
            // The provider does not say what went wrong, so nothing says that it would go better.
            StreamEnd::Failed => self.attempt_failed(cx, ProviderError::Unknown, None),
            StreamEnd::Closed => self.report(cx, StreamEnd::Closed),
        }
    }

    /// The step is done when its end and all text before it have come.
    fn look_for_end(&mut self, cx: &mut Cx<'_>) {
        let (State::Streaming { heard, .. } | State::Closing { heard, .. }) = &self.state else { return };
        let chunks = heard.shown;
        if let Some(calls) = heard.whole() {
            self.report(cx, StreamEnd::Done { chunks, calls });
        }
    }

    /// An attempt has failed. There is another one only before the first text (RETRY-1): what was shown cannot be taken back.
    fn attempt_failed(&mut self, cx: &mut Cx<'_>, error: ProviderError, retry_after: Option<Duration>) {
        let State::Streaming { attempt, heard } = &self.state else {
            return self.report(cx, StreamEnd::Closed);
        };
        let (attempt, silent) = (*attempt, heard.shown == 0);
        cx.announce(Fact::AttemptFailed { stream: self.attempt(attempt), error, retry_after });
        let mode = self.pin.agent.entry().mode;
        let may_retry = error.is_retryable() && attempt < u16::from(mode.provider_attempts);
        if !may_retry || !(silent || self.variants.has(Variant::RetryAfterChunk)) {
            return self.report(cx, StreamEnd::Failed);
        }
        let asked = retry_after.filter(|_| !self.variants.has(Variant::IgnoreRetryAfter));
        cx.cancel_timer(SILENCE);
        cx.set_timer(BACKOFF, mode.wait(attempt as u8, asked));
        self.state = State::BackingOff { attempts: attempt };
    }

    /// The session wants the step to end: a stream is stopped at the provider, a wait just ends.
    fn cancel(&mut self, cx: &mut Cx<'_>) {
        cx.announce(Fact::CancelHeard { run: self.stream.run });
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Streaming { attempt, heard } => {
                cx.cancel_timer(SILENCE);
                cx.send(
                    self.provider,
                    Message::Provider(ProviderMessage::CloseStream { stream: self.attempt(attempt) }),
                );
                self.state = State::Closing { attempt, heard };
            }
            waits @ State::BackingOff { .. } if self.variants.has(Variant::DeafBackoff) => {
                self.state = waits;
            }
            State::BackingOff { .. } => self.report(cx, StreamEnd::Closed),
            other @ (State::Closing { .. } | State::Ended) => self.state = other,
        }
    }

    /// The attempt has been silent, or so the timer thinks: it is armed once per attempt and not per chunk.
    fn silence(&mut self, cx: &mut Cx<'_>) {
        let State::Streaming { attempt, heard } = &self.state else { return };
        let attempt = *attempt;
        match self.idle.checked_sub(cx.now().since(heard.heard)) {
            Some(rest) if !rest.is_zero() => cx.set_timer(SILENCE, rest),
            _ => {
                cx.send(
                    self.provider,
                    Message::Provider(ProviderMessage::CloseStream { stream: self.attempt(attempt) }),
                );
                self.attempt_failed(cx, ProviderError::Silent, None);
            }
        }
    }

    /// The table of models has changed, which is nothing to a step that is pinned; only a variant tells its agents.
    fn rotate(&mut self, table: ModelTable) {
        self.pin = table.pin(self.pin.agent);
    }

    /// Reports how the step ended, and ends with it.
    fn report(&mut self, cx: &mut Cx<'_>, end: StreamEnd) {
        let attempt = match self.state {
            State::Streaming { attempt, .. } | State::Closing { attempt, .. } => attempt,
            State::BackingOff { .. } | State::Ended => 1,
        };
        self.state = State::Ended;
        cx.send(
            self.session,
            Message::Stream(StreamMessage::StreamEnded { stream: self.attempt(attempt), end }),
        );
        cx.exit();
    }

    /// Whether nothing gets through to it: never, but in a variant.
    fn is_deaf(&self) -> bool {
        self.variants.has(Variant::DeafBackoff) && matches!(self.state, State::BackingOff { .. })
    }

    /// The session does not listen any more: what still streams is stopped.
    fn dismissed(&self, cx: &mut Cx<'_>) {
        if let State::Streaming { attempt, .. } = self.state {
            cx.send(
                self.provider,
                Message::Provider(ProviderMessage::CloseStream { stream: self.attempt(attempt) }),
            );
        }
        cx.exit();
    }
}

impl Actor<Session> for AgentActor {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            Input::Start(_) | Input::Timer(BACKOFF) => self.ask(cx),
            Input::Message(envelope) => self.message(cx, envelope.message),
            Input::Timer(SILENCE) => self.silence(cx),
            Input::Timer(id) => unreachable!("an agent sets no {id}"),
            Input::Synced(_) => unreachable!("an agent writes nothing"),
            Input::Signal(Signal::Shutdown) if self.is_deaf() => {}
            Input::Signal(Signal::Shutdown) => self.dismissed(cx),
            Input::Signal(Signal::Exit { .. } | Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}
