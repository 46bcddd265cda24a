//! What can be asked of a supervisor, and what it answers (OTP `supervisor`, its exported functions).

use serde::{Deserialize, Serialize};

use super::child::{ChildSpec, Kind};
use crate::address::Incarnation;

/// What can be asked of a supervisor. What it is doing is finished first, unless one only looks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Command<R> {
    /// Start another child; with simple-one-for-one, only `start` of it counts.
    StartChild(ChildSpec<R>),
    /// Stop a child; its specification stays unless it is temporary.
    TerminateChild(String),
    /// Start a child again that was stopped.
    RestartChild(String),
    /// Forget a child that does not run.
    DeleteChild(String),
    /// Name the children.
    WhichChildren,
    /// Count the children.
    CountChildren,
    /// A child that was beginning runs.
    Begun {
        /// In this life of its supervisor: the word of a child of an earlier one may still come.
        life: Incarnation,
    },
}

impl<R> Command<R> {
    /// Whether it changes nothing: it is answered at once, whatever the supervisor is doing.
    pub fn only_looks(&self) -> bool {
        match self {
            Self::WhichChildren | Self::CountChildren => true,
            Self::StartChild(_)
            | Self::TerminateChild(_)
            | Self::RestartChild(_)
            | Self::DeleteChild(_)
            | Self::Begun { .. } => false,
        }
    }
}

/// What a supervisor answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// The child of that name runs.
    Started(String),
    /// There was nothing to run.
    Ignored(String),
    /// It is done.
    Done,
    /// It is not done.
    Refused(Refusal),
    /// The children in the order of their start, and whether each runs.
    Children(Vec<(String, Kind, bool)>),
    /// How many there are.
    Counts {
        /// Specifications.
        specs: u32,
        /// Children that run.
        active: u32,
        /// Supervisors among the specifications.
        supervisors: u32,
        /// Workers among the specifications.
        workers: u32,
    },
}

/// Why something is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Refusal {
    /// There is no child of that name.
    NotFound,
    /// The child runs.
    Running,
    /// The child waits to be started again.
    Restarting,
    /// There is a child of that name, which does not run.
    AlreadyPresent,
    /// There is a child of that name, and it runs.
    AlreadyStarted,
    /// The child could not be started.
    StartFailed,
    /// Children of a simple-one-for-one supervisor have no specifications of their own.
    SimpleOneForOne,
    /// The supervisor is ending.
    Ending,
}
