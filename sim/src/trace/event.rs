//! The one event type.

use std::fmt::Debug;

use rehearsal_protocol::Time;
use serde::{Deserialize, Serialize};

/// One thing that happened. Its number is its place in the trace, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Virtual time.
    pub at: Time,
    /// The event that led to it; its own number if none did.
    pub cause: u64,
    /// The digest of its payload.
    pub digest: u64,
    /// The slot of the actor concerned, or [`Event::NOBODY`].
    pub actor: u32,
    /// The number of the node concerned, or [`Event::NOBODY`].
    pub node: u32,
    /// What happened.
    pub kind: EventKind,
}

impl Event {
    /// No actor, no node.
    pub const NOBODY: u32 = u32::MAX;
}

/// What happened. The first five are turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum EventKind {
    /// An incarnation started.
    Start,
    /// A message was handled.
    Message,
    /// A timer ran out.
    Timer,
    /// A signal was handled.
    Signal,
    /// A sync completed.
    Synced,
    /// An actor announced a fact.
    Fact,
    /// The network lost a message.
    Lost,
    /// The network doubled a message.
    Duplicated,
    /// A message went nowhere, with the reason.
    DeadLetter,
    /// An incarnation ended, with the reason.
    Ended,
    /// A node crashed.
    NodeDown,
    /// A node started again.
    NodeUp,
    /// An episode began.
    FaultBegins,
    /// An episode ended.
    FaultEnds,
    /// The faulty phase is over and the core is healed.
    Healed,
}

impl EventKind {
    /// Whether the event is a turn of an actor.
    pub const fn is_turn(self) -> bool {
        (self as u8) <= Self::Synced as u8
    }
}

/// What a recorded event carried, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The payload as its `Debug` shows it.
    pub text: String,
    /// The slot of the sender, if it is a message.
    pub from: Option<u32>,
}

impl Payload {
    /// What is shown of a value; if it is a message, with the slot of its sender. By itself, so that a turn whose events are not kept
    /// does nothing for it.
    #[cold]
    #[inline(never)]
    pub(crate) fn of(value: &impl Debug, from: Option<u32>) -> Self {
        Self { text: format!("{value:?}"), from }
    }
}
