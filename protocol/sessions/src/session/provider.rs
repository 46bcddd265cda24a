//! The simulated model: streams text, asks for tools, is slow, fails, or falls silent.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::id::StreamId;
use super::message::{
    Calls, Class, Message, ProviderError, ProviderMessage, Seconds, StreamEnd, StreamMessage,
};
use super::{Cx, Session};

/// After this many model calls a run gets no more tool calls, so that runs end.
const LAST_STEP: u16 = 3;

/// A model provider. What it does in each stream is chosen from menus whose first entry is the dull one.
#[derive(Clone, Debug, Default, Hash)]
pub struct Provider {
    /// Whether it asks for what needs people, too.
    bold: bool,
    /// Whether it refuses, and says for how long.
    busy: bool,
    streams: Vec<Streaming>,
    /// How many streams there were: the name of the next one's timer.
    begun: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Streaming {
    timer: TimerId,
    to: Address,
    id: StreamId,
    next: u16,
    chunks: u16,
    pace: Duration,
    ending: Ending,
}

/// How a stream will end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Ending {
    Done(Calls),
    Fails,
    /// Nothing more is ever heard.
    Silent,
    /// Fails, and says how, and perhaps how long to wait.
    Refuses(ProviderError, Option<Seconds>),
}

impl Provider {
    /// A model that also makes plans, and calls tools that people must allow.
    pub fn bold() -> Self {
        Self { bold: true, ..Self::default() }
    }

    /// A model that has much to do, and refuses, before its first text or after it.
    pub fn busy() -> Self {
        Self { busy: true, ..Self::default() }
    }

    fn message(&mut self, cx: &mut Cx<'_>, from: Address, message: Message) {
        match message {
            Message::Provider(message) => match message {
                ProviderMessage::Generate { stream } => self.generate(cx, from, stream),
                ProviderMessage::CloseStream { stream } => self.close(cx, from, stream),
            },
            _ => cx.dead_letter(DeadLetter::Malformed),
        }
    }

    fn generate(&mut self, cx: &mut Cx<'_>, to: Address, id: StreamId) {
        if self.position(to, id).is_some() {
            return cx.dead_letter(DeadLetter::Dropped); // The network said it twice.
        }
        self.begun += 1;
        let timer = TimerId(self.begun);
        let (pace, chunks) = (choose_pace(cx), choose_chunks(cx));
        let refusal = if self.busy { choose_refusal(cx) } else { None };
        // Who is refused hears that before all else, but for a few.
        let chunks = if refusal.is_some() && cx.choose(6) < 5 { 0 } else { chunks };
        let ending = refusal.unwrap_or_else(|| choose_ending(cx, id.step, self.bold));
        cx.set_timer(timer, pace);
        self.streams.push(Streaming { timer, to, id, next: 0, chunks, pace, ending });
    }

    fn close(&mut self, cx: &mut Cx<'_>, to: Address, id: StreamId) {
        if let Some(index) = self.position(to, id) {
            let stream = self.streams.remove(index);
            cx.cancel_timer(stream.timer);
        }
        cx.send(to, Message::Stream(StreamMessage::StreamEnded { stream: id, end: StreamEnd::Closed }));
    }

    /// It is time for a stream's next chunk; the end comes with the last one.
    fn next(&mut self, cx: &mut Cx<'_>, timer: TimerId) {
        let Some(index) = self.streams.iter().position(|stream| stream.timer == timer) else { return };
        let stream = &mut self.streams[index];
        let (to, id) = (stream.to, stream.id);
        if stream.next < stream.chunks {
            cx.send(to, Message::Stream(StreamMessage::Chunk { stream: id, seq: stream.next }));
            stream.next += 1;
        }
        if stream.next < stream.chunks {
            return cx.set_timer(timer, stream.pace);
        }
        let Streaming { chunks, ending, .. } = self.streams.remove(index);
        let end = match ending {
            Ending::Done(calls) => StreamEnd::Done { chunks, calls },
            Ending::Fails => StreamEnd::Failed,
            Ending::Silent => return,
            Ending::Refuses(error, retry_after) => StreamEnd::Refused { error, retry_after },
        };
        cx.send(to, Message::Stream(StreamMessage::StreamEnded { stream: id, end }));
    }

    fn position(&self, to: Address, id: StreamId) -> Option<usize> {
        self.streams.iter().position(|stream| (stream.to, stream.id) == (to, id))
    }
}

impl Actor<Session> for Provider {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            Input::Message(envelope) => self.message(cx, envelope.from, envelope.message),
            Input::Timer(timer) => self.next(cx, timer),
            Input::Synced(_) => unreachable!("a provider writes nothing"),
            Input::Signal(Signal::Shutdown) => cx.exit(),
            Input::Start(_)
            | Input::Signal(Signal::Exit { .. } | Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}

/// The time before each chunk. The slow ones hold a run up for a second or more, which must not hold up other keys.
fn choose_pace(cx: &mut Cx<'_>) -> Duration {
    Duration::from_millis([1, 2, 5, 20, 100, 450, 1500, 0][cx.choose(8) as usize])
}

fn choose_chunks(cx: &mut Cx<'_>) -> u16 {
    [1, 0, 2, 3][cx.choose(4) as usize]
}

/// Whether a busy model refuses, and for how long: not at all, briefly, longer than the mode's own wait, longer than its cap.
fn choose_refusal(cx: &mut Cx<'_>) -> Option<Ending> {
    let error = match cx.choose(16) {
        0..=9 => return None,
        10..=12 => ProviderError::RateLimited,
        13 => ProviderError::Overloaded,
        14 => ProviderError::Server,
        _ => ProviderError::Invalid,
    };
    let seconds = [0, 0, 1, 1, 7, 90][cx.choose(6) as usize];
    Some(Ending::Refuses(error, (seconds > 0).then_some(Seconds(seconds))))
}

fn choose_ending(cx: &mut Cx<'_>, step: u16, bold: bool) -> Ending {
    use Class::{Asking, Forbidden, Parallel, Plan, Serial};
    let calls = |calls| Ending::Done(Calls(if step < LAST_STEP { calls } else { [None; 3] }));
    match cx.choose(if bold { 24 } else { 16 }) {
        0..=7 => Ending::Done(Calls::default()),
        8 | 9 => calls([Some(Serial), None, None]),
        10 => calls([Some(Parallel), Some(Parallel), Some(Parallel)]),
        11 => calls([Some(Serial), Some(Serial), None]),
        12 => calls([Some(Parallel), Some(Parallel), Some(Serial)]),
        13 => calls([Some(Parallel), Some(Forbidden), None]),
        14 => Ending::Fails,
        15 => Ending::Silent,
        16 | 17 => calls([Some(Asking), None, None]),
        18 => calls([Some(Asking), Some(Asking), Some(Parallel)]),
        19 => calls([Some(Asking), Some(Serial), None]),
        20 => calls([Some(Plan), None, None]),
        21 => calls([Some(Plan), Some(Parallel), None]),
        _ => calls([Some(Plan), Some(Serial), Some(Serial)]),
    }
}
