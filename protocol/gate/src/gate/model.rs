//! Which place is the truth, and what follows from that.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long the agents of a gate are waited for.
pub const DEADLINE: Duration = Duration::from_secs(300);
/// How often the design that was replaced looked whether agents had ended.
pub const POLL: Duration = Duration::from_millis(500);
/// How long a write is waited for before it is sent again.
pub const RETRY: Duration = Duration::from_secs(1);

/// How memory, cache and store come to know of a change (`actors.md` C.5, its table of models).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// M0: agents write into a map, which is looked at twice a second; the map is memory and cache in one, the store is written as best it goes.
    Polled,
    /// M1: memory, then cache, then store, then the terminal; the next report is taken when all know of the last.
    TripleWrite,
    /// M2: the store is the truth. What changed while one transaction was under way goes into the next; the cache is told what was committed.
    #[default]
    Transaction,
    /// M3: the store is a log. Each change is appended at once, and the log tells the cache itself.
    EventLog,
}

impl Model {
    /// Whether the cache is told of a change before the store has it.
    pub fn caches_first(self) -> bool {
        matches!(self, Self::Polled | Self::TripleWrite)
    }

    /// Whether the supervisor takes nothing while a write is under way.
    pub fn waits_for_writes(self) -> bool {
        self == Self::TripleWrite
    }

    /// Whether writes may overtake each other.
    pub fn writes_at_once(self) -> bool {
        matches!(self, Self::Polled | Self::EventLog)
    }

    /// Whether the store tells the cache what was committed.
    pub fn projects(self) -> bool {
        self == Self::EventLog
    }

    /// Whether the supervisor says how an agent is, out of its memory; or else the cache does.
    pub fn answers_from_memory(self) -> bool {
        matches!(self, Self::Polled | Self::TripleWrite)
    }

    /// Whether agents are started, and decisions told, before anything is durable; and changes are noticed by looking.
    pub fn polls(self) -> bool {
        self == Self::Polled
    }
}

/// How the answer of an agent comes to its gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Results {
    /// The agent reports it.
    #[default]
    Reported,
    /// M0: the agent writes a file, and a broker looks twice a second which files there are.
    Filed,
}

/// How gates are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// How state is kept.
    pub model: Model,
    /// How answers come.
    pub results: Results,
    /// How many agents a gate has.
    pub agents: u8,
    /// Whether a gate is decided as soon as more than half of its agents agree, or waits for all.
    pub early: bool,
    /// How often an agent that fails is started, the first time included.
    pub tries: u8,
}

impl Default for Config {
    fn default() -> Self {
        Self { model: Model::default(), results: Results::default(), agents: 3, early: false, tries: 1 }
    }
}
