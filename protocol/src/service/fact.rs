//! What is announced.

use serde::{Deserialize, Serialize};

use super::message::RequestId;
use crate::supervision;

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
    /// A client asks again, for no answer came in time.
    AskedAgain {
        /// What.
        request: RequestId,
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
    /// The last stage carried a request out.
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
    /// A client has come to the end of its requests.
    Finished {
        /// Which.
        client: u16,
    },
}
