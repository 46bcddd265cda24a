//! What is said.

use std::fmt;

use rehearsal_protocol::address::Address;
use rehearsal_protocol::mailbox::Lane;
use serde::{Deserialize, Serialize};

use super::file::{FileName, Vote};
use super::record::{AgentId, Decision, GateId, Opinion, Row, Status, Subject};

/// What is said.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// To the supervisor.
    Supervisor(SupervisorMessage),
    /// From the supervisor to a person.
    News(News),
    /// An agent asks a provider for an opinion.
    Prompt(AgentId),
    /// To an agent.
    Agent(AgentMessage),
    /// From the cache, which begins with nothing.
    Refill,
    /// To the cache.
    Cache(CacheMessage),
    /// To the store.
    Keep(Keep),
    /// To the folder of results.
    File(File),
}

/// As what its receiver gets: whom it is for is told beside it.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Supervisor(message) => message.fmt(f),
            Self::Agent(message) => message.fmt(f),
            Self::Cache(message) => message.fmt(f),
            Self::News(news) => f.debug_tuple("News").field(news).finish(),
            Self::Prompt(agent) => f.debug_tuple("Prompt").field(agent).finish(),
            Self::Refill => f.write_str("Refill"),
            Self::Keep(keep) => f.debug_tuple("Keep").field(keep).finish(),
            Self::File(file) => f.debug_tuple("File").field(file).finish(),
        }
    }
}

/// To the supervisor.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SupervisorMessage {
    /// From a person to the supervisor.
    Command(Command),
    /// From an agent to the supervisor.
    Report(Report),
    /// From the store.
    Kept(Kept),
    /// From the folder: what the files say that a gate looks for, and who wrote them.
    Found {
        /// Which gate looks.
        gate: GateId,
        /// The files that are there.
        files: Vec<Vote>,
    },
}

/// To an agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AgentMessage {
    /// The provider answers.
    Answer(Answer),
    /// An agent is not needed any more.
    Abort,
    /// The agent's report of progress was taken: it may send the next.
    Taken,
}

/// To the cache.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CacheMessage {
    /// To the cache.
    Show(Show),
    /// From the supervisor to the cache: someone wants to know how an agent is.
    Query {
        /// Which agent.
        agent: AgentId,
        /// Who is to be told.
        by: Address,
    },
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
    /// How an agent is.
    QueryStatus(AgentId),
    /// No more gates, and no supervisor.
    Shutdown,
}

/// What a person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum News {
    /// The gate is open.
    Opened(GateId),
    /// There is another gate about the same.
    Refused(GateId),
    /// There are no more gates.
    Closed(GateId),
    /// So is the agent; nobody knows if absent.
    Status {
        /// Which agent.
        agent: AgentId,
        /// How it is.
        status: Option<Status>,
    },
    /// Every gate is decided, that is durable, and the supervisor ends.
    ShutDown,
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
    /// So much of it is there.
    Line(u8),
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
    /// It has come so far.
    Progress {
        /// Which agent.
        agent: AgentId,
        /// The lines that it has.
        lines: u8,
    },
}

/// What the cache is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Show {
    /// This is known of a gate.
    Row(Row),
    /// This is known of all gates, and nothing else.
    All(Vec<Row>),
    /// An agent has come so far.
    Progress {
        /// Which agent.
        agent: AgentId,
        /// The lines that it has.
        lines: u8,
    },
}

/// What the folder is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum File {
    /// To write a file in place of one that has its name, if there is one.
    Write {
        /// Under this name.
        name: FileName,
        /// What it says, and who wrote it.
        vote: Vote,
    },
    /// What the files of these names say.
    Scan {
        /// Who looks.
        gate: GateId,
        /// What it looks for.
        names: Vec<FileName>,
    },
    /// To remove the files of these names.
    Remove(Vec<FileName>),
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
            Self::Supervisor(SupervisorMessage::Command(_))
            | Self::Agent(AgentMessage::Abort)
            | Self::Cache(CacheMessage::Query { .. }) => Lane::Control,
            Self::News(_)
            | Self::Prompt(_)
            | Self::Agent(AgentMessage::Answer(_) | AgentMessage::Taken)
            | Self::Supervisor(
                SupervisorMessage::Report(_) | SupervisorMessage::Kept(_) | SupervisorMessage::Found { .. },
            )
            | Self::Cache(CacheMessage::Show(_))
            | Self::Refill
            | Self::Keep(_)
            | Self::File(_) => Lane::Result,
        }
    }
}
