//! What will happen.

use rehearsal_protocol::{Envelope, Incarnation, Protocol, Signal, TimerId, WriteId};

/// Something that will happen.
pub(crate) struct Pending<P: Protocol> {
    /// The slot of the actor, or the number of the node or episode, that it concerns.
    pub(crate) target: u32,
    /// The event that led to it.
    pub(crate) cause: u64,
    /// What.
    pub(crate) what: What<P>,
}

impl<P: Protocol> Clone for Pending<P> {
    fn clone(&self) -> Self {
        Self { what: self.what.clone(), ..*self }
    }
}

/// The kinds of things that happen.
pub(crate) enum What<P: Protocol> {
    Message(Envelope<P::Message>),
    /// A timer runs out, if this arming of it still stands.
    Timer(TimerId, u32),
    /// Boxed, for signals are rare and large, and what waits should fit a cache line.
    Signal(Box<Signal>, Incarnation),
    /// Writes up to this number are durable.
    Synced(WriteId, Incarnation, u64),
    /// An incarnation starts.
    Start(Incarnation),
    /// The actor takes the next item from its mailbox.
    Dispatch(Incarnation),
    /// The actor ends at once.
    Kill,
    /// An actor that nobody spawned starts again, if it is not alive.
    Restart,
    EpisodeBegins,
    EpisodeEnds,
    Heal,
}

impl<P: Protocol> Clone for What<P> {
    fn clone(&self) -> Self {
        match self {
            Self::Message(envelope) => Self::Message(envelope.clone()),
            Self::Timer(id, arm) => Self::Timer(*id, *arm),
            Self::Signal(signal, incarnation) => Self::Signal(signal.clone(), *incarnation),
            Self::Synced(id, incarnation, upto) => Self::Synced(*id, *incarnation, *upto),
            Self::Start(incarnation) => Self::Start(*incarnation),
            Self::Dispatch(incarnation) => Self::Dispatch(*incarnation),
            Self::Kill => Self::Kill,
            Self::Restart => Self::Restart,
            Self::EpisodeBegins => Self::EpisodeBegins,
            Self::EpisodeEnds => Self::EpisodeEnds,
            Self::Heal => Self::Heal,
        }
    }
}
