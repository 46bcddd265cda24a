//! Agents that delegate to other agents (`actors.md` A.5).
//!
//! An [`Agent`] works on a run, step by step: it uses a tool, or delegates. Its [`Router`] has the child started by the [`Runner`] of the process, passes
//! a cancellation on to all that is below, and reports each child's end exactly once. A run that is interrupted ends when what it began has ended, leaves
//! first, or when its grace is over; what a child reports after that is a dead letter. A session at the top that crashes while it delegates goes on with
//! the same call when its [`Keeper`] has started it again, whether or not the child has ended meanwhile.
//!
//! - [`config`] — how often a call is tried, how long it may take, how deep agents may stand;
//! - [`agent`] — a session with one agent, at the top or below another;
//! - [`router`] — the subagents of one session;
//! - [`runner`] — starts agents in the process, which live until they end;
//! - [`keeper`] — starts a session again when it has crashed;
//! - [`person`] — asks, and interrupts;
//! - [`fact`] — what is stated;
//! - [`variant`] — planted bugs.

pub mod agent;
pub mod config;
pub mod fact;
pub mod keeper;
pub mod person;
pub mod router;
pub mod runner;
#[cfg(test)]
mod tests;
pub mod variant;

use std::fmt;

use serde::{Deserialize, Serialize};

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::mailbox::Lane;
use rehearsal_sessions::session::catalog::AgentName;

pub use agent::Agent;
pub use config::{Config, Nested};
pub use fact::{Cause, Fact};
pub use keeper::Keeper;
pub use person::Person;
pub use router::Router;
pub use runner::Runner;
pub use variant::{Planted, VARIANTS, Variant};

/// The protocol.
pub struct Subagents;

impl Protocol for Subagents {
    type Message = Message;
    type Fact = Fact;

    fn lane(message: &Message) -> Lane {
        match message {
            Message::Agent(AgentMessage::Interrupt | AgentMessage::Cancel)
            | Message::Router(RouterMessage::CancelAll) => Lane::Control,
            Message::Agent(AgentMessage::Completed { .. } | AgentMessage::AllEnded)
            | Message::ChildEnded { .. } => Lane::Result,
            Message::Agent(AgentMessage::Ask)
            | Message::Router(RouterMessage::Spawn { .. })
            | Message::Runner(_)
            | Message::Answered => Lane::Work,
        }
    }
}

/// A session by its way from the top: each digit to base 16 is the number of a child, the first that of a session of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Way(pub u64);

impl Way {
    /// The child of that number, from 1 to 15.
    #[must_use]
    pub fn child(self, number: u64) -> Self {
        assert!((1..16).contains(&number), "child {number} has no digit");
        Self(self.0 * 16 + number)
    }

    /// The session above, if there is one.
    pub fn parent(self) -> Option<Self> {
        (self.0 >= 16).then_some(Self(self.0 / 16))
    }

    /// How many sessions stand one below another down to this one.
    pub fn depth(self) -> u32 {
        1 + self.parent().map_or(0, Self::depth)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {:x}", self.0)
    }
}

/// A call that delegates: the run and its number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Call {
    /// The run.
    pub run: u32,
    /// The number of the call.
    pub number: u32,
}

/// What a child came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// It has an answer.
    Done,
    /// It has none.
    Failed,
    /// It was told to stop.
    Cancelled,
    /// It was never begun: that agent may not be delegated to, or too many stand below each other.
    Refused,
}

/// What is said.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// To an agent.
    Agent(AgentMessage),
    /// To the person: the run has ended.
    Answered,
    /// To the router of an agent.
    Router(RouterMessage),
    /// To the runner of children.
    Runner(RunnerMessage),
    /// A child to the runner, and the runner to its router: this is what it came to.
    ChildEnded {
        /// Its session.
        way: Way,
        /// What it came to.
        outcome: Outcome,
    },
}

/// As what its receiver gets: whom it is for is told beside it.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(message) => message.fmt(f),
            Self::Router(message) => message.fmt(f),
            Self::Runner(message) => message.fmt(f),
            Self::Answered => f.write_str("Answered"),
            Self::ChildEnded { way, outcome } => {
                f.debug_struct("ChildEnded").field("way", way).field("outcome", outcome).finish()
            }
        }
    }
}

/// To an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AgentMessage {
    /// A person to an agent: work on this.
    Ask,
    /// A person to an agent: stop.
    Interrupt,
    /// A router to its agent: this is what became of it.
    Completed {
        /// The call.
        call: Call,
        /// What it came to.
        outcome: Outcome,
    },
    /// A router to its agent: nothing is below any more.
    AllEnded,
    /// The runner to a child: stop.
    Cancel,
}

/// To the router of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RouterMessage {
    /// An agent to its router: delegate.
    Spawn {
        /// Under this call.
        call: Call,
        /// To whom.
        to: AgentName,
    },
    /// An agent to its router: stop all that is below.
    CancelAll,
}

/// To the runner of children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RunnerMessage {
    /// A router to the runner: start a child.
    Run {
        /// Its session.
        way: Way,
        /// Its agent.
        agent: AgentName,
    },
    /// A router to the runner, after a crash: what has become of that child?
    Attach(Way),
    /// A router to the runner: the end of that child is known.
    Seen(Way),
    /// A router to the runner: stop that child.
    CancelChild(Way),
}

/// Whom an agent works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Boss {
    /// A person, run after run.
    Person(Address),
    /// Whoever had the runner start it, for one run.
    Runner,
}
