//! Actor protocols as pure state machines.
//!
//! An [`Actor`] handles one [`Input`] in one atomic turn and asks its [`Context`] for effects; it performs none itself.
//! So the same actor runs in the simulated world, on madsim and on tokio. This crate has no I/O, no clock, no thread,
//! no float in a decision and no hash map whose order could leak.
//!
//! In reading order:
//!
//! - [`actor`] — what a protocol and an actor are;
//! - [`address`] — who is where: nodes, addresses, incarnations;
//! - [`input`] — what comes into a turn: messages, timers, signals;
//! - [`context`] — what a turn may ask for, and the [`Effect`]s that it leaves;
//! - [`mailbox`] — three lanes, bounds, and what happens to a message that has no room;
//! - [`run`] — work that spans turns, and the interrupt that preempts it;
//! - [`durable`] — a durable value that a torn write cannot destroy;
//! - [`time`] — virtual time;
//! - [`probe`] — one turn at a time, without any stage: for unit tests of actors.
//!
//! The protocols themselves:
//!
//! - [`asks`] — asks that wait while their receiver is started again;
//! - [`background`] — tasks that belong to a scope, and its closing;
//! - [`commit`] — two-phase commit, small enough for exhaustive search;
//! - [`gate`] — a quality gate of several agents, with its state in three places;
//! - [`lease`] — a lock that expires, and a fence at what it protects;
//! - [`listing`] — a list out of a store that others write to meanwhile;
//! - [`outbox`] — events that go out after they are committed;
//! - [`rpc`] — sessions behind their request boundary: connections, stored requests, trees;
//! - [`service`] — services under supervision: what a designer compares policies on;
//! - [`session`] — the agent runtime's sessions and tools;
//! - [`subagents`] — agents that delegate to agents;
//! - [`supervision`] — supervisors by the rules of Erlang/OTP, over any protocol;
//! - [`terminal`] — a terminal program with two lanes, and its frames.

#![warn(clippy::float_arithmetic)] // A decision that rests on a float may differ between machines.

pub mod actor;
pub mod address;
pub mod asks;
pub mod background;
pub mod commit;
pub mod context;
pub mod durable;
pub mod gate;
pub mod input;
pub mod lease;
pub mod listing;
pub mod mailbox;
pub mod outbox;
pub mod planted;
pub mod probe;
pub mod rpc;
pub mod run;
pub mod service;
pub mod session;
pub mod subagents;
pub mod supervision;
pub mod terminal;
pub mod time;

pub use actor::{Actor, ActorClone, Protocol};
pub use address::{Address, Incarnation, NodeId};
pub use context::{ActorRng, Context, Effect, Stage};
pub use input::{Envelope, Exit, Input, MessageId, Recovered, Refusal, Signal, TimerId, WriteId};
pub use mailbox::{Bounds, DeadLetter, Lane, Mailbox, Overflow};
pub use run::{InterruptAck, Run, Runs};
pub use time::Time;
