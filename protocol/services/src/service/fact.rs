//! What is announced.

use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::supervision;
use serde::{Deserialize, Serialize};

use super::message::RequestId;

/// What is announced.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// By a supervisor.
    Supervision(supervision::Fact),
    /// A client wants something for the first time.
    Asked {
        /// What.
        request: RequestId,
    },
    /// A client asks again, for no answer came in time or it was told that none will.
    AskedAgain {
        /// What.
        request: RequestId,
        /// For which time it asks.
        attempt: u8,
        /// How long it waited before it did, in nanoseconds.
        waited: u64,
    },
    /// An answer came.
    Answered {
        /// To what.
        request: RequestId,
        /// Whether it came before the client had to ask again.
        in_time: bool,
    },
    /// A client asks no more.
    GivenUp {
        /// What it wanted.
        request: RequestId,
    },
    /// A request was carried out: by the last stage, by a server, by a dependency.
    Executed {
        /// Which.
        request: RequestId,
    },
    /// A stage refused work, for it came from a life that it is not linked to.
    Refused {
        /// Which.
        request: RequestId,
    },
    /// A stage cannot do its work, and ends in its first turn.
    Stillborn {
        /// Its place in the line, from 0.
        place: u8,
    },
    /// A stage is linked to the one before it; the first one is when it opens.
    Linked {
        /// Its place in the line, from 0.
        place: u8,
    },
    /// The store begins.
    StoreBegan {
        /// How long a load takes, in nanoseconds.
        pace: u64,
    },
    /// A stage begins to load what it needs.
    Loading {
        /// Its place in the line, from 0.
        place: u8,
        /// Whether that is because the one before it is another one now.
        again: bool,
    },
    /// A stage has what it needs.
    Loaded {
        /// Its place in the line, from 0.
        place: u8,
    },
    /// A worker is a member of the group.
    Joined {
        /// Which.
        worker: Address,
        /// In which life.
        life: Incarnation,
    },
    /// A worker that has left the group, or ended, would join it.
    JoinedTooLate {
        /// Which.
        worker: Address,
        /// In which life.
        life: Incarnation,
    },
    /// The group is told that a worker has ended.
    Ended {
        /// Which.
        worker: Address,
        /// Which life of it.
        life: Incarnation,
    },
    /// A worker is no member any more.
    Left {
        /// Which.
        worker: Address,
        /// In which life it was one.
        life: Incarnation,
    },
    /// The group passes a request on.
    PassedOn {
        /// Which.
        request: RequestId,
        /// To which member.
        worker: Address,
        /// Which joined in this life.
        life: Incarnation,
    },
    /// A client has come to the end of its requests.
    Finished {
        /// Which.
        client: u16,
    },
    /// The dependency goes down.
    DependencyDown {
        /// Whether it says nothing then.
        silent: bool,
    },
    /// The dependency is up again.
    DependencyUp,
    /// The dependency is called while it is down.
    CalledInVain,
    /// A caller begins; if it has a breaker, that is closed.
    CallerBegan {
        /// Its place, from 0.
        place: u8,
    },
    /// A caller calls the dependency.
    CallMade {
        /// The place of the caller.
        place: u8,
        /// Which of its calls.
        call: u64,
    },
    /// A call has come back, or has taken too long.
    CallEnded {
        /// The place of the caller.
        place: u8,
        /// Which of its calls.
        call: u64,
        /// Whether it was carried out.
        ok: bool,
    },
    /// A breaker lets a request fail without a call.
    FailedFast {
        /// Which.
        request: RequestId,
    },
    /// A breaker opens.
    BreakerOpened {
        /// The place of its caller.
        place: u8,
    },
    /// A breaker has been open for its time.
    BreakerHalfOpen {
        /// The place of its caller.
        place: u8,
    },
    /// A breaker closes.
    BreakerClosed {
        /// The place of its caller.
        place: u8,
    },
    /// A front begins: nothing is under way.
    FrontBegan,
    /// The server can take requests.
    ServerReady,
    /// A request goes to the server.
    Admitted {
        /// Which.
        request: RequestId,
    },
    /// A request does not go to the server.
    Rejected {
        /// Which.
        request: RequestId,
        /// Whether that is for want of a place, and not of a server.
        busy: bool,
    },
    /// A request comes back from the server.
    Served {
        /// Which.
        request: RequestId,
    },
    /// The server has ended, and with it what was under way there.
    CutOff {
        /// How many requests that were.
        requests: u32,
    },
}
