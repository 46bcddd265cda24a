//! What lies outside of the runtime: a model that streams words, and a place where tools run. Both are played here; what would call a real one
//! goes where they sleep.

use std::collections::BTreeMap;
use std::time::Duration;

use rehearsal_host::Edge;
use rehearsal_protocol::{Address, Input};
use rehearsal_sessions::session::{
    CallId, Calls, Class, Fact, Message, Outcome, ProviderMessage, SandboxMessage, Session, StreamEnd,
    StreamId, StreamMessage, ToolMessage,
};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

/// What the model says before it asks for a tool, and after it.
const ANSWERS: [&str; 2] = [
    "One moment, I look it up.",
    "It says: an interrupt is a message in a lane of its own, so it is handled before all the words that wait, and takes effect between two \
     turns. What was shown until then is kept, what comes later is not shown any more, and the next one who says something finds the session \
     ready.",
];

/// The words of one step of an answer.
pub(crate) fn words(step: u16) -> impl Iterator<Item = &'static str> {
    ANSWERS[usize::from(step > 1)].split(' ')
}

/// What is to be sent, by work beside the edge.
type Outgoing = UnboundedSender<(Address, Message)>;

/// The model: each stream is work of its own beside the edge, and ends when its `oneshot` is dropped.
pub(crate) async fn provider(mut edge: Edge<Session>, pace: Duration) {
    let (say, mut said) = unbounded_channel();
    let mut streams: BTreeMap<(Address, StreamId), oneshot::Sender<()>> = BTreeMap::new();
    loop {
        tokio::select! {
            input = edge.next() => match input {
                None => return,
                Some(Input::Message(envelope)) => match envelope.message {
                    Message::Provider(ProviderMessage::Generate { stream: id }) => {
                        let (open, closed) = oneshot::channel();
                        streams.insert((envelope.from, id), open);
                        edge.spawn(until(closed, stream(envelope.from, id, pace, say.clone())));
                    }
                    Message::Provider(ProviderMessage::CloseStream { stream }) => {
                        streams.remove(&(envelope.from, stream));
                        edge.send(envelope.from, Message::Stream(StreamMessage::StreamEnded { stream, end: StreamEnd::Closed }));
                    }
                    _ => {}
                },
                Some(_) => {}
            },
            Some((to, message)) = said.recv() => {
                if let Message::Stream(StreamMessage::StreamEnded { stream, .. }) = &message {
                    streams.remove(&(to, *stream));
                }
                edge.send(to, message);
            }
        }
    }
}

/// One call of the model: in the first step of a run it asks for a tool.
async fn stream(to: Address, id: StreamId, pace: Duration, say: Outgoing) {
    let mut chunks = 0;
    for _ in words(id.step) {
        tokio::time::sleep(pace).await;
        let _ = say.send((to, Message::Stream(StreamMessage::Chunk { stream: id, seq: chunks })));
        chunks += 1;
    }
    let calls = if id.step == 1 { Calls([Some(Class::Parallel), None, None]) } else { Calls::default() };
    let _ = say.send((
        to,
        Message::Stream(StreamMessage::StreamEnded { stream: id, end: StreamEnd::Done { chunks, calls } }),
    ));
}

/// The place where tools run: every one of them takes a few words' time.
pub(crate) async fn sandbox(mut edge: Edge<Session>, pace: Duration) {
    let (say, mut said) = unbounded_channel();
    let mut jobs: BTreeMap<CallId, oneshot::Sender<()>> = BTreeMap::new();
    loop {
        tokio::select! {
            input = edge.next() => match input {
                None => return,
                Some(Input::Message(envelope)) => match envelope.message {
                    Message::Sandbox(SandboxMessage::Perform { call, attempt }) => {
                        let (open, closed) = oneshot::channel();
                        jobs.insert(call, open);
                        edge.spawn(until(closed, perform(envelope.from, call, attempt, pace, say.clone())));
                    }
                    Message::Sandbox(SandboxMessage::Abort { call, .. }) => {
                        jobs.remove(&call);
                        edge.send(envelope.from, Message::Tool(ToolMessage::Aborted { call }));
                    }
                    _ => {}
                },
                Some(_) => {}
            },
            Some((to, message)) = said.recv() => {
                if let Message::Tool(ToolMessage::Performed { call, attempt, .. }) = message {
                    jobs.remove(&call);
                    edge.announce(&Fact::Effected { call, attempt });
                }
                edge.send(to, message);
            }
        }
    }
}

async fn perform(to: Address, call: CallId, attempt: u8, pace: Duration, say: Outgoing) {
    tokio::time::sleep(pace * 5).await;
    let _ = say
        .send((to, Message::Tool(ToolMessage::Performed { call, attempt, outcome: Outcome::Succeeded(42) })));
}

/// Does the work unless it is called off.
async fn until(called_off: oneshot::Receiver<()>, work: impl Future<Output = ()>) {
    tokio::select! {
        _ = called_off => {}
        () = work => {}
    }
}
