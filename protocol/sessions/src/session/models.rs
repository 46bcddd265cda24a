//! Which model each agent has: a table with versions, and the pin that a step takes from it (`actors.md` A.6).

use serde::{Deserialize, Serialize};

use super::catalog::{AgentName, CATALOG};

/// A model, as a number. Prints as `m3`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ModelId(pub u8);

impl std::fmt::Debug for ModelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "m{}", self.0)
    }
}

/// Which model each agent has. People rotate models; each rotation is a new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ModelTable {
    version: u16,
    models: [ModelId; CATALOG.len()],
}

/// Who makes a step: fixed from the moment at which it is resolved until its stream is done (MODEL-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ModelPin {
    /// The agent.
    pub agent: AgentName,
    /// Its model.
    pub model: ModelId,
    /// The version of the table that says so.
    pub version: u16,
}

impl Default for ModelTable {
    /// The first version: the first model for everybody.
    fn default() -> Self {
        Self { version: 1, models: [ModelId(1); CATALOG.len()] }
    }
}

impl ModelTable {
    /// The next version, in which an agent has this model.
    #[must_use]
    pub fn rotated(mut self, agent: AgentName, model: ModelId) -> Self {
        self.models[agent as usize] = model;
        Self { version: self.version.saturating_add(1), ..self }
    }

    /// What a step of an agent is made with, if it is resolved now.
    pub fn pin(&self, agent: AgentName) -> ModelPin {
        ModelPin { agent, model: self.models[agent as usize], version: self.version }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotation_is_a_new_version_and_concerns_one_agent() {
        let first = ModelTable::default();
        let second = first.rotated(AgentName::Deep, ModelId(2));
        assert_eq!(
            second.pin(AgentName::Deep),
            ModelPin { agent: AgentName::Deep, model: ModelId(2), version: 2 }
        );
        assert_eq!(second.pin(AgentName::Cowork).model, ModelId(1));
        assert_eq!(first.pin(AgentName::Deep).version, 1, "what was pinned before stays");
    }
}
