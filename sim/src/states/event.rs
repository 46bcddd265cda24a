//! What can happen to an actor, told apart by content: neither by time nor by the number of a message.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use rehearsal_protocol::{Actor, Address, Exit, Incarnation, Signal, TimerId, WriteId};

use crate::erased::{Erased, Message};
use crate::fingerprint::{Fingerprint, Fingerprinter};

/// Something that can happen to the actor in a slot.
pub(super) struct Event {
    /// Whose it is.
    pub(super) to: u32,
    /// What it is.
    pub(super) what: What,
}

/// What can happen to an actor.
///
/// The first ones are steps of the search. The last ones take hold at once, as a part of the step that asked for them.
pub(super) enum What {
    /// The first turn of a life.
    Start,
    /// A life after a panic.
    Restart,
    /// A timer runs out that was armed for this long.
    Timer(TimerId, Duration),
    /// A message from another actor arrives.
    Message(Address, Message),
    /// A signal arrives that was sent to this life.
    Signal(Signal, Incarnation),
    /// A sync of this life completes.
    Synced(WriteId, Incarnation),
    /// It is ended from outside.
    Kill,
    /// At once: a parent starts it.
    Begin(u32, Box<dyn Actor<Erased>>),
    /// At once: this child of it was started.
    Adopt(u32),
    /// At once: another wants to hear of its end.
    Watch(u32),
    /// At once: a signal is sent to it.
    Tell(Signal),
    /// At once: it ends.
    End(Exit),
}

/// What the search needs to know about an event at every turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    /// Whose it is.
    pub(super) to: u32,
    /// The number of the channel in which it keeps its order, or [`LOOSE`].
    pub(super) channel: u32,
    /// Whether it stays under way when it has arrived.
    pub(super) kept: bool,
    /// Whether it follows from the actor's own state and is not under way: a first turn, a timer.
    pub(super) own: bool,
}

/// Where the event stands in the first word of an outcome.
pub(super) const EVENT_SHIFT: u32 = 8;

/// Events of no channel keep no order.
pub(super) const LOOSE: u32 = 0;

impl Event {
    /// The bits by which equal events are known.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        let mut to = Fingerprinter::default();
        self.to.hash(&mut to);
        std::mem::discriminant(&self.what).hash(&mut to);
        match &self.what {
            What::Start | What::Restart | What::Kill => {}
            What::Timer(id, after) => (id, after).hash(&mut to),
            What::Message(from, message) => (from, message).hash(&mut to),
            What::Signal(signal, incarnation) => (signal, incarnation).hash(&mut to),
            What::Synced(id, incarnation) => (id, incarnation).hash(&mut to),
            What::Begin(by, actor) => {
                by.hash(&mut to);
                actor.fingerprint(&mut to as &mut dyn Hasher);
            }
            What::Adopt(slot) | What::Watch(slot) => slot.hash(&mut to),
            What::Tell(signal) => signal.hash(&mut to),
            What::End(reason) => reason.hash(&mut to),
        }
        to.fingerprint()
    }
}

impl Clone for What {
    fn clone(&self) -> Self {
        match self {
            Self::Start => Self::Start,
            Self::Restart => Self::Restart,
            Self::Timer(id, after) => Self::Timer(*id, *after),
            Self::Message(from, message) => Self::Message(*from, message.clone()),
            Self::Signal(signal, incarnation) => Self::Signal(signal.clone(), *incarnation),
            Self::Synced(id, incarnation) => Self::Synced(*id, *incarnation),
            Self::Kill => Self::Kill,
            Self::Begin(by, actor) => Self::Begin(*by, actor.clone()),
            Self::Adopt(slot) => Self::Adopt(*slot),
            Self::Watch(slot) => Self::Watch(*slot),
            Self::Tell(signal) => Self::Tell(signal.clone()),
            Self::End(reason) => Self::End(reason.clone()),
        }
    }
}
