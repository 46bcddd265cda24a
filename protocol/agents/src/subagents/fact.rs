//! What is stated.

use rehearsal_sessions::session::catalog::{AgentName, Tool, ToolSet};
use serde::{Deserialize, Serialize};

use super::{Call, Outcome, Way};

/// What is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// A run began.
    RunStarted {
        /// Of which session.
        way: Way,
        /// Which.
        run: u32,
    },
    /// The model of a run was asked.
    ModelCalled {
        /// Of which session.
        way: Way,
        /// Which run.
        run: u32,
        /// As which agent.
        agent: AgentName,
        /// With which tools.
        offered: ToolSet,
    },
    /// A tool was started.
    ToolStarted {
        /// By which session.
        way: Way,
        /// In which run.
        run: u32,
        /// By which agent.
        agent: AgentName,
        /// Which.
        tool: Tool,
    },
    /// A run is to stop.
    Interrupted {
        /// Of which session.
        way: Way,
        /// Which.
        run: u32,
    },
    /// A run ended.
    RunEnded {
        /// Of which session.
        way: Way,
        /// Which.
        run: u32,
        /// Why.
        cause: Cause,
    },
    /// An agent took what a child came to for the result of a call.
    ResultTaken {
        /// Of which session.
        way: Way,
        /// In which run.
        run: u32,
        /// The call.
        call: Call,
    },
    /// What a child came to was of no use any more.
    LateChild(Way),
    /// A child was begun.
    SubagentSpawned {
        /// Its session.
        way: Way,
        /// Its agent.
        agent: AgentName,
        /// The agent that delegates to it.
        by: AgentName,
        /// The call for which it works.
        call: Call,
        /// Which attempt at that call it makes, from 1.
        attempt: u32,
    },
    /// A child has ended.
    SubagentCompleted {
        /// Its session.
        way: Way,
        /// What it came to.
        outcome: Outcome,
    },
    /// A delegation was refused.
    Refused(Way),
    /// A session goes on after a crash.
    Restarted {
        /// Which.
        way: Way,
        /// With which run.
        run: u32,
    },
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// It came to its end.
    Done,
    /// It was interrupted.
    Interrupted,
}
