//! Events that go out after they are committed (`actors.md` B.5 and B.7).
//!
//! A [`Writer`] commits, has published, and answers, in that order. The [`Publisher`] is an actor of its own: it waits for nobody, keeps a bounded ring for
//! each subscriber, and tells a slow one which events it has missed. What others do upon an event, as the [`Reducer`], is no part of publishing it: nested
//! publication ends in a cycle of actors that wait for each other. A [`Client`] that gave up a question does not take a late answer for that to the next.
//!
//! - [`writer`] — the log of a stream;
//! - [`publisher`] — rings, and what was missed;
//! - [`reducer`] — acts upon events, and publishes in turn;
//! - [`subscriber`] — reads, slowly;
//! - [`client`] — asks, gives up, asks again;
//! - [`variant`] — planted bugs.

pub mod client;
pub mod publisher;
pub mod reducer;
pub mod subscriber;
#[cfg(test)]
mod tests;
pub mod variant;
pub mod writer;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::address::Address;

pub use client::Client;
pub use publisher::Publisher;
pub use reducer::Reducer;
pub use subscriber::Subscriber;
pub use variant::{Planted, VARIANTS, Variant};
pub use writer::Writer;

/// How many events wait for a subscriber at most.
pub const ROOM: usize = 5;
/// How long a client waits for an answer.
pub const PATIENCE: Duration = Duration::from_millis(40);
/// How long a subscriber waits before it asks again.
pub const RETRY: Duration = Duration::from_millis(300);

/// The protocol.
pub struct Outbox;

impl Protocol for Outbox {
    type Message = Message;
    type Fact = Fact;
}

/// The number of a stream of events: that of one session.
pub type StreamId = u32;
/// The number of an event in its stream; the first is 1.
pub type Number = u32;
/// A command by its client's number and its own.
pub type CommandId = (u32, u32);

/// What is said.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// To the writer.
    Writer(WriterMessage),
    /// It is done, and durable.
    Done {
        /// Which question.
        ask: u32,
        /// As which event.
        number: Number,
    },
    /// To the publisher.
    Publisher(PublisherMessage),
    /// To a subscriber.
    Subscriber(SubscriberMessage),
    /// To the reducer.
    Reducer(ReducerMessage),
}

/// As what its receiver gets: whom it is for is told beside it.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Writer(message) => message.fmt(f),
            Self::Publisher(message) => message.fmt(f),
            Self::Subscriber(message) => message.fmt(f),
            Self::Reducer(message) => message.fmt(f),
            Self::Done { ask, number } => {
                f.debug_struct("Done").field("ask", ask).field("number", number).finish()
            }
        }
    }
}

/// To the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum WriterMessage {
    /// Do this, and answer under this number.
    Command {
        /// What; the same command twice is done once.
        command: CommandId,
        /// Which question of the client.
        ask: u32,
    },
    /// I have begun anew: how far are you?
    Restate,
}

/// To the publisher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PublisherMessage {
    /// This event is committed.
    Publish {
        /// Of which stream.
        stream: StreamId,
        /// Which.
        number: Number,
    },
    /// Give me what comes after this.
    Want {
        /// Of which stream.
        stream: StreamId,
        /// The last that I know of.
        after: Number,
    },
    /// That is done.
    Reduced,
    /// Publish that something was begun, and say when it is published.
    Inspect,
}

/// To a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SubscriberMessage {
    /// An event.
    Deliver {
        /// Which.
        number: Number,
    },
    /// These events you will not see.
    Gap {
        /// The first.
        from: Number,
        /// The last.
        to: Number,
    },
}

/// To the reducer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReducerMessage {
    /// Act upon this event.
    Reduce {
        /// Of which stream.
        stream: StreamId,
        /// Which.
        number: Number,
    },
    /// It is.
    Inspected,
}

/// What is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// An event is durable.
    Committed {
        /// Of which stream.
        stream: StreamId,
        /// Which.
        number: Number,
    },
    /// A client is answered.
    Answered {
        /// From which stream.
        stream: StreamId,
        /// As which event.
        number: Number,
    },
    /// An event goes out.
    Published {
        /// Of which stream.
        stream: StreamId,
        /// Which.
        number: Number,
    },
    /// A publisher has begun anew, and what came before in this stream is gone from its rings.
    Restated {
        /// Which stream.
        stream: StreamId,
        /// How far it was.
        to: Number,
    },
    /// A subscriber is known from now on.
    Joined {
        /// Who.
        subscriber: Address,
        /// To which stream.
        stream: StreamId,
        /// How far that was.
        at: Number,
    },
    /// An event waits for a subscriber.
    Waiting {
        /// For whom.
        subscriber: Address,
        /// How many wait for it.
        count: u32,
    },
    /// An event made room for a newer one.
    Overflowed {
        /// In whose ring.
        subscriber: Address,
        /// Which.
        number: Number,
    },
    /// A subscriber has an event.
    Received {
        /// Who.
        subscriber: Address,
        /// Of which stream.
        stream: StreamId,
        /// Which.
        number: Number,
    },
    /// A subscriber was told what it has missed.
    ToldGap {
        /// Who.
        subscriber: Address,
        /// Of which stream.
        stream: StreamId,
        /// The first.
        from: Number,
        /// The last.
        to: Number,
    },
    /// An actor goes on only when another has answered, however long that takes.
    Waits {
        /// Who.
        who: Address,
        /// For whom.
        on: Address,
    },
    /// It waits no longer.
    GoesOn {
        /// Who.
        who: Address,
    },
    /// A client took something for the answer to a question.
    Took {
        /// The client.
        client: u32,
        /// The question.
        ask: u32,
        /// The question that the answer is to.
        of: u32,
    },
    /// A client gave a question up.
    GaveUp {
        /// The client.
        client: u32,
        /// The question.
        ask: u32,
    },
    /// An answer came when its question was given up.
    LateAnswer {
        /// The client.
        client: u32,
    },
}
