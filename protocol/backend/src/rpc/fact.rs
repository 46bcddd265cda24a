//! What is announced.

use serde::{Deserialize, Serialize};

use super::message::{ConnectionId, Reply, Request, RequestId, SessionId};

/// What is announced. What sessions state of requests and of their tree is durable when they state it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// A life of a client begins, which knows nothing of what the one before has asked.
    ClientBegan {
        /// Its number.
        client: u32,
    },
    /// A client asks this, until it is answered.
    Asked(RequestId),
    /// It is.
    Settled(RequestId),
    /// The client of a connection wants it no more, or has another.
    Closed {
        /// Which.
        connection: ConnectionId,
        /// How far it was.
        met: Met,
    },
    /// Something goes out over a connection.
    Delivered {
        /// Which.
        connection: ConnectionId,
        /// What.
        what: Delivery,
    },
    /// A life of the sessions begins: whoever waited in the one before does so no more.
    SessionsBegan,
    /// A request is stored.
    Stored(Request),
    /// A request is executed.
    Executed {
        /// Which.
        request: Request,
        /// The number of the execution. Stated again after a crash it is the same one.
        execution: u64,
        /// What came of it.
        reply: Reply,
    },
    /// A request is answered.
    Answered {
        /// Which.
        request: RequestId,
        /// Whose execution the reply is from.
        executed: RequestId,
        /// The reply.
        reply: Reply,
        /// Where it was found.
        source: Source,
    },
    /// A session was made.
    Created {
        /// Which.
        session: SessionId,
        /// Below which.
        parent: SessionId,
    },
    /// A session is deleted, for good.
    Terminated(SessionId),
    /// Nothing was made below this session, for its tree is being deleted.
    CreationRefused(SessionId),
    /// One goes on only when the other does, however long that takes.
    Waits {
        /// The one.
        who: Party,
        /// The other.
        on: Party,
    },
    /// It waits no longer.
    GoesOn {
        /// Which.
        who: Party,
    },
}

/// How far a connection was when it was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Met {
    /// The front knew nothing of it.
    Nothing,
    /// It was being set up.
    SettingUp,
    /// It was set up.
    Open,
}

/// What goes out over a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Delivery {
    /// The word that it is set up.
    Welcome,
    /// The answer to a request.
    Answer,
    /// Something that happened.
    Event,
}

/// Where a reply was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Source {
    /// The request was asked before it was executed.
    Execution,
    /// It was asked again, and its reply was stored.
    Store,
    /// The same, and a life of the sessions ended between.
    EarlierLife,
}

/// Who waits, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Party {
    /// A request that wants a turn.
    Request(RequestId),
    /// The present turn of a session, which holds its permit.
    Turn(SessionId),
    /// The tool of that turn.
    Tool(SessionId),
    /// What that tool asked of the session.
    CallBack(SessionId),
}
