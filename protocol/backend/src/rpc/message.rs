//! What is said, and the numbers of clients, connections, requests and sessions.

use std::fmt;

use rehearsal_protocol::address::Incarnation;
use serde::{Deserialize, Serialize};

/// How many sessions there are from the beginning; all others are made below them.
pub const ROOTS: u32 = 2;

/// What is said.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// To a client.
    Client(ClientMessage),
    /// To the front.
    Front(FrontMessage),
    /// To the sessions.
    Sessions(SessionsMessage),
    /// That is done, or refused, and durable.
    CalledBack,
}

/// As what its receiver gets: whom it is for is told beside it.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(message) => message.fmt(f),
            Self::Front(message) => message.fmt(f),
            Self::Sessions(message) => message.fmt(f),
            Self::CalledBack => f.write_str("CalledBack"),
        }
    }
}

/// To a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ClientMessage {
    /// The front asks whether it still does, in this life of the front.
    Challenge {
        /// Which connection.
        connection: ConnectionId,
        /// The life of the front: an answer to an earlier one is none.
        life: Incarnation,
    },
    /// The connection is set up.
    Welcome(ConnectionId),
    /// There is no such connection.
    Gone(ConnectionId),
    /// The same, for the client.
    Answer {
        /// Which request.
        request: RequestId,
        /// What came of it.
        reply: Reply,
    },
    /// The same, over a connection.
    Event {
        /// Over which.
        connection: ConnectionId,
        /// To which session.
        session: SessionId,
    },
}

/// To the front.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FrontMessage {
    /// A client wants a connection.
    Connect(ConnectionId),
    /// It does.
    Proof {
        /// Which connection.
        connection: ConnectionId,
        /// The life that asked.
        life: Incarnation,
    },
    /// The client wants it no more, set up or not.
    Disconnect(ConnectionId),
    /// A client asks over a connection.
    Ask {
        /// Over which.
        connection: ConnectionId,
        /// What.
        request: Request,
    },
    /// It is executed, and durable.
    Replied {
        /// Which request.
        request: RequestId,
        /// What came of it.
        reply: Reply,
    },
    /// Something happened to a session, for whoever is connected.
    Happened(SessionId),
}

/// To the sessions.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SessionsMessage {
    /// The front has this executed.
    Execute(Request),
    /// A tool wants something of the session for which it works.
    CallBack {
        /// The session.
        session: SessionId,
        /// What it wants.
        wish: Wish,
    },
}

/// What a client asks, with its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Request {
    /// Which it is.
    pub id: RequestId,
    /// Of which session.
    pub session: SessionId,
    /// What.
    pub operation: Operation,
}

/// What can be asked of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operation {
    /// How is it?
    GetState,
    /// Have a turn.
    Send,
    /// Make a session below it.
    Create,
    /// Delete it, with all that is below it.
    Delete,
}

/// What a tool asks of its own session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Wish {
    /// Keep what I have found.
    Record,
    /// Make a session below it.
    Create,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reply {
    /// So the session is.
    State {
        /// How many turns it had.
        turns: u32,
        /// How much its tools had it keep.
        records: u32,
        /// The sessions below it that live.
        children: Vec<SessionId>,
    },
    /// It had a turn.
    Done {
        /// How many it had with this one.
        turns: u32,
    },
    /// There is one more session.
    Created(SessionId),
    /// The tree is gone.
    Deleted,
    /// The session is deleted, or was before this was done.
    Terminated,
}

/// A request by its client and the number that the client gave it, which grows over all lives of the client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId {
    /// The number of the client.
    pub client: u32,
    /// Its own number.
    pub number: u32,
}

/// `c1#3`.
impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}#{}", self.client, self.number)
    }
}

/// A connection by its client and the number that the client gave it, which grows over all lives of the client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectionId {
    /// The number of the client.
    pub client: u32,
    /// Its own number.
    pub number: u32,
}

/// `c1~3`.
impl fmt::Debug for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}~{}", self.client, self.number)
    }
}

/// The number of a session; those from the beginning have the lowest, and a child has a higher one than its parent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(pub u32);

impl SessionId {
    /// Those from the beginning.
    pub fn roots() -> impl Iterator<Item = Self> {
        (1..=ROOTS).map(Self)
    }

    /// The name under which it is known outside; whoever gave it may have put a separator into it.
    pub fn name(self) -> String {
        match self.0 {
            3 => "s1:s1".to_owned(),
            number => format!("s{number}"),
        }
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
