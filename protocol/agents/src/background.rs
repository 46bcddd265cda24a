//! Work in the background that belongs to somebody (`actors.md` F4).
//!
//! A [`Service`] opens scopes, starts tasks in them, and closes them: then it cancels what is left, waits until it has ended, writes down what was cut off,
//! and only then says so. After that nothing of the scope has any effect. A task that nobody owns writes into a service that is closed, lives on when
//! nobody wants it, or dies without a word.
//!
//! - [`service`] — owns scopes and their tasks;
//! - [`task`] — fetches something and writes it, or watches until told to stop;
//! - [`around`] — the registry that tasks ask, the cache that they write, the tenant who opens and closes;
//! - [`fact`] — what is stated;
//! - [`variant`] — planted bugs.

pub mod around;
pub mod fact;
pub mod service;
pub mod task;
#[cfg(test)]
mod tests;
pub mod variant;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use rehearsal_protocol::Lane;
use rehearsal_protocol::actor::Protocol;

pub use around::{Cache, Registry, Tenant};
pub use fact::{Fact, Status};
pub use service::Service;
pub use task::Task;
pub use variant::{Planted, VARIANTS, Variant};

/// How long a task waits for what it fetches.
pub const PATIENCE: Duration = Duration::from_millis(800);
/// How long a task cleans up at its end.
pub const HOOK: Duration = Duration::from_millis(15);
/// How many tasks of a scope run at the same time; others wait.
pub const WIDTH: usize = 2;

/// The protocol.
pub struct Background;

impl Protocol for Background {
    type Message = Message;
    type Fact = Fact;

    fn lane(message: &Message) -> Lane {
        match message {
            Message::Task(TaskMessage::Cancel) | Message::Service(ServiceMessage::Close { .. }) => {
                Lane::Control
            }
            Message::Task(TaskMessage::Fetched | TaskMessage::Written)
            | Message::Service(ServiceMessage::Recorded(_) | ServiceMessage::Ended { .. }) => Lane::Result,
            Message::Service(ServiceMessage::Open(_) | ServiceMessage::Start { .. })
            | Message::Source(_)
            | Message::Person(_) => Lane::Work,
        }
    }
}

/// The number of a scope: a session, or a whole service, from its opening to its closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeId(pub u32);

/// A task by its scope and its number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskId {
    /// To whom it belongs.
    pub scope: ScopeId,
    /// Its number there.
    pub number: u32,
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {} of scope {}", self.number, self.scope.0)
    }
}

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Fetches from the registry and writes into the cache; one at a time in the whole service, by a claim.
    Refresh,
    /// Fetches and writes on behalf of somebody who sent a message.
    Run,
    /// Looks whether something has changed, again and again, until it is told to stop.
    Watch,
}

/// How a scope is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Manner {
    /// Whatever runs is cancelled.
    Cancel,
    /// What fetches and writes may finish.
    Drain,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// It did what it had to.
    Done,
    /// What it fetched never came.
    Failed,
    /// It was told to stop.
    Cancelled,
}

/// What is said.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// To the service.
    Service(ServiceMessage),
    /// To whoever has a scope.
    Person(PersonMessage),
    /// To where tasks get and keep what they work on.
    Source(SourceMessage),
    /// To a task.
    Task(TaskMessage),
}

/// As what its receiver gets: whom it is for is told beside it.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(message) => message.fmt(f),
            Self::Person(message) => message.fmt(f),
            Self::Source(message) => message.fmt(f),
            Self::Task(message) => message.fmt(f),
        }
    }
}

/// To the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ServiceMessage {
    /// Open a scope.
    Open(ScopeId),
    /// Start a task in it.
    Start {
        /// The scope.
        scope: ScopeId,
        /// What it does.
        kind: Kind,
    },
    /// Close the scope.
    Close {
        /// Which.
        scope: ScopeId,
        /// How.
        manner: Manner,
    },
    /// The row is there.
    Recorded(TaskId),
    /// A task has ended.
    Ended {
        /// Which.
        task: TaskId,
        /// How.
        outcome: Outcome,
    },
}

/// To whoever has a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PersonMessage {
    /// It is started, or waits for its turn.
    Started(ScopeId),
    /// It is closed: nothing of it will have any effect.
    Closed(ScopeId),
}

/// To where tasks get and keep what they work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SourceMessage {
    /// Give me what is new.
    Fetch,
    /// Keep this.
    Write {
        /// Whose it is.
        task: TaskId,
    },
    /// Keep a row for a task that is about to start.
    Record(TaskId),
}

/// To a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TaskMessage {
    /// Here it is.
    Fetched,
    /// It is kept.
    Written,
    /// Stop.
    Cancel,
}
