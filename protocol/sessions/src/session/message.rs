//! What the actors say to each other, and in which lane.
//!
//! - `command` — what people want of a session, and what they are answered.

mod command;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::command::{
    Decision, GetState, Interrupt, Kind, Metrics, Reply, Respond, State, Stop, SwitchAgent, Terminate, Work,
};
use rehearsal_protocol::address::Address;
use rehearsal_protocol::mailbox::Lane;

use super::catalog::AgentName;
use super::id::{CallId, CommandId, Key, RunId, StreamId};
use super::models::{ModelId, ModelTable};

/// Everything that travels between the actors of this protocol.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// To a session, by way of its gateway: what people want of it.
    Command(Command),
    /// To the gateway.
    Gateway(GatewayMessage),
    /// To a session, from those who work for it.
    Session(SessionMessage),
    /// Gateway to session: the table of models.
    Models(ModelTable),
    /// To a provider, or to the agent before it.
    Provider(ProviderMessage),
    /// To whoever asked for a stream.
    Stream(StreamMessage),
    /// To the planner.
    Planner(PlannerMessage),
    /// Session to its tools: cancel whatever this run has asked for.
    CancelCalls {
        /// The run.
        run: RunId,
    },
    /// To the tools of a session.
    Tool(ToolMessage),
    /// To the sandbox.
    Sandbox(SandboxMessage),
    /// Session to people: decide about this.
    Asked {
        /// The call.
        call: CallId,
    },
    /// To the client: what became of a command.
    Answer {
        /// The command.
        command: CommandId,
        /// What became of it.
        reply: Reply,
    },
    /// Session to client: this.
    State(State),
    /// Session to client: this.
    Metrics {
        /// The question.
        question: CommandId,
        /// What it has done.
        metrics: Metrics,
    },
}

/// As what its receiver gets: whom it is for is told beside it.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(message) => message.fmt(f),
            Self::Gateway(message) => message.fmt(f),
            Self::Session(message) => message.fmt(f),
            Self::Provider(message) => message.fmt(f),
            Self::Stream(message) => message.fmt(f),
            Self::Planner(message) => message.fmt(f),
            Self::Tool(message) => message.fmt(f),
            Self::Sandbox(message) => message.fmt(f),
            Self::Models(table) => f.debug_tuple("Models").field(table).finish(),
            Self::CancelCalls { run } => f.debug_struct("CancelCalls").field("run", run).finish(),
            Self::Asked { call } => f.debug_struct("Asked").field("call", call).finish(),
            Self::Answer { command, reply } => {
                f.debug_struct("Answer").field("command", command).field("reply", reply).finish()
            }
            Self::State(state) => f.debug_tuple("State").field(state).finish(),
            Self::Metrics { question, metrics } => {
                f.debug_struct("Metrics").field("question", question).field("metrics", metrics).finish()
            }
        }
    }
}

/// To a session, by way of its gateway: what people want of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Command {
    /// Client to session: something for the model to work on.
    Work(Work),
    /// Client to session: end the present run.
    Interrupt(Interrupt),
    /// Client to session: end for good.
    Terminate(Terminate),
    /// People to session: the decision.
    Respond(Respond),
    /// Client to session: another agent from the next run on.
    SwitchAgent(SwitchAgent),
    /// Client to session: what are you at?
    GetState(GetState),
    /// Client to session: what have you done so far?
    GetMetrics(GetState),
}

/// To the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GatewayMessage {
    /// Session to gateway: this key has something under way.
    Busy(Key),
    /// Session to gateway: this key has nothing under way any more.
    Rested(Key),
    /// Session to gateway: nothing to do for long; may I leave?
    Leaving(Key),
    /// Session to gateway: something has come, so I stay.
    Staying(Key),
    /// Somebody who runs the runtime to its gateway: an agent has another model from now on.
    Rotate {
        /// The agent.
        agent: AgentName,
        /// The model.
        model: ModelId,
    },
}

/// To a session, from those who work for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SessionMessage {
    /// A session to itself, only in a variant: an interrupt that was taken and is not recorded yet.
    Record(Interrupt),
    /// Gateway to session: leave, if there still is nothing to do.
    Leave,
    /// Tools or planner to session: this call needs people.
    NeedsPeople {
        /// The call.
        call: CallId,
    },
    /// Planner to session: this was decided, and is durable.
    Resolved {
        /// The plan's call.
        call: CallId,
        /// The decision.
        decision: Decision,
        /// Whose command that was, and where its answer goes; nobody's after a crash.
        by: Option<(CommandId, Address)>,
    },
    /// Tools to session: a call's result.
    Result(Report),
}

