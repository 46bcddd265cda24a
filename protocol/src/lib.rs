//! What an actor is: a pure state machine.
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
//! - [`supervision`] — supervisors by the rules of Erlang/OTP, over any protocol;
//! - [`planted`] — bugs that are planted in a protocol, as a table;
//! - [`probe`] — one turn at a time, without any stage: for unit tests of actors.
//!
//! Ready protocols stand in packages of their own, a family each, in the folders beside `src`.

#![warn(clippy::float_arithmetic)] // A decision that rests on a float may differ between machines.

pub mod actor;
pub mod address;
pub mod context;
pub mod durable;
pub mod input;
pub mod mailbox;
pub mod planted;
pub mod probe;
pub mod run;
pub mod supervision;
pub mod time;

pub use actor::{Actor, ActorClone, Protocol};
pub use address::{Address, Incarnation, NodeId};
pub use context::{ActorRng, Context, Effect, Stage};
pub use input::{Envelope, Exit, Input, MessageId, Recovered, Refusal, Signal, TimerId, WriteId};
pub use mailbox::{Bounds, DeadLetter, Lane, Mailbox, Overflow};
pub use run::{InterruptAck, Run, Runs};
pub use time::Time;
