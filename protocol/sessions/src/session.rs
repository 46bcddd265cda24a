//! The agent runtime's sessions: one actor per session and branch, runs that span turns, tools, and interrupts
//! (`actors.md` A.1–A.3, B).
//!
//! In reading order:
//!
//! - [`id`] — keys, runs, calls, commands;
//! - [`message`] — what the actors say to each other, and in which lane;
//! - [`fact`] — what they announce, and what monitors judge;
//! - [`config`] — bounds and timeouts;
//! - [`models`] — which model each agent has;
//! - [`catalog`] — agents, their tools, to whom they may delegate;
//! - [`variant`] — the planted bugs, each with the invariant that it trips;
//! - [`gateway`] — finds or opens the actor of a key;
//! - [`actor`] — the session itself: queues, phases, interrupts, results;
//! - [`agent`] — listens to the model for one step, and tries again;
//! - [`tool`] — the calls of one key: permits, deadlines, cancellation;
//! - [`planner`] — holds a plan up to people;
//! - [`provider`], [`sandbox`], [`client`], [`person`], [`operator`] — the simulated outside: a model, a place where tools run, somebody who talks,
//!   somebody who decides, and somebody who looks at it all and changes models.

pub mod actor;
pub mod agent;
pub mod catalog;
pub mod client;
mod compared;
pub mod config;
pub mod fact;
pub mod gateway;
pub mod id;
pub mod message;
pub mod models;
pub mod operator;
pub mod person;
pub mod planner;
pub mod provider;
pub mod sandbox;
mod spelling;
mod stream;
pub mod tool;
pub mod variant;

#[cfg(test)]
mod tests;

pub use actor::{Peers, SessionActor};
pub use agent::AgentActor;
pub use catalog::AgentName;
pub use client::{Client, Workload};
pub use config::{
    AfterCancel, Config, ExpectedRun, Leftovers, Listener, ParkedInterjection, SecondPress, StoppedCalls,
};
pub use fact::{Cause, Fact, PhaseName, Queue, Role, Verdict};
pub use gateway::Gateway;
pub use id::{CallId, CommandId, Key, RunId, StreamId};
pub use message::{
    Calls, Class, Command, Decision, GatewayMessage, GetState, Interrupt, Kind, Message, Metrics, Outcome,
    PlannerMessage, ProviderError, ProviderMessage, Reply, Report, Respond, ResultAck, SandboxMessage,
    Seconds, SessionMessage, State, Stop, StreamEnd, StreamMessage, SwitchAgent, Terminate, ToolMessage,
    Work,
};
pub use models::{ModelId, ModelPin, ModelTable};
pub use operator::Operator;
pub use person::Person;
pub use planner::PlannerActor;
pub use provider::Provider;
pub use sandbox::Sandbox;
pub use tool::ToolActor;
pub use variant::{
    GENERATIONS, MANY_VARIANTS, PLAN_VARIANTS, Planted, RECOVERY_VARIANTS, RETRY_VARIANTS, VARIANTS, Variant,
    Variants,
};

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::mailbox::Lane;

/// The protocol of sessions: what travels, and what is stated about it.
#[derive(Clone, Copy, Debug)]
pub struct Session;

impl Protocol for Session {
    type Message = Message;
    type Fact = Fact;

    fn lane(message: &Message) -> Lane {
        message.lane()
    }
}

/// A turn's context in this protocol.
pub(crate) type Cx<'a> = Context<'a, Session>;