/// To a provider, or to the agent before it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProviderMessage {
    /// Session to provider: stream an answer.
    Generate {
        /// Which stream this will be.
        stream: StreamId,
    },
    /// Session to provider: stop streaming.
    CloseStream {
        /// Which stream.
        stream: StreamId,
    },
}

/// To whoever asked for a stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StreamMessage {
    /// Provider to session: some text.
    Chunk {
        /// Of which stream.
        stream: StreamId,
        /// Its place in the stream, from 0. The network reorders.
        seq: u16,
    },
    /// Provider to session: nothing follows.
    StreamEnded {
        /// Which stream.
        stream: StreamId,
        /// How it ended.
        end: StreamEnd,
    },
}

/// To the planner.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PlannerMessage {
    /// Session to planner: hold this plan up to people.
    Present {
        /// The call that the plan came with.
        call: CallId,
    },
    /// Session to planner: somebody has decided about a plan.
    Decide {
        /// The plan's call.
        call: CallId,
        /// The decision.
        decision: Decision,
        /// Whose command that was, and where its answer goes.
        by: (CommandId, Address),
    },
}

/// To the tools of a session.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ToolMessage {
    /// Session to its tools: do this.
    Execute {
        /// The call.
        call: CallId,
        /// Which attempt at it, from 1.
        attempt: u8,
        /// How it shares the key's permits.
        class: Class,
    },
    /// Session to its tools: calls of this run that only read may be made so often.
    Patience {
        /// The run.
        run: RunId,
        /// How often, the first time included.
        attempts: u8,
    },
    /// Sandbox to tools: this came of it.
    Performed {
        /// The call.
        call: CallId,
        /// Which attempt at it.
        attempt: u8,
        /// What came of it.
        outcome: Outcome,
    },
    /// Sandbox to tools: stopped, or never begun.
    Aborted {
        /// The call.
        call: CallId,
    },
    /// Sandbox to tools: nothing is left of it.
    Killed {
        /// The call.
        call: CallId,
    },
}

/// To the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SandboxMessage {
    /// Tools to sandbox: do this.
    Perform {
        /// The call.
        call: CallId,
        /// Which attempt at it.
        attempt: u8,
    },
    /// Tools to sandbox: stop doing this.
    Abort {
        /// The call.
        call: CallId,
        /// Which attempt at it.
        attempt: u8,
    },
    /// Tools to sandbox: end whatever is left of this, its children too.
    Kill {
        /// The call.
        call: CallId,
        /// Which attempt at it.
        attempt: u8,
    },
    /// Session to whoever reported from outside: what became of the result.
    Acknowledged {
        /// The call.
        call: CallId,
        /// What became of it.
        ack: ResultAck,
    },
}

impl Message {
    /// The lane in which a message travels (`actors.md` B.1).
    pub fn lane(&self) -> Lane {
        match self {
            Self::Command(Command::Work(_)) => Lane::Work,
            Self::Command(_) | Self::Models(_) | Self::CancelCalls { .. } => Lane::Control,
            Self::Answer { .. }
            | Self::State(_)
            | Self::Metrics { .. }
            | Self::Stream(_)
            | Self::Asked { .. } => Lane::Result,
            Self::Gateway(message) => match message {
                GatewayMessage::Rotate { .. } => Lane::Control,
                GatewayMessage::Busy(_)
                | GatewayMessage::Rested(_)
                | GatewayMessage::Leaving(_)
                | GatewayMessage::Staying(_) => Lane::Result,
            },
            Self::Session(message) => match message {
                SessionMessage::Record(_) => Lane::Control,
                SessionMessage::NeedsPeople { .. }
                | SessionMessage::Resolved { .. }
                | SessionMessage::Result(_) => Lane::Result,
                // Whoever is to leave handles first whatever was sent before.
                SessionMessage::Leave => Lane::Work,
            },
            Self::Planner(message) => match message {
                PlannerMessage::Decide { .. } => Lane::Control,
                PlannerMessage::Present { .. } => Lane::Work,
            },
            Self::Provider(message) => match message {
                ProviderMessage::CloseStream { .. } => Lane::Control,
                ProviderMessage::Generate { .. } => Lane::Work,
            },
            Self::Tool(message) => match message {
                ToolMessage::Performed { .. } | ToolMessage::Aborted { .. } | ToolMessage::Killed { .. } => {
                    Lane::Result
                }
                ToolMessage::Patience { .. } | ToolMessage::Execute { .. } => Lane::Work,
            },
            Self::Sandbox(message) => match message {
                SandboxMessage::Abort { .. } | SandboxMessage::Kill { .. } => Lane::Control,
                SandboxMessage::Acknowledged { .. } => Lane::Result,
                SandboxMessage::Perform { .. } => Lane::Work,
            },
        }
    }

