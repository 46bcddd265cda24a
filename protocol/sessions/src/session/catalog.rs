//! Agents, their tools, to whom they may delegate, and how stubborn they are (`actors.md` A.6 and C.3): fixed data.
//!
//! What an agent is allowed is asked twice, when tools are offered to a model and again when a call is executed, for a model may call a tool that it was
//! not offered.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::message::Class;

/// The name of an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AgentName {
    /// Fast and terse; the one that people get if they name none.
    #[default]
    Cowork,
    /// Thorough, and patient with failures.
    Deep,
    /// Looks through a code base.
    Explore,
    /// Thinks about a design, and writes nothing.
    Architect,
    /// Summarises what is too long to keep.
    Compaction,
    /// Finds a name for a session.
    Title,
}

/// Who may run an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AgentKind {
    /// People.
    Primary,
    /// Another agent, by delegation.
    Subagent,
    /// The runtime alone; nobody else sees it.
    System,
}

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tool {
    /// Reads a file.
    Read,
    /// Searches in files.
    Grep,
    /// Lists files.
    Glob,
    /// Runs a command.
    Bash,
    /// Changes a file.
    Edit,
    /// Writes a file.
    Write,
    /// Presents a plan and waits for its confirmation.
    Plan,
    /// Asks a person.
    AskUser,
    /// Keeps a list of what is to do.
    Todo,
    /// Delegates to a subagent.
    Task,
    /// Looks into another repository.
    RepoExplorer,
    /// Fetches a page.
    WebFetch,
    /// Searches the web.
    WebSearch,
}

/// Which tools an agent has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tools {
    /// Every one.
    All,
    /// These.
    Only(&'static [Tool]),
}

/// A set of tools: what a model is offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ToolSet(u16);

/// An agent of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Its name.
    pub name: AgentName,
    /// Who may run it.
    pub kind: AgentKind,
    /// What it may do.
    pub tools: Tools,
    /// To whom it may delegate.
    pub delegates_to: &'static [AgentName],
    /// How it deals with failures.
    pub mode: &'static Mode,
}

/// How an agent deals with failures (C.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// How often the provider is asked at most.
    pub provider_attempts: u8,
    /// How long it waits before the second attempt.
    pub base: Duration,
    /// How much longer it waits each time.
    pub factor: u32,
    /// The longest wait, also if the provider asks for a longer one.
    pub cap: Duration,
    /// How often a tool is tried at most, if it can be tried again without harm.
    pub tool_attempts: u8,
}

/// Few attempts.
pub static TERSE: Mode = Mode {
    provider_attempts: 3,
    base: Duration::from_secs(2),
    factor: 2,
    cap: Duration::from_secs(30),
    tool_attempts: 1,
};
/// Many attempts, for tools as well.
pub static THOROUGH: Mode =
    Mode { provider_attempts: 5, cap: Duration::from_secs(60), tool_attempts: 3, ..TERSE };

const SUBAGENTS: &[AgentName] = &[AgentName::Explore, AgentName::Architect];

/// All agents there are, in the order of [`AgentName`]; there are no others.
pub static CATALOG: [Agent; 6] = [
    Agent {
        name: AgentName::Cowork,
        kind: AgentKind::Primary,
        tools: Tools::All,
        delegates_to: SUBAGENTS,
        mode: &TERSE,
    },
    Agent {
        name: AgentName::Deep,
        kind: AgentKind::Primary,
        tools: Tools::All,
        delegates_to: SUBAGENTS,
        mode: &THOROUGH,
    },
    Agent {
        name: AgentName::Explore,
        kind: AgentKind::Subagent,
        tools: Tools::Only(&[Tool::Read, Tool::Grep, Tool::Glob, Tool::Bash]),
        delegates_to: &[],
        mode: &TERSE,
    },
    Agent {
        name: AgentName::Architect,
        kind: AgentKind::Subagent,
        tools: Tools::Only(&[Tool::Read, Tool::Grep, Tool::Glob, Tool::WebFetch, Tool::WebSearch]),
        delegates_to: &[],
        mode: &TERSE,
    },
    Agent {
        name: AgentName::Compaction,
        kind: AgentKind::System,
        tools: Tools::Only(&[]),
        delegates_to: &[],
        mode: &TERSE,
    },
    Agent {
        name: AgentName::Title,
        kind: AgentKind::System,
        tools: Tools::Only(&[]),
        delegates_to: &[],
        mode: &TERSE,
    },
];

