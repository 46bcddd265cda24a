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

impl<P: Protocol> Clone for Pending<P> {
    fn clone(&self) -> Self {
        Self { what: self.what.clone(), ..*self }
    }
}

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

/// A calendar: a wheel of short buckets for what happens soon, a heap for what happens later.
///
/// The order is exactly that of (time, sequence). A bucket is a list through the slab; when its time comes it is put into a
/// small heap, so that nothing is sorted that is not about to happen. Chosen by measurement over a plain heap, see
/// `benches/README.md`.
pub(crate) struct Queue<P: Protocol> {
    /// Keys of the bucket whose time has come, the next on top.
    current: BinaryHeap<Reverse<u128>>,
    /// The number of that bucket.
    bucket: u64,
    /// For each bucket of the wheel, the slot of the last entry that was put there, or `NONE`.
    wheel: Box<[u32; BUCKETS]>,
    /// Which buckets of the wheel have entries.
    used: [u64; WORDS],
    /// Which words of `used` are not 0.
    used_words: u32,
    /// Keys beyond the wheel.
    later: BinaryHeap<Reverse<u128>>,
    slab: Vec<Slot<P>>,
    free: u32,
    len: u32,
    sequence: u32,
}

/// A place in the slab: either free, or a pending event with its key. `next` links free slots and buckets.
struct Slot<P: Protocol> {
    what: Option<What<P>>,
    cause: u64,
    at: u64,
    target: u32,
    sequence: u32,
    next: u32,
}

impl<P: Protocol> Clone for Slot<P> {
    fn clone(&self) -> Self {
        Self { what: self.what.clone(), ..*self }
    }
}

const NONE: u32 = u32::MAX;
/// A bucket spans 8.192 µs, the wheel 16.8 ms.
const BUCKET_BITS: u32 = 13;
const BUCKETS: usize = 2_048;
const WORDS: usize = BUCKETS / 64;

impl<P: Protocol> Default for Queue<P> {
    fn default() -> Self {
        Self {
            current: BinaryHeap::new(),
            bucket: 0,
            wheel: Box::new([NONE; BUCKETS]),
            used: [0; WORDS],
            used_words: 0,
            later: BinaryHeap::new(),
            slab: Vec::new(),
            free: NONE,
            len: 0,
            sequence: 0,
        }
    }
}

impl<P: Protocol> Clone for Queue<P> {
    fn clone(&self) -> Self {
        Self {
            current: self.current.clone(),
            wheel: self.wheel.clone(),
            later: self.later.clone(),
            slab: self.slab.clone(),
            ..*self
        }
    }
}

impl<P: Protocol> Queue<P> {
    /// Adds what happens at `at`, after all that was added before for the same time.
    ///
    /// # Panics
    ///
    /// After 2^32 additions in one run; the limit on events ends a run long before.
    #[expect(clippy::inline_always, reason = "what happens must be made in its place in the slab")]
    #[inline(always)]
    pub(crate) fn push(&mut self, at: Time, target: u32, cause: u64, what: What<P>) {
        let at = at.as_nanos();
        let sequence = self.sequence;
        self.sequence = sequence.checked_add(1).expect("a run has fewer than 2^32 events");
        self.len += 1;
        let bucket = at >> BUCKET_BITS;
        let in_wheel = bucket > self.bucket && bucket - self.bucket < BUCKETS as u64;
        let place = (bucket as usize) % BUCKETS;
        let next = if in_wheel { self.wheel[place] } else { NONE };
        let slot = self.occupy(at, sequence, next);
        let entry = &mut self.slab[slot as usize];
        (entry.what, entry.cause, entry.target) = (Some(what), cause, target);
        if in_wheel {
            self.wheel[place] = slot;
            self.used[place / 64] |= 1 << (place % 64);
            self.used_words |= 1 << (place / 64);
        } else if bucket <= self.bucket {
            self.current.push(Reverse(key(at, sequence, slot)));
        } else {
            self.later.push(Reverse(key(at, sequence, slot)));
        }
    }

    /// A free slot with a key and a link, still without its event.
    #[inline]
    fn occupy(&mut self, at: u64, sequence: u32, next: u32) -> u32 {
        let slot = self.free;
        if slot == NONE {
            self.slab.push(Slot { what: None, cause: 0, at, target: 0, sequence, next });
            return self.slab.len() as u32 - 1;
        }
        let place = &mut self.slab[slot as usize];
        self.free = place.next;
        (place.at, place.sequence, place.next) = (at, sequence, next);
        slot
    }