    /// The command that a message carries to a session, and where its answer goes.
    pub fn command(&self) -> Option<(Key, CommandId, Address)> {
        match self {
            Self::Command(command) => Some(command.about()),
            Self::Session(SessionMessage::Record(interrupt)) => Some(interrupt.about()),
            _ => None,
        }
    }
}

impl Command {
    /// For which session, under which number, and where the answer goes.
    pub fn about(&self) -> (Key, CommandId, Address) {
        match self {
            Self::Work(work) => (work.key, work.command, work.reply_to),
            Self::Interrupt(interrupt) => interrupt.about(),
            Self::Terminate(terminate) => (terminate.key, terminate.command, terminate.reply_to),
            Self::Respond(respond) => (respond.call.run.key, respond.command, respond.reply_to),
            Self::SwitchAgent(switch) => (switch.key, switch.command, switch.reply_to),
            Self::GetState(get) | Self::GetMetrics(get) => (get.key, get.question, get.reply_to),
        }
    }
}

impl Interrupt {
    fn about(&self) -> (Key, CommandId, Address) {
        (self.key, self.command, self.reply_to)
    }
}

/// How a model's stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StreamEnd {
    /// By itself.
    Done {
        /// How many chunks there were: some may still be on their way.
        chunks: u16,
        /// The tool calls that the model asks for.
        calls: Calls,
    },
    /// The provider failed, with all retries exhausted.
    Failed,
    /// As it was asked to.
    Closed,
    /// The provider failed once, and says how; to be tried again or not. An agent hears that, a session never does.
    Refused {
        /// What went wrong.
        error: ProviderError,
        /// How long the provider asks to wait.
        retry_after: Option<Seconds>,
    },
}

/// Whole seconds, as in `Retry-After` of HTTP: a message with one is smaller than with a span.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u32);

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        Self::from_secs(seconds.0.into())
    }
}

impl fmt::Debug for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0)
    }
}

/// What went wrong at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProviderError {
    /// Too many requests (429).
    RateLimited,
    /// Too much to do (529).
    Overloaded,
    /// Something else on its side (5xx).
    Server,
    /// The request is not one that it takes (4xx).
    Invalid,
    /// It fell silent.
    Silent,
    /// It does not say.
    Unknown,
}

impl ProviderError {
    /// Whether a second attempt may go better (`actors.md` C.3).
    pub fn is_retryable(self) -> bool {
        match self {
            Self::RateLimited | Self::Overloaded | Self::Server => true,
            Self::Invalid | Self::Silent | Self::Unknown => false,
        }
    }
}

/// The tool calls of one step in the order of their emission: the first entries that are present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Calls(pub [Option<Class>; 3]);

impl Calls {
    /// How each call shares the permits, in the order of emission.
    pub fn classes(&self) -> impl Iterator<Item = Class> + '_ {
        self.0.iter().flatten().copied()
    }

    /// Whether the model asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.classes().next().is_none()
    }
}

/// How a tool shares the permits of its key (`actors.md` A.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// One at a time: shell, edit, write.
    Serial,
    /// Several at a time: read, grep, glob.
    Parallel,
    /// Not allowed to this agent.
    Forbidden,
    /// Like `Serial`, once people have allowed it.
    Asking,
    /// A plan, held up to people.
    Plan,
}

/// The one terminal state of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// With this output, as a number.
    Succeeded(u32),
    /// With this error, as a number. Errors become results, never exceptions.
    Failed(u32),
    /// Its deadline passed.
    TimedOut,
    /// It was cancelled, whether or not it had begun.
    Cancelled,
    /// It was not permitted.
    Denied,
}

/// A call's result on its way to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Report {
    /// The call.
    pub call: CallId,
    /// Which attempt at it.
    pub attempt: u8,
    /// What came of it.
    pub outcome: Outcome,
    /// Who reported it from outside and waits for an acknowledgement.
    pub reporter: Option<Address>,
}

/// What became of a tool result (`actors.md` B.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ResultAck {
    /// It is the call's result.
    Accepted,
    /// It was known already.
    Duplicate,
    /// Another result was known already; the first one wins.
    Conflict,
    /// Nobody made such a call.
    Unknown,
    /// Its run is over.
    Late,
    /// It is of an attempt that was given up.
    StaleAttempt,
    /// The call belongs to another key.
    TargetMismatch,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_small_enough_to_be_moved_around() {
        assert!(size_of::<Message>() <= 48, "{} bytes", size_of::<Message>());
    }
}
