//! The words that facts are made of: causes, roles, phases.

use serde::{Deserialize, Serialize};

use crate::session::id::CommandId;

/// The word on a plan (`actors.md` A.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// It is what will be done.
    Confirmed,
    /// It is not.
    Rejected,
    /// Its run ended before anybody decided.
    Cancelled,
}

/// Why a command is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Refusal {
    /// The queue is full.
    QueueFull,
    /// The key is being opened, and too much waits for it already.
    Unavailable,
    /// The key was terminated.
    Terminated,
    /// The command was given before with other content.
    Conflict,
    /// It asks for what may not be.
    InvalidRequest,
    /// It is meant for another run than the present one.
    StaleRun,
}

/// A session's two queues of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Queue {
    /// Interjections; goes first.
    Steering,
    /// User messages.
    FollowUp,
}

/// What kind of message a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    /// What the user said.
    User {
        /// The command.
        command: CommandId,
    },
    /// What the model said.
    Assistant {
        /// How many chunks of text.
        chunks: u16,
        /// Whether the stream came to its end.
        extent: Extent,
    },
    /// What the tools gave, all of one step.
    Results {
        /// How many.
        count: u16,
    },
}

/// Whether a stored text is all that the model meant to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Extent {
    /// All of it.
    Whole,
    /// What was shown before the stream was cut.
    Partial,
}

/// Why a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// The model is done.
    Done,
    /// The provider failed.
    Failed,
    /// The user interrupted it.
    Interrupted,
    /// The user interjected: it gave way to the interjection.
    GaveWay,
    /// The key was terminated.
    Terminated,
}

/// What a session is doing, as a name (`actors.md` A.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PhaseName {
    /// Nothing.
    Idle,
    /// Storing the message that the next run answers.
    Starting,
    /// Listening to the model.
    Stream,
    /// Waiting for tools.
    Tools,
    /// Winding up a run.
    Interrupting,
    /// Waiting for people.
    Parked,
    /// Storing the end of a run.
    Finalizing,
    /// Storing its own end.
    Closing,
    /// Ended for good.
    Closed,
}
