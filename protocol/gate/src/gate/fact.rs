//! What is announced.

use serde::{Deserialize, Serialize};

use super::record::{AgentId, Decision, GateId, Opinion, Record, Row, Status, Subject};

/// What is announced.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// A supervisor begins, and this is all that it knows.
    Began(Vec<Row>),
    /// A gate takes its place: from here on there is to be no other about the same.
    Claimed {
        /// Which.
        gate: GateId,
        /// About what.
        subject: Subject,
    },
    /// There is a gate about the same, so this one is not opened.
    Refused {
        /// Which.
        gate: GateId,
        /// About what.
        subject: Subject,
    },
    /// The supervisor shuts down, so this gate is not opened.
    Closed(GateId),
    /// A gate is open, its agents start.
    Opened(GateId),
    /// An agent asks its provider.
    Asked(AgentId),
    /// An agent has come so far, and reports it.
    Progress {
        /// Which agent.
        agent: AgentId,
        /// The lines that it has: more than one since its last report if that was not taken.
        lines: u8,
        /// How many of them are new.
        new: u8,
    },
    /// The supervisor takes a report of progress.
    ProgressTaken(AgentId),
    /// An agent has its answer.
    Thinks {
        /// Which agent.
        agent: AgentId,
        /// What it will report.
        opinion: Opinion,
    },
    /// Files of results are found that a gate looked for.
    Found {
        /// Which gate.
        gate: GateId,
        /// How many.
        files: u32,
    },
    /// A vote is counted.
    Counted {
        /// In which gate.
        gate: GateId,
        /// Whose it is.
        by: AgentId,
        /// What it says.
        opinion: Opinion,
    },
    /// A report came when nothing could come of it any more.
    Late(AgentId),
    /// The supervisor has this in its memory.
    Remembered {
        /// Of which gate.
        gate: GateId,
        /// What.
        record: Record,
    },
    /// The cache has this.
    Cached {
        /// Of which gate.
        gate: GateId,
        /// What.
        record: Record,
    },
    /// The cache has this, and nothing else.
    Filled(Vec<Row>),
    /// These rows are durable.
    Stored(Vec<Row>),
    /// The disk was full.
    DiskFull,
    /// The supervisor takes this change for durable.
    Recorded {
        /// Of which gate.
        gate: GateId,
        /// Up to which version.
        version: u32,
    },
    /// The deadline of a gate came.
    OutOfTime(GateId),
    /// A person is told how an agent is.
    Said {
        /// Which agent.
        agent: AgentId,
        /// How it is, if that is known.
        status: Option<Status>,
    },
    /// The supervisor is told to shut down, with so many gates that are not decided.
    ShuttingDown {
        /// How many.
        open: u32,
    },
    /// The supervisor ends.
    ShutDown,
    /// The person is told what came out of a gate.
    Told {
        /// Of which gate.
        gate: GateId,
        /// What.
        decision: Decision,
    },
    /// So many changes are not durable, or wait to be taken: more than one.
    Backlog(u32),
}
