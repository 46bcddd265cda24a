//! What is said.

use serde::{Deserialize, Serialize};

use super::record::{AgentId, Decision, GateId, Opinion, Row, Subject};
use crate::mailbox::Lane;

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// From a person to the supervisor.
    Command(Command),
    /// From the supervisor to a person.
    News(News),
    /// An agent asks a provider for an opinion.
    Prompt(AgentId),
    /// The provider answers.
    Answer(Answer),
    /// From an agent to the supervisor.
    Report(Report),
    /// An agent is not needed any more.
    Abort,
    /// To the cache.
    Show(Show),
    /// From the cache, which begins with nothing.
    Refill,
    /// To the store.
    Keep(Keep),
    /// From the store.
    Kept(Kept),
}

/// What a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Command {
    /// A gate.
    Open {
        /// Under this number.
        gate: GateId,
        /// About this.
        subject: Subject,
    },
    /// An agent is not needed any more.
    CancelAgent(AgentId),
    /// A gate is not needed any more.
    CancelGate(GateId),
}

/// What a person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum News {
    /// The gate is open.
    Opened(GateId),
    /// There is another gate about the same.
    Refused(GateId),
    /// This came out of the gate.
    Result {
        /// Of which gate.
        gate: GateId,
        /// What.
        decision: Decision,
    },
}

/// What a provider says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// An opinion.
    Opinion(Opinion),
    /// That it cannot answer.
    Error,
    /// What no agent can read; the one that tries panics.
    Garbage,
}

/// What an agent says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Report {
    /// It has an opinion.
    Completed {
        /// Which agent.
        agent: AgentId,
        /// What it thinks.
        opinion: Opinion,
    },
    /// It could not get one.
    Failed(AgentId),
}

/// What the cache is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Show {
    /// This is known of a gate.
    Row(Row),
    /// This is known of all gates, and nothing else.
    All(Vec<Row>),
}

/// What the store is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Keep {
    /// To keep these rows, all or none.
    Write {
        /// The number under which it answers.
        number: u64,
        /// What.
        rows: Vec<Row>,
    },
    /// What it keeps.
    Load,
}

/// What the store answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kept {
    /// The rows of that write are durable.
    Written(u64),
    /// The disk was full.
    NotWritten(u64),
    /// All that it keeps.
    All(Vec<Row>),
}

impl Message {
    /// The lane in which it travels. What goes to cache and store keeps its order, so it is all in one.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Command(_) | Self::Abort => Lane::Control,
            Self::News(_)
            | Self::Prompt(_)
            | Self::Answer(_)
            | Self::Report(_)
            | Self::Show(_)
            | Self::Refill
            | Self::Keep(_)
            | Self::Kept(_) => Lane::Result,
        }
    }
}
