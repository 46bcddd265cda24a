//! What is stated.

use serde::{Deserialize, Serialize};

use super::{Outcome, ScopeId, TaskId};

/// What is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// A scope is open.
    Opened(ScopeId),
    /// Somebody was told that a scope is closed.
    Closed {
        /// Which.
        scope: ScopeId,
        /// How many tasks ended for that.
        ended: u32,
    },
    /// The service is about to close a scope.
    Closing(ScopeId),
    /// A task lives.
    Began(TaskId),
    /// A task lives no longer.
    Stopped {
        /// Which.
        task: TaskId,
        /// How it ended.
        outcome: Outcome,
    },
    /// Something outside was changed on behalf of a task.
    Effect(TaskId),
    /// What the service keeps about a task.
    Row {
        /// Which.
        task: TaskId,
        /// What is in its row from now on.
        status: Status,
    },
    /// The right to be the one refresh of the service was taken.
    Claimed(TaskId),
    /// It was given back.
    Released(TaskId),
}

/// What is in the row of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Status {
    /// It is on its way.
    InProgress,
    /// It has ended so.
    Ended(Outcome),
}