impl AgentName {
    /// What the catalog says about this agent.
    pub fn entry(self) -> &'static Agent {
        &CATALOG[self as usize]
    }

    /// Whether this agent may use a tool.
    pub fn may_use(self, tool: Tool) -> bool {
        match self.entry().tools {
            Tools::All => true,
            Tools::Only(tools) => tools.contains(&tool),
        }
    }

    /// The tools that this agent may use.
    pub fn tools(self) -> ToolSet {
        Tool::ALL.into_iter().filter(|tool| self.may_use(*tool)).collect()
    }

    /// Whether people may run this agent.
    pub fn is_primary(self) -> bool {
        self.entry().kind == AgentKind::Primary
    }

    /// Whether this agent may delegate to another.
    pub fn may_delegate_to(self, other: Self) -> bool {
        self.entry().delegates_to.contains(&other)
    }
}

impl ToolSet {
    /// Whether a tool is in it.
    pub fn contains(self, tool: Tool) -> bool {
        self.0 & (1 << tool as u16) != 0
    }

    /// The tools in it.
    pub fn iter(self) -> impl Iterator<Item = Tool> {
        Tool::ALL.into_iter().filter(move |tool| self.contains(*tool))
    }
}

impl FromIterator<Tool> for ToolSet {
    fn from_iter<I: IntoIterator<Item = Tool>>(tools: I) -> Self {
        Self(tools.into_iter().fold(0, |bits, tool| bits | 1 << tool as u16))
    }
}

impl Tool {
    /// All tools there are.
    pub const ALL: [Self; 13] = [
        Self::Read,
        Self::Grep,
        Self::Glob,
        Self::Bash,
        Self::Edit,
        Self::Write,
        Self::Plan,
        Self::AskUser,
        Self::Todo,
        Self::Task,
        Self::RepoExplorer,
        Self::WebFetch,
        Self::WebSearch,
    ];

    /// How calls of this tool share the permits of a key (A.3).
    pub fn class(self) -> Class {
        match self {
            Self::Read | Self::Grep | Self::Glob | Self::WebFetch | Self::WebSearch => Class::Parallel,
            Self::Bash
            | Self::Edit
            | Self::Write
            | Self::Plan
            | Self::AskUser
            | Self::Todo
            | Self::Task
            | Self::RepoExplorer => Class::Serial,
        }
    }

    /// Whether a second execution does no harm: it only reads.
    pub fn is_idempotent(self) -> bool {
        self.class() == Class::Parallel || self == Self::RepoExplorer
    }
}

impl Mode {
    /// How long to wait after so many attempts; `asked` is what the provider asked for.
    pub fn wait(&self, attempts: u8, asked: Option<Duration>) -> Duration {
        let doublings = u32::from(attempts.saturating_sub(1));
        let own = self.base.saturating_mul(self.factor.saturating_pow(doublings));
        own.max(asked.unwrap_or_default()).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_agent_stands_at_its_place() {
        for (place, agent) in CATALOG.iter().enumerate() {
            assert_eq!(agent.name as usize, place);
            assert_eq!(agent.name.entry(), agent);
        }
    }

    #[test]
    fn only_subagents_are_delegated_to_and_they_delegate_to_nobody() {
        for agent in CATALOG {
            assert!(agent.delegates_to.iter().all(|to| to.entry().kind == AgentKind::Subagent));
            assert_eq!(agent.kind == AgentKind::Primary, !agent.delegates_to.is_empty(), "{:?}", agent.name);
        }
    }

    #[test]
    fn an_architect_reads_and_writes_nothing() {
        let architect = AgentName::Architect;
        assert!(architect.may_use(Tool::Read) && architect.may_use(Tool::WebSearch));
        assert!(
            ![Tool::Bash, Tool::Edit, Tool::Write, Tool::Task].iter().any(|tool| architect.may_use(*tool))
        );
        assert!(AgentName::Deep.may_use(Tool::Write) && !AgentName::Title.may_use(Tool::Read));
    }

    #[test]
    fn what_an_agent_is_offered_is_what_it_may_use() {
        for agent in CATALOG {
            let offered = agent.name.tools();
            Tool::ALL
                .into_iter()
                .for_each(|tool| assert_eq!(offered.contains(tool), agent.name.may_use(tool)));
        }
        assert!(AgentName::Explore.tools().iter().eq([Tool::Read, Tool::Grep, Tool::Glob, Tool::Bash]));
        assert_eq!(AgentName::Cowork.tools().iter().count(), Tool::ALL.len());
    }

    #[test]
    fn waits_double_up_to_the_cap_and_what_the_provider_asks_for_is_clamped() {
        let waits: Vec<_> = (1..=5).map(|attempts| TERSE.wait(attempts, None).as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 30]);
        assert_eq!(TERSE.wait(1, Some(Duration::from_secs(20))).as_secs(), 20);
        assert_eq!(TERSE.wait(1, Some(Duration::from_secs(90))).as_secs(), 30);
        assert_eq!(THOROUGH.wait(1, Some(Duration::from_secs(90))).as_secs(), 60);
    }
}
