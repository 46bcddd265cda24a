//! A file with an answer, in the design that was replaced.

use serde::{Deserialize, Serialize};

use super::record::{AgentId, GateId, Opinion};
use super::variant::{Flaws, Variant};

/// The name of a file of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileName {
    /// Of which gate its agent is; a planted bug leaves it out.
    pub gate: Option<GateId>,
    /// The role of its agent.
    pub role: u8,
}

impl FileName {
    /// The name under which an agent writes, and its supervisor looks.
    pub fn of(agent: AgentId, flaws: Flaws) -> Self {
        let gate = (!flaws.has(Variant::FileOfRole)).then_some(agent.gate);
        Self { gate, role: agent.role }
    }
}

/// What a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Vote {
    /// Who wrote it. No reader knows; it is there to be judged.
    pub by: AgentId,
    /// What its writer thinks.
    pub opinion: Opinion,
}
