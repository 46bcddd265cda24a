//! What the actors announce, and what monitors judge: the trace vocabulary of `actors.md` 0.
//!
//! - `word` — causes, roles, phases: the words that facts are made of.

mod word;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::word::{Cause, Extent, PhaseName, Queue, Refusal, Role, Verdict};
use rehearsal_protocol::mailbox::{DeadLetter, Lane};
use rehearsal_protocol::run::InterruptAck;

use super::catalog::AgentName;
use super::id::{CallId, CommandId, Key, RunId, StreamId};
use super::message::{Class, Kind, Metrics, Outcome, ProviderError, ResultAck};
use super::models::ModelPin;

/// A statement about what has happened, with all the ids that a judge needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// A client gives a command that asks for a run. By the client.
    Said {
        /// For whom.
        key: Key,
        /// The command.
        command: CommandId,
        /// A message or an interjection.
        kind: Kind,
    },
    /// A client presses interrupt or cancel. By the client.
    Pressed {
        /// Whose run it wants to end.
        key: Key,
        /// The command.
        command: CommandId,
    },
    /// Work has arrived at the runtime. By the gateway, at each arrival.
    Received {
        /// For whom.
        key: Key,
        /// The command.
        command: CommandId,
    },
    /// A command waits for its key to be opened. By the gateway.
    Backlogged {
        /// The key.
        key: Key,
        /// In which lane.
        lane: Lane,
        /// How many wait in that lane now.
        waiting: u16,
    },
    /// A command that has waited is passed on. By the gateway.
    Dispatched {
        /// The key.
        key: Key,
        /// From which lane.
        lane: Lane,
        /// How many commands were ready in higher lanes.
        above: u16,
    },
    /// So many keys have something under way. By the gateway.
    KeysBusy {
        /// How many.
        count: u16,
    },
    /// Work is durably accepted.
    Accepted {
        /// For whom.
        key: Key,
        /// The command.
        command: CommandId,
        /// A message or an interjection.
        kind: Kind,
    },
    /// A command is not accepted, and its client is told so.
    Refused {
        /// For whom.
        key: Key,
        /// The command.
        command: CommandId,
        /// Why.
        why: Refusal,
    },
    /// Accepted work waits in a queue.
    Queued {
        /// In whose queue.
        key: Key,
        /// The command.
        command: CommandId,
        /// Which queue.
        queue: Queue,
        /// How many wait in that queue now.
        len: u16,
    },
    /// Work is taken up: dequeued, and not yet stored as a message.
    InFlight {
        /// The run that it will be.
        run: RunId,
        /// The command.
        command: CommandId,
        /// How many follow-ups it passes.
        passed: u16,
    },
    /// A message row is stored.
    RowStored {
        /// Under this key.
        key: Key,
        /// Written by this run.
        run: RunId,
        /// In this step of it; 0 before the first.
        step: u16,
        /// What kind of message.
        role: Role,
    },
    /// A run starts.
    RunStarted {
        /// The run.
        run: RunId,
        /// The command that it answers.
        command: CommandId,
    },
    /// The model is called.
    ModelCall {
        /// By this run.
        run: RunId,
        /// For this step.
        step: u16,
        /// With the context of this key.
        context: Key,
    },
    /// Text is shown to the user.
    ChunkShown {
        /// Whose.
        run: RunId,
        /// Of which step.
        step: u16,
        /// Its place in the stream, from 0.
        seq: u16,
    },
    /// The model's call is stored and handed to the tools.
    CallIssued {
        /// The call.
        call: CallId,
        /// How it shares the permits.
        class: Class,
    },
    /// A call begins. By the tools.
    CallStarted {
        /// The call.
        call: CallId,
    },
    /// The tools know that a run was cancelled. By the tools.
    CancelHeard {
        /// The run.
        run: RunId,
    },
    /// A tool has had its effect on the outside. By the sandbox.
    Effected {
        /// The call.
        call: CallId,
        /// Which attempt at it.
        attempt: u8,
    },
    /// The session has judged a reported result (`actors.md` B.4).
    ResultRouted {
        /// The call.
        call: CallId,
        /// What became of it.
        ack: ResultAck,
    },
    /// A call has reached its terminal state.
    CallEnded {
        /// The call.
        call: CallId,
        /// The state.
        outcome: Outcome,
    },
    /// A call's result is stored as part of the conversation.
    ResultPersisted {
        /// The call.
        call: CallId,
    },
    /// An interrupt has reached a session.
    InterruptReceived {
        /// For whom it was meant.
        key: Key,
        /// The command.
        command: CommandId,
        /// The run that it expects; any if absent.
        expected: Option<RunId>,
        /// What the session was doing.
        phase: PhaseName,
    },
    /// The user is told what became of an interrupt.
    InterruptAcked {
        /// For whom it was meant.
        key: Key,
        /// The command.
        command: CommandId,
        /// What became of it.
        ack: InterruptAck,
    },
    /// An interrupt takes effect: from here on this run only winds up.
    InterruptEffect {
        /// The run.
        run: RunId,
        /// The command that did it.
        command: CommandId,
    },
    /// The user is told that a run has failed.
    ErrorOccurred {
        /// The run.
        run: RunId,
    },
    /// The run's last stream is over.
    StreamEnded {
        /// The run.
        run: RunId,
        /// Why it ends.
        cause: Cause,
    },
    /// The turn that the user asked for is over.
    TurnCompleted {
        /// The run.
        run: RunId,
        /// Why it ends.
        cause: Cause,
    },
    /// A run ends.
    RunEnded {
        /// The run.
        run: RunId,
        /// Why.
        cause: Cause,
        /// How much work waits for it to end.
        waiting: u16,
    },
    /// Accepted work will not run.
    DeadLettered {
        /// For whom.
        key: Key,
        /// The command.
        command: CommandId,
        /// Why.
        why: DeadLetter,
    },
    /// How a run ends is decided, and is being stored; nobody is told yet. No interrupt changes it any more.
    RunDecided {
        /// The run.
        run: RunId,
        /// Why it ends.
        cause: Cause,
    },
    /// What a session has decided is durable.
    Committed {
        /// Whose.
        key: Key,
        /// The number of the last record: it grows with every commit.
        epoch: u32,
    },
    /// A session begins a new life, and will now say what its disk has kept.
    Recovering {
        /// The key.
        key: Key,
    },
    /// Accepted work still waits after a crash.
    Restored {
        /// For whom.
        key: Key,
        /// The command.
        command: CommandId,
        /// A message or an interjection.
        kind: Kind,
    },
    /// A run that a crash has cut will go on, or end as it was decided.
    Resumed {
        /// The run.
        run: RunId,
        /// The command that it answers.
        command: CommandId,
        /// The step that was cut.
        step: u16,
    },
    /// A session has said all that its disk has kept.
    Recovered {
        /// The key.
        key: Key,
        /// The number of the last commit.
        epoch: u32,
    },
    /// An interrupt that was durable before a crash takes effect after it.
    InterruptReplayed {
        /// The run.
        run: RunId,
        /// The command.
        command: CommandId,
    },
    /// A call goes to the tools once more.
    CallRetried {
        /// The call.
        call: CallId,
        /// Which attempt this is, from 2.
        attempt: u8,
    },
    /// The tools hold no permit for a call any more. By the tools.
    PermitFreed {
        /// The call.
        call: CallId,
    },
    /// A run waits for people, and holds nothing.
    Parked {
        /// The run.
        run: RunId,
        /// Which step of it.
        step: u16,
    },
    /// A run does not wait for people any more.
    Unparked {
        /// The run.
        run: RunId,
        /// Which step of it.
        step: u16,
    },
    /// Somebody gives a decision for the first time. By the person.
    Responded {
        /// The call that needs it.
        call: CallId,
    },
    /// A plan is held up to people. By the planner.
    PlanPresented {
        /// The plan's call.
        call: CallId,
    },
    /// The word on a plan. By the planner.
    PlanDecided {
        /// The plan's call.
        call: CallId,
        /// The word.
        verdict: Verdict,
    },
    /// The conversation goes on from a plan. By the planner.
    Checkpointed {
        /// The plan's call.
        call: CallId,
    },
    /// A session leaves until it is asked for. By the gateway.
    Passivated {
        /// The key.
        key: Key,
    },
    /// A key has ended for good.
    Closed {
        /// The key.
        key: Key,
        /// What it was doing.
        phase: PhaseName,
    },
    /// A step is resolved: this is who makes it.
    StepResolved {
        /// The run.
        run: RunId,
        /// Which step of it.
        step: u16,
        /// The agent and its model.
        pin: ModelPin,
    },
    /// The provider is asked. By the agent.
    Attempted {
        /// Which attempt at which step.
        stream: StreamId,
        /// The agent and its model.
        pin: ModelPin,
    },
    /// An attempt has failed. By the agent.
    AttemptFailed {
        /// Which attempt at which step.
        stream: StreamId,
        /// What went wrong.
        error: ProviderError,
        /// How long the provider asks to wait.
        retry_after: Option<Duration>,
    },
    /// All of what the model said in a step is there, and is stored under these names.
    StepSaid {
        /// The run.
        run: RunId,
        /// Which step of it.
        step: u16,
        /// The agent and its model.
        pin: ModelPin,
    },
    /// Another agent answers, from the next run on.
    AgentSwitched {
        /// Whose.
        key: Key,
        /// Which agent.
        agent: AgentName,
    },
    /// Accepted work waits until somebody says something more: the run before it was cancelled.
    Held {
        /// For whom.
        key: Key,
        /// The command.
        command: CommandId,
    },
    /// Work that was held waits for its turn again.
    Released {
        /// For whom.
        key: Key,
        /// The command.
        command: CommandId,
    },
    /// A call came with a stream that was being stopped: it is stored with its result, and never made.
    CallStopped {
        /// The call.
        call: CallId,
    },
    /// Somebody asks what a session is at. By the gateway.
    StateAsked {
        /// Which session.
        key: Key,
        /// The name of the question.
        question: CommandId,
    },
    /// A session says what it is at.
    StateTold {
        /// Which session.
        key: Key,
        /// The name of the question.
        question: CommandId,
        /// What it is doing.
        phase: PhaseName,
        /// The number of the last run that failed, unless one has ended well since.
        last_error: Option<u32>,
    },
    /// A call has processes. By a sandbox that tells of them.
    ProcessesBegan {
        /// The call.
        call: CallId,
        /// Which attempt at it.
        attempt: u8,
    },
    /// No process of a call is left. By a sandbox that tells of them.
    ProcessesGone {
        /// The call.
        call: CallId,
        /// Which attempt at it was the last one.
        attempt: u8,
    },
    /// A session says what it has done so far.
    MetricsTold {
        /// Which session.
        key: Key,
        /// What it has done.
        metrics: Metrics,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_small_enough_to_be_moved_around() {
        assert!(size_of::<Fact>() <= 48, "{} bytes", size_of::<Fact>());
    }
}
