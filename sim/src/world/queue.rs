//! What is pending, in the order of (time, sequence).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rehearsal_protocol::{Envelope, Incarnation, Protocol, Signal, Time, TimerId, WriteId};

/// Something that will happen.
pub(crate) struct Pending<P: Protocol> {
    /// The slot of the actor, or the number of the node or episode, that it concerns.
    pub(crate) target: u32,
    /// The event that led to it.
    pub(crate) cause: u64,
    /// What.
    pub(crate) what: What<P>,
}

pub(crate) enum What<P: Protocol> {
    Message(Envelope<P::Message>),
    /// A timer runs out, if this arming of it still stands.
    Timer(TimerId, u32),
    Signal(Signal, Incarnation),
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

impl<P: Protocol> Clone for Pending<P> {
    fn clone(&self) -> Self {
        let what = match &self.what {
            What::Message(envelope) => What::Message(envelope.clone()),
            What::Timer(id, arm) => What::Timer(*id, *arm),
            What::Signal(signal, incarnation) => What::Signal(signal.clone(), *incarnation),
            What::Synced(id, incarnation, upto) => What::Synced(*id, *incarnation, *upto),
            What::Start(incarnation) => What::Start(*incarnation),
            What::Dispatch(incarnation) => What::Dispatch(*incarnation),
            What::Kill => What::Kill,
            What::Restart => What::Restart,
            What::EpisodeBegins => What::EpisodeBegins,
            What::EpisodeEnds => What::EpisodeEnds,
            What::Heal => What::Heal,
        };
        Self { target: self.target, cause: self.cause, what }
    }
}

/// A heap of small keys over a slab of payloads that stay put.
pub(crate) struct Queue<P: Protocol> {
    heap: BinaryHeap<Reverse<u128>>,
    slab: Vec<Option<Pending<P>>>,
    free: Vec<u32>,
    sequence: u32,
}

impl<P: Protocol> Default for Queue<P> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), slab: Vec::new(), free: Vec::new(), sequence: 0 }
    }
}

impl<P: Protocol> Clone for Queue<P> {
    fn clone(&self) -> Self {
        Self {
            heap: self.heap.clone(),
            slab: self.slab.clone(),
            free: self.free.clone(),
            sequence: self.sequence,
        }
    }
}

impl<P: Protocol> Queue<P> {
    /// Adds what happens at `at`, after all that was added before for the same time.
    ///
    /// # Panics
    ///
    /// After 2^32 additions in one run; the limit on events ends a run long before.
    #[inline]
    pub(crate) fn push(&mut self, at: Time, pending: Pending<P>) {
        let slot = if let Some(slot) = self.free.pop() {
            self.slab[slot as usize] = Some(pending);
            slot
        } else {
            self.slab.push(Some(pending));
            self.slab.len() as u32 - 1
        };
        let key = u128::from(at.as_nanos()) << 64 | u128::from(self.sequence) << 32 | u128::from(slot);
        self.sequence = self.sequence.checked_add(1).expect("a run has fewer than 2^32 events");
        self.heap.push(Reverse(key));
    }

    /// Takes what happens next.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<(Time, Pending<P>)> {
        let Reverse(key) = self.heap.pop()?;
        let slot = key as u32;
        self.free.push(slot);
        let pending = self.slab[slot as usize].take().expect("a key stands for a payload");
        Some((Time::from_nanos((key >> 64) as u64), pending))
    }

    pub(crate) fn clear(&mut self) {
        self.heap.clear();
        self.slab.clear();
        self.free.clear();
        self.sequence = 0;
    }

    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    /// How many messages are under way.
    pub(crate) fn messages(&self) -> u64 {
        let is_message = |pending: &&Pending<P>| matches!(pending.what, What::Message(_));
        self.slab.iter().flatten().filter(is_message).count() as u64
    }
}
