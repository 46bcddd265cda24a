//! What is said.

use std::fmt;

use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::mailbox::Lane;
use rehearsal_protocol::supervision::{Answer, Command};
use serde::{Deserialize, Serialize};

use super::caller::CallId;
use super::tree::Part;

/// What is said.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// To a client, or to whoever asks in the place of one.
    Client(ClientMessage),
    /// To where requests come in: a door, a front or a group.
    Entrance(EntranceMessage),
    /// To one who carries requests out: a stage, a server or a caller.
    Worker(WorkerMessage),
    /// A stage loads what it needs.
    Load(LoadId),
    /// A worker calls the dependency.
    Call {
        /// The call.
        call: CallId,
        /// For which request.
        request: RequestId,
    },
    /// To a supervisor.
    Command(Box<Command<Part>>),
    /// From a supervisor.
    Answer(Box<Answer>),
}

/// As what its receiver gets: whom it is for is told beside it.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(message) => message.fmt(f),
            Self::Entrance(message) => message.fmt(f),
            Self::Worker(message) => message.fmt(f),
            Self::Load(load) => f.debug_tuple("Load").field(load).finish(),
            Self::Call { call, request } => {
                f.debug_struct("Call").field("call", call).field("request", request).finish()
            }
            Self::Command(command) => f.debug_tuple("Command").field(command).finish(),
            Self::Answer(answer) => f.debug_tuple("Answer").field(answer).finish(),
        }
    }
}

/// To a client, or to whoever asks in the place of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ClientMessage {
    /// A client has a request.
    Arrives {
        /// Whether it is poison.
        poison: bool,
    },
    /// The request was carried out.
    Done(RequestId),
    /// The request was not carried out in this attempt, and will not be.
    Failed(Work),
}

/// To where requests come in: a door, a front or a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EntranceMessage {
    /// A client wants this done.
    Request(Work),
    /// The first stage, or one of several callers, can take requests.
    Open,
    /// One of a pool joins its group, in this life of it.
    Join(Incarnation),
    /// One of a pool leaves its group, in this life of it.
    Leave(Incarnation),
    /// The server can take requests, in this life of it.
    Ready(Incarnation),
}

/// To one who carries requests out: a stage, a server or a caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum WorkerMessage {
    /// A stage hands this on, in this life of it.
    Job {
        /// What.
        work: Work,
        /// In which life.
        by: Incarnation,
    },
    /// A stage links itself to the one before it.
    Link,
    /// The one before says which life of it this is.
    Linked(Incarnation),
    /// A stage has what it loaded.
    Loaded(LoadId),
    /// What came of a call.
    Returned {
        /// Which.
        call: CallId,
        /// Whether it was carried out.
        ok: bool,
    },
}

impl Message {
    /// The lane in which it travels.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Command(_)
            | Self::Entrance(
                EntranceMessage::Open
                | EntranceMessage::Join(_)
                | EntranceMessage::Leave(_)
                | EntranceMessage::Ready(_),
            )
            | Self::Worker(WorkerMessage::Link | WorkerMessage::Linked(_) | WorkerMessage::Loaded(_))
            | Self::Load(_) => Lane::Control,
            Self::Client(ClientMessage::Done(_) | ClientMessage::Failed(_))
            | Self::Worker(WorkerMessage::Returned { .. })
            | Self::Answer(_) => Lane::Result,
            Self::Client(ClientMessage::Arrives { .. })
            | Self::Entrance(EntranceMessage::Request(_))
            | Self::Worker(WorkerMessage::Job { .. })
            | Self::Call { .. } => Lane::Work,
        }
    }
}

/// A load: the life of the stage that asks for it, and its number in that life, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LoadId {
    /// The life.
    pub life: Incarnation,
    /// Which of its loads.
    pub number: u32,
}

/// What a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Work {
    /// Which request.
    pub request: RequestId,
    /// How often it was asked for, this time included.
    pub attempt: u8,
    /// Whether it makes the second stage of a line, or any of a pool, panic each time.
    pub poison: bool,
    /// Who waits for it.
    pub client: Address,
}

/// A request: the number of its client, and its own among those of that client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId {
    /// The client.
    pub client: u16,
    /// Which of its requests, from 1.
    pub number: u32,
}

/// `c1#3`.
impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}#{}", self.client, self.number)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
