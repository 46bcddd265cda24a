//! What a supervisor announces.

use serde::{Deserialize, Serialize};

use super::child::Restart;
use super::policy::Strategy;
use crate::address::Address;
use crate::time::Time;

/// What a supervisor announces. Children are named by their ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// A supervisor begins, under this policy.
    SupervisorBegan {
        /// Which.
        supervisor: Address,
        /// How failures concern siblings.
        strategy: Strategy,
        /// More restarts than these are too many.
        max: u32,
        /// In so many nanoseconds.
        within: u64,
        /// Its children in the order of their start, and when each is started again.
        children: Vec<(String, Restart)>,
    },
    /// A child runs.
    ChildStarted {
        /// Of which supervisor.
        supervisor: Address,
        /// Which.
        child: String,
        /// When it will be started again.
        restart: Restart,
    },
    /// A child could not be started.
    StartFailed {
        /// Of which supervisor.
        supervisor: Address,
        /// Which.
        child: String,
    },
    /// A child had nothing to run.
    StartIgnored {
        /// Of which supervisor.
        supervisor: Address,
        /// Which.
        child: String,
    },
    /// A child is asked to stop.
    StopAsked {
        /// Of which supervisor.
        supervisor: Address,
        /// Which.
        child: String,
    },
    /// A child did not stop in time, or was not asked, and is killed.
    ChildKilled {
        /// Of which supervisor.
        supervisor: Address,
        /// Which.
        child: String,
    },
    /// A child has ended.
    ChildEnded {
        /// Of which supervisor.
        supervisor: Address,
        /// Which.
        child: String,
        /// Whether nothing went wrong.
        clean: bool,
        /// Whether its supervisor stopped it.
        stopped: bool,
    },
    /// A restart was decided on and counted.
    RestartDecided {
        /// By which supervisor.
        supervisor: Address,
        /// The child that failed.
        failed: String,
        /// How long it is put off, in nanoseconds.
        delay: u64,
        /// When, by the supervisor's own clock.
        at: Time,
    },
    /// A restart begins: these children are stopped if they run, and then started in this order.
    RestartBegan {
        /// By which supervisor.
        supervisor: Address,
        /// The child that failed.
        failed: String,
        /// All that are started again.
        children: Vec<String>,
    },
    /// A specification is forgotten.
    ChildForgotten {
        /// By which supervisor.
        supervisor: Address,
        /// Which.
        child: String,
    },
    /// There were too many restarts: the supervisor ends.
    GaveUp {
        /// Which.
        supervisor: Address,
        /// When, by its own clock.
        at: Time,
    },
    /// A supervisor was asked to end.
    EndAsked {
        /// Which.
        supervisor: Address,
    },
    /// A supervisor ends; all of its children are down.
    SupervisorEnded {
        /// Which.
        supervisor: Address,
    },
}

impl Fact {
    /// Whose fact it is.
    pub fn supervisor(&self) -> Address {
        match self {
            Self::SupervisorBegan { supervisor, .. }
            | Self::ChildStarted { supervisor, .. }
            | Self::StartFailed { supervisor, .. }
            | Self::StartIgnored { supervisor, .. }
            | Self::StopAsked { supervisor, .. }
            | Self::ChildKilled { supervisor, .. }
            | Self::ChildEnded { supervisor, .. }
            | Self::RestartDecided { supervisor, .. }
            | Self::RestartBegan { supervisor, .. }
            | Self::ChildForgotten { supervisor, .. }
            | Self::GaveUp { supervisor, .. }
            | Self::EndAsked { supervisor }
            | Self::SupervisorEnded { supervisor } => *supervisor,
        }
    }
}