    /// Takes what happens next.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<(Time, Pending<P>)> {
        let key = match self.current.pop() {
            Some(Reverse(key)) => key,
            None => self.advance()?,
        };
        let index = key as u32;
        let slot = &mut self.slab[index as usize];
        let what = slot.what.take().expect("a key stands for a pending event");
        let pending = Pending { target: slot.target, cause: slot.cause, what };
        slot.next = self.free;
        self.free = index;
        self.len -= 1;
        Some((Time::from_nanos((key >> 64) as u64), pending))
    }

    /// Goes on to the next bucket that has entries, and takes the first of them.
    fn advance(&mut self) -> Option<u128> {
        let in_wheel = self.next_in_wheel();
        let later = self.later.peek().map(|Reverse(key)| (key >> 64) as u64 >> BUCKET_BITS);
        let next = match (in_wheel, later) {
            (None, None) => return None,
            (Some(bucket), None) | (None, Some(bucket)) => bucket,
            (Some(wheel), Some(later)) => wheel.min(later),
        };
        self.bucket = next;
        while let Some(Reverse(key)) = self.later.peek()
            && (key >> 64) as u64 >> BUCKET_BITS == next
        {
            self.current.extend(self.later.pop());
        }
        if in_wheel == Some(next) {
            return Some(self.open_bucket((next as usize) % BUCKETS));
        }
        self.current.pop().map(|Reverse(key)| key)
    }

    /// Empties a bucket of the wheel into the current heap, but for its first entry, which is returned.
    #[inline]
    fn open_bucket(&mut self, place: usize) -> u128 {
        self.used[place / 64] &= !(1 << (place % 64));
        if self.used[place / 64] == 0 {
            self.used_words &= !(1 << (place / 64));
        }
        let first = std::mem::replace(&mut self.wheel[place], NONE);
        let entry = &self.slab[first as usize];
        let (lone, mut next) = (key(entry.at, entry.sequence, first), entry.next);
        if next == NONE && self.current.is_empty() {
            return lone; // Most buckets have one entry.
        }
        self.current.push(Reverse(lone));
        while next != NONE {
            let entry = &self.slab[next as usize];
            self.current.push(Reverse(key(entry.at, entry.sequence, next)));
            next = entry.next;
        }
        let Some(Reverse(first)) = self.current.pop() else { unreachable!("it has at least one entry") };
        first
    }

    /// The number of the next bucket of the wheel that has entries.
    #[inline]
    fn next_in_wheel(&self) -> Option<u64> {
        if self.used_words == 0 {
            return None;
        }
        let start = (self.bucket as usize + 1) % BUCKETS;
        let (word, bit) = (start / 64, start % 64);
        let here = self.used[word] >> bit;
        let distance = if here != 0 {
            here.trailing_zeros() as usize
        } else {
            // The rest of this word is empty: look from the next word on, around the wheel and back to this word's start.
            let turned = self.used_words.rotate_right(((word + 1) % WORDS) as u32);
            let words = turned.trailing_zeros() as usize;
            let found = (word + 1 + words) % WORDS;
            words * 64 + self.used[found].trailing_zeros() as usize + (64 - bit)
        };
        Some(self.bucket + 1 + distance as u64)
    }

    pub(crate) fn clear(&mut self) {
        self.current.clear();
        self.later.clear();
        if self.used_words != 0 {
            self.wheel.fill(NONE);
            self.used = [0; WORDS];
        }
        self.slab.clear();
        (self.bucket, self.used_words, self.free, self.len, self.sequence) = (0, 0, NONE, 0, 0);
    }

    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    /// Everything that is pending, in the order in which it will happen.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (u64, u32, &What<P>)> {
        let pending = self.slab.iter().filter_map(|slot| Some((slot, slot.what.as_ref()?)));
        let mut pending: Vec<_> = pending.collect();
        pending.sort_unstable_by_key(|(slot, _)| (slot.at, slot.sequence));
        pending.into_iter().map(|(slot, what)| (slot.at, slot.target, what))
    }

    /// How many messages are under way.
    pub(crate) fn messages(&self) -> u64 {
        if self.len == 0 {
            return 0;
        }
        self.slab.iter().filter(|slot| matches!(slot.what, Some(What::Message(_)))).count() as u64
    }
}

/// Time first, then sequence; the slot only says where the rest is.
#[inline]
const fn key(at: u64, sequence: u32, slot: u32) -> u128 {
    (at as u128) << 64 | (sequence as u128) << 32 | slot as u128
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rehearsal_protocol::Protocol;

    use super::*;

    struct Nothing;

    impl Protocol for Nothing {
        type Message = u32;
        type Fact = u32;
    }

    /// Times of all magnitudes, so that every part of the calendar is used.
    fn span() -> impl Strategy<Value = u64> {
        prop_oneof![
            Just(0),
            0u64..100,
            0u64..20_000,
            0u64..17_000_000,
            0u64..40_000_000,
            0u64..10_000_000_000
        ]
    }

    proptest! {
        #[test]
        fn a_calendar_is_a_list_sorted_by_time_and_sequence(
            steps in prop::collection::vec(prop_oneof![3 => span().prop_map(Some), 2 => Just(None)], 0..400),
            cleared in prop::option::of(0usize..400),
        ) {
            let mut queue = Queue::<Nothing>::default();
            let mut model: Vec<(u64, u32)> = Vec::new();
            let mut now = 0;
            for (n, step) in steps.into_iter().enumerate() {
                if cleared == Some(n) {
                    queue.clear();
                    model.clear();
                    now = 0;
                }
                if let Some(span) = step {
                    queue.push(Time::from_nanos(now + span), n as u32, 0, What::Kill);
                    model.push((now + span, n as u32));
                } else {
                    let first = model.iter().copied().min();
                    model.retain(|entry| Some(*entry) != first);
                    let popped = queue.pop().map(|(at, pending)| (at.as_nanos(), pending.target));
                    prop_assert_eq!(popped, first);
                    now = first.map_or(now, |(at, _)| at);
                }
                prop_assert_eq!(queue.len(), model.len());
            }
            model.sort_unstable();
            for expected in model {
                prop_assert_eq!(queue.pop().map(|(at, pending)| (at.as_nanos(), pending.target)), Some(expected));
            }
            prop_assert!(queue.pop().is_none());
        }
    }
}
