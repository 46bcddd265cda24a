//! The agent runtime's sessions: one actor per session and branch, runs that span turns, tools, and interrupts
//! (`actors.md` A.1–A.3, B).
//!
//! In reading order:
//!
//! - [`id`] — keys, runs, calls, commands;
//! - [`message`] — what the actors say to each other, and in which lane;
//! - [`fact`] — what they announce, and what monitors judge;
//! - [`config`] — bounds and timeouts;
//! - [`catalog`] — agents, their tools, to whom they may delegate;
//! - [`variant`] — the planted bugs, each with the invariant that it trips;
//! - [`gateway`] — finds or opens the actor of a key;
//! - [`actor`] — the session itself: queues, phases, interrupts, results;
//! - [`tool`] — the calls of one key: permits, deadlines, cancellation;
//! - [`planner`] — holds a plan up to people;
//! - [`provider`], [`sandbox`], [`client`], [`person`] — the simulated outside: a model, a place where tools run, somebody who talks, and
//!   somebody who decides.

pub mod actor;
pub mod catalog;
pub mod client;
pub mod config;
pub mod fact;
pub mod gateway;
pub mod id;
pub mod message;
pub mod person;
pub mod planner;
pub mod provider;
pub mod sandbox;
pub mod tool;
pub mod variant;

#[cfg(test)]
mod tests;

pub use actor::{Peers, SessionActor};
pub use client::{Client, Workload};
pub use config::{Config, ParkedInterjection};
pub use fact::{Cause, Fact, PhaseName, Queue, Role, Verdict};
pub use gateway::Gateway;
pub use id::{CallId, CommandId, Key, RunId, StreamId};
pub use message::{
    Calls, Class, Decision, Interrupt, Kind, Message, Outcome, Reply, Report, Respond, ResultAck, Stop,
    StreamEnd, Terminate, Work,
};
pub use person::Person;
pub use planner::PlannerActor;
pub use provider::Provider;
pub use sandbox::Sandbox;
pub use tool::ToolActor;
pub use variant::{MANY_VARIANTS, PLAN_VARIANTS, Planted, RECOVERY_VARIANTS, VARIANTS, Variant};

use crate::actor::Protocol;
use crate::context::Context;
use crate::mailbox::Lane;

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
