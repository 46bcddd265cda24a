//! What is announced.

use serde::{Deserialize, Serialize};

use super::record::{AgentId, Decision, GateId, Record, Row, Subject};

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
    /// There is a gate about the same.
    Refused(GateId),
    /// A gate is open, its agents start.
    Opened(GateId),
    /// A vote is counted.
    Counted {
        /// In which gate.
        gate: GateId,
        /// Whose it is.
        by: AgentId,
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
