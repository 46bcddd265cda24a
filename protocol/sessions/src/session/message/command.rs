//! What people want of a session, and what they are answered.

use std::time::Duration;

use rehearsal_protocol::address::Address;
use rehearsal_protocol::run::InterruptAck;
use serde::{Deserialize, Serialize};

use crate::session::catalog::AgentName;
use crate::session::fact::{PhaseName, Queue};
use crate::session::id::{CallId, CommandId, Key, RunId};

/// Something for the model to work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Work {
    /// For whom.
    pub key: Key,
    /// Its idempotency key.
    pub command: CommandId,
    /// In which queue it waits while something runs.
    pub kind: Kind,
    /// The text, as a number.
    pub content: u32,
    /// Where the answer goes.
    pub reply_to: Address,
}

/// In which queue a piece of work waits while something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A user message: a follow-up.
    Message,
    /// An interjection: goes before all follow-ups and softly stops what runs.
    Interjection,
    /// A user message for another agent than the session's: that agent answers this one, and no other (`actors.md` A.6).
    MessageTo(AgentName),
    /// An interjection that is meant for the run of this number: if another one is present, or none, it is refused (`actors.md` B.3).
    InterjectionInto(u32),
}

impl Kind {
    /// The agent that it names.
    pub fn agent(self) -> Option<AgentName> {
        match self {
            Self::Message | Self::Interjection | Self::InterjectionInto(_) => None,
            Self::MessageTo(agent) => Some(agent),
        }
    }

    /// The number of the run that it is meant for.
    pub fn expected(self) -> Option<u32> {
        match self {
            Self::InterjectionInto(number) => Some(number),
            Self::Message | Self::Interjection | Self::MessageTo(_) => None,
        }
    }

    /// In which queue it waits.
    pub fn queue(self) -> Queue {
        match self {
            Self::Message | Self::MessageTo(_) => Queue::FollowUp,
            Self::Interjection | Self::InterjectionInto(_) => Queue::Steering,
        }
    }
}

/// A wish that the present run end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Interrupt {
    /// Whose run.
    pub key: Key,
    /// Its idempotency key.
    pub command: CommandId,
    /// What the user pressed.
    pub stop: Stop,
    /// The run that is meant; any if absent.
    pub expected: Option<RunId>,
    /// Where the answer goes.
    pub reply_to: Address,
}

/// What the user pressed. Both do the same so far, as upstream (`actors.md` B.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stop {
    /// Interrupt.
    Interrupt,
    /// Cancel.
    Cancel,
}

/// A wish that a key end for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Terminate {
    /// Which key.
    pub key: Key,
    /// Its idempotency key.
    pub command: CommandId,
    /// Where the answer goes.
    pub reply_to: Address,
}

/// A wish that another agent answer, from the next run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SwitchAgent {
    /// Whose.
    pub key: Key,
    /// Its idempotency key.
    pub command: CommandId,
    /// Which agent.
    pub agent: AgentName,
    /// Where the answer goes.
    pub reply_to: Address,
}

/// A question that changes nothing; it is answered at once, whatever runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GetState {
    /// Whose state.
    pub key: Key,
    /// Its name.
    pub question: CommandId,
    /// Where the answer goes.
    pub reply_to: Address,
}

/// What a session is at (`actors.md` E).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct State {
    /// The question.
    pub question: CommandId,
    /// What it is doing.
    pub phase: PhaseName,
    /// The run that it is at.
    pub run: Option<RunId>,
    /// The agent of its next run.
    pub agent: AgentName,
    /// How much work waits.
    pub waiting: u16,
    /// The number of the last run that failed, unless one has ended well since.
    pub last_error: Option<u32>,
    /// In which life it is.
    pub life: u32,
    /// The number of its last commit.
    pub epoch: u32,
}

/// What a session has done in all its lives (`actors.md` E, GetMetrics).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Metrics {
    /// How many runs have ended.
    pub turns: u32,
    /// How many chunks of text were stored; a chunk counts as a token.
    pub tokens: u32,
    /// How many calls of tools were stored.
    pub calls: u32,
    /// How many attempts at steps failed before one that came to its end.
    pub retries: u32,
    /// How long runs were at work, by the session's own clock. Of a run that a crash cuts, the time since its last commit is not counted.
    pub busy: Duration,
}

/// What somebody has decided about a call that needs people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Respond {
    /// The call: a call asks once, so it names the request.
    pub call: CallId,
    /// Its idempotency key.
    pub command: CommandId,
    /// The decision.
    pub decision: Decision,
    /// Where the answer goes.
    pub reply_to: Address,
}

/// A decision about a call that needs people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Decision {
    /// It may run; of a plan: it is confirmed.
    Allow,
    /// It may not; of a plan: it is rejected.
    Deny,
}

/// What became of a command (the error kinds of `actors.md` E, as far as they occur).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reply {
    /// Durably accepted; it will run.
    Accepted,
    /// The queue is full; nothing is stored.
    QueueFull,
    /// Not accepted for now; try again with the same command.
    Unavailable,
    /// The key was terminated.
    Terminated,
    /// The same command was given before, with other content.
    Conflict,
    /// What became of an interrupt.
    Interrupt(InterruptAck),
    /// Nothing waits for this decision, or not any more.
    NothingPending,
    /// It asks for what may not be: an agent that people may not run.
    InvalidRequest,
}
