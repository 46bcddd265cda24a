//! What is pending, in the order of (time, sequence).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rehearsal_protocol::{Envelope, Protocol, Time};

use super::pending::{Pending, What};

/// What comes next in a short sorted list, what comes later in a calendar: a wheel of short buckets for what happens soon, a heap for the rest.
///
/// The order is exactly that of (time, sequence). As long as little is pending, all of it is in the list. When there is more, the list holds one
/// bucket of the calendar: nothing is sorted that is not about to happen. What does not fit into the list, since much happens at once, is in a
/// heap beside it. Chosen by measurement, see `benches/README.md`.
pub(crate) struct Queue<P: Protocol> {
    /// What comes before the end of the open bucket, the next last.
    list: Vec<Key>,
    /// The same, for what found no room in the list.
    crowd: BinaryHeap<Reverse<Key>>,
    /// The last bucket whose entries are in the list: the open one, or all of time while the calendar is empty.
    open: u64,
    /// The number of the bucket that was opened last; the wheel begins after it.
    bucket: u64,
    /// For each bucket of the wheel, the slot of the last entry that was put there, or `NONE`. Many short runs never need it.
    wheel: Option<Box<[u32; BUCKETS]>>,
    /// The buckets once very much is pending: lists of keys, for to walk links through memory that fits no cache takes a miss for each.
    crowded: Option<Box<[Vec<Key>]>>,
    /// Which buckets of the wheel have entries.
    used: [u64; WORDS],
    /// Which words of `used` are not 0.
    used_words: u64,
    /// Keys beyond the wheel.
    later: BinaryHeap<Reverse<Key>>,
    /// The bucket of the first of those, or the end of time.
    first_later: u64,
    slab: Vec<Slot<P>>,
    free: u32,
    len: u32,
    sequence: u32,
    /// If the list is shorter, [`Queue::soon`] tells of the next events in it.
    untold: usize,
}

/// Time first, then sequence; the slot only says where the rest is. One number and no structure: parts that are written one by one and read
/// together stall the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u128);

impl Key {
    #[inline]
    const fn new(at: u64, sequence: u32, slot: u32) -> Self {
        Self((at as u128) << 64 | (sequence as u128) << 32 | slot as u128)
    }

    #[inline]
    const fn at(self) -> u64 {
        (self.0 >> 64) as u64
    }

    #[inline]
    const fn slot(self) -> u32 {
        self.0 as u32
    }

    #[inline]
    const fn bucket(self) -> u64 {
        self.at() >> BUCKET_BITS
    }

    /// After all others: nothing is pending. Time does not get as far.
    const NEVER: Self = Self(u128::MAX);
}

/// What is due: it still lies where it was put, so that it is moved once, to where it is needed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due(u32);

/// A place in the slab: a pending event with its key, or none if it is free. `next` links buckets and free places. A cache line, if messages
/// are small.
#[repr(align(64))]
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
/// Among so many, a key finds its place without a branch.
const VERY_FEW: usize = 3;
/// The list is no longer: putting a key in its place costs more the longer it is.
const MOST_IN_LIST: usize = 32;
/// More slots than this do not fit a fast cache.
const VERY_MUCH: usize = if cfg!(test) { 24 } else { 8_192 };
/// So many entries of a bucket are put into the list one by one; more are sorted.
const FEW: usize = 8;
/// Of so many events it is told at once whom they concern.
const MOST_AT_ONCE: usize = 32;

impl<P: Protocol> Default for Queue<P> {
    fn default() -> Self {
        Self {
            list: Vec::with_capacity(MOST_IN_LIST),
            crowd: BinaryHeap::new(),
            open: u64::MAX,
            bucket: 0,
            wheel: None,
            crowded: None,
            used: [0; WORDS],
            used_words: 0,
            later: BinaryHeap::new(),
            first_later: u64::MAX,
            slab: Vec::new(),
            free: NONE,
            len: 0,
            sequence: 0,
            untold: 0,
        }
    }
}

impl<P: Protocol> Clone for Queue<P> {
    fn clone(&self) -> Self {
        Self {
            list: self.list.clone(),
            crowd: self.crowd.clone(),
            wheel: self.wheel.clone(),
            crowded: self.crowded.clone(),
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
        let sequence = self.sequence;
        self.sequence = sequence.checked_add(1).expect("a run has fewer than 2^32 events");
        self.len += 1;
        let at = at.as_nanos();
        let index = self.free_slot();
        let slot = &mut self.slab[index as usize];
        self.free = slot.next;
        (slot.what, slot.cause, slot.target) = (Some(what), cause, target);
        (slot.at, slot.sequence, slot.next) = (at, sequence, NONE);
        self.push_key(Key::new(at, sequence, index));
    }

    /// Adds something without a time: it has its place in the order of what happens at one time, and does not happen before it was [`put`] to one.
    ///
    /// [`put`]: Queue::put
    pub(crate) fn lay(&mut self, target: u32, cause: u64, what: What<P>) -> Due {
        let sequence = self.sequence;
        self.sequence = sequence.checked_add(1).expect("a run has fewer than 2^32 events");
        self.len += 1;
        let index = self.free_slot();
        let slot = &mut self.slab[index as usize];
        self.free = slot.next;
        (slot.what, slot.cause, slot.target) = (Some(what), cause, target);
        slot.sequence = sequence;
        Due(index)
    }

    /// Sets when that happens which was laid here, or was next and is not due yet.
    pub(crate) fn put(&mut self, due: Due, at: Time) {
        let slot = &mut self.slab[due.0 as usize];
        (slot.at, slot.next) = (at.as_nanos(), NONE);
        let key = Key::new(slot.at, slot.sequence, due.0);
        self.push_key(key);
    }

    /// Puts a key into its place.
    #[expect(clippy::inline_always, reason = "most often it is a few stores")]
    #[inline(always)]
    fn push_key(&mut self, key: Key) {
        if key.bucket() <= self.open {
            self.push_soon(key);
        } else {
            self.push_later(key);
        }
    }

    /// The first free slot.
    #[inline]
    fn free_slot(&mut self) -> u32 {
        if self.free == NONE { self.add_slot() } else { self.free }
    }

    #[cold]
    fn add_slot(&mut self) -> u32 {
        self.slab.push(Slot { what: None, cause: 0, at: 0, target: 0, sequence: 0, next: NONE });
        if self.slab.len() == VERY_MUCH {
            self.crowded.get_or_insert_with(|| vec![Vec::new(); BUCKETS].into());
        }
        self.slab.len() as u32 - 1
    }

    /// Puts a key into its place in the list.
    #[expect(clippy::inline_always, reason = "most often it is a store and a comparison")]
    #[inline(always)]
    fn push_soon(&mut self, key: Key) {
        if self.list.len() <= VERY_FEW {
            return self.push_among_few(key);
        }
        if self.list.len() >= MOST_IN_LIST {
            return self.push_into_crowd(key);
        }
        let mut place = self.list.len();
        self.list.push(key);
        while place > 0 && self.list[place - 1] < key {
            self.list[place] = self.list[place - 1];
            place -= 1;
        }
        self.list[place] = key;
    }

    /// Puts a key into its place among very few. It goes past all of them without a branch, for how far it goes is anyone's guess.
    #[inline]
    fn push_among_few(&mut self, key: Key) {
        let mut least = key;
        for place in &mut self.list {
            (*place, least) = (least.max(*place), least.min(*place));
        }
        self.list.push(least);
    }

    /// The list is full. If it holds all of time, from now on it holds one bucket.
    #[cold]
    fn push_into_crowd(&mut self, key: Key) {
        if self.open < u64::MAX {
            return self.crowd.push(Reverse(key));
        }
        let first = self.list.last().map_or(key, |first| key.min(*first));
        (self.open, self.bucket) = (first.bucket(), first.bucket());
        let later = self.list.iter().take_while(|key| key.bucket() > self.open).count();
        let mut list = std::mem::take(&mut self.list);
        list.drain(..later).for_each(|key| self.push_later(key));
        self.list = list;
        if key.bucket() > self.open {
            self.push_later(key);
        } else if self.list.len() < MOST_IN_LIST {
            self.push_soon(key);
        } else {
            self.crowd.push(Reverse(key));
        }
    }

    /// Puts a key into the calendar.
    #[inline]
    fn push_later(&mut self, key: Key) {
        let bucket = key.bucket();
        if bucket - self.bucket >= BUCKETS as u64 {
            return self.push_far(key);
        }
        let place = (bucket as usize) % BUCKETS;
        self.used[place / 64] |= 1 << (place % 64);
        self.used_words |= 1 << (place / 64);
        match &mut self.wheel {
            Some(wheel) if self.crowded.is_none() => {
                self.slab[key.slot() as usize].next = std::mem::replace(&mut wheel[place], key.slot());
            }
            _ => self.push_otherwise(place, key),
        }
    }

    /// Puts a key beyond the wheel.
    #[inline(never)]
    fn push_far(&mut self, key: Key) {
        self.first_later = self.first_later.min(key.bucket());
        self.later.push(Reverse(key));
    }

    /// Puts a key into a bucket of a crowded calendar, or of a wheel that is needed for the first time.
    #[inline(never)]
    fn push_otherwise(&mut self, place: usize, key: Key) {
        if let Some(crowded) = &mut self.crowded {
            return crowded[place].push(key);
        }
        let wheel = self.wheel.get_or_insert_with(new_wheel);
        self.slab[key.slot() as usize].next = std::mem::replace(&mut wheel[place], key.slot());
    }

    /// What happens next, and when. It must be taken before anything else is asked of the queue.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<(Time, Due)> {
        let key = self.next_key();
        (key.at() != Key::NEVER.at()).then(|| (Time::from_nanos(key.at()), Due(key.slot())))
    }

    /// Whom it concerns, what led to it, and the message, if it is one.
    #[inline]
    pub(crate) fn look(&self, due: Due) -> (u32, u64, Option<&Envelope<P::Message>>) {
        let slot = &self.slab[due.0 as usize];
        let message = match &slot.what {
            Some(What::Message(envelope)) => Some(envelope),
            _ => None,
        };
        (slot.target, slot.cause, message)
    }

    /// The message that is due.
    pub(crate) fn message(&self, due: Due) -> &Envelope<P::Message> {
        match &self.slab[due.0 as usize].what {
            Some(What::Message(envelope)) => envelope,
            _ => unreachable!("a message is due"),
        }
    }

    /// Takes what is due out of its place.
    #[inline]
    pub(crate) fn take(&mut self, due: Due) -> What<P> {
        self.empty(due).expect("a key stands for a pending event")
    }

    /// Takes the message that is due out of its place.
    #[inline]
    pub(crate) fn take_message(&mut self, due: Due) -> Envelope<P::Message> {
        match self.empty(due) {
            Some(What::Message(envelope)) => envelope,
            _ => unreachable!("a message is due"),
        }
    }

    /// Makes a place free.
    #[expect(
        clippy::inline_always,
        reason = "what was there is moved to where it is needed, and not by way of the stack"
    )]
    #[inline(always)]
    fn empty(&mut self, due: Due) -> Option<What<P>> {
        let slot = &mut self.slab[due.0 as usize];
        slot.next = self.free;
        self.free = due.0;
        self.len -= 1;
        slot.what.take()
    }

    /// Takes what happens next.
    pub(crate) fn pop(&mut self) -> Option<(Time, Pending<P>)> {
        let (at, due) = self.next()?;
        let (target, cause, _) = self.look(due);
        Some((at, Pending { target, cause, what: self.take(due) }))
    }

    /// Takes the key of what happens next.
    #[inline]
    fn next_key(&mut self) -> Key {
        if !self.crowd.is_empty() {
            return self.next_of_crowd();
        }
        match self.list.pop() {
            Some(key) => key,
            None => self.advance(),
        }
    }

    #[cold]
    fn next_of_crowd(&mut self) -> Key {
        let crowd = self.crowd.peek().map_or(Key::NEVER, |Reverse(key)| *key);
        match self.list.last() {
            Some(first) if *first < crowd => self.list.pop().unwrap_or(Key::NEVER),
            _ => self.crowd.pop().map_or(Key::NEVER, |Reverse(key)| key),
        }
    }

    /// Opens the next bucket that has entries, and takes the first of them.
    #[inline(never)]
    fn advance(&mut self) -> Key {
        let next = self.next_in_wheel();
        if self.first_later <= next {
            return self.advance_to_later();
        }
        (self.bucket, self.open) = (next, next);
        let place = (next as usize) % BUCKETS;
        let word = &mut self.used[place / 64];
        *word &= !(1 << (place % 64));
        if *word == 0 {
            self.used_words &= !(1 << (place / 64));
            if self.used_words == 0 && self.first_later == u64::MAX {
                self.open = u64::MAX; // The calendar is empty.
            }
        }
        let first = self.take_bucket(place);
        if self.crowded.is_some() {
            self.push_crowded_bucket(place, first);
            return self.next_key();
        }
        let (key, after) = self.entry(first);
        if after == NONE {
            return key; // Many buckets have one entry.
        }
        let (other, after) = self.entry(after);
        if after == NONE {
            self.list.push(key.max(other)); // And many have two.
            return key.min(other);
        }
        self.push_bucket(first);
        self.next_key()
    }

    /// The key of an entry of a bucket, and where the one after it is.
    #[inline]
    fn entry(&self, index: u32) -> (Key, u32) {
        let Slot { at, sequence, next, .. } = self.slab[index as usize];
        (Key::new(at, sequence, index), next)
    }

    /// The slot of the first entry of a bucket, which is empty from now on.
    #[inline]
    fn take_bucket(&mut self, place: usize) -> u32 {
        self.wheel.as_mut().map_or(NONE, |wheel| std::mem::replace(&mut wheel[place], NONE))
    }

    /// Puts the entries of a bucket into the list.
    #[inline]
    fn push_bucket(&mut self, first: u32) {
        let mut next = first;
        while next != NONE && self.list.len() < FEW {
            let (key, after) = self.entry(next);
            self.push_soon(key);
            next = after;
        }
        if next != NONE {
            self.push_large_bucket(next);
        }
    }

    /// Puts the many entries of a bucket into the list, which may be longer then than one that is kept in order key by key.
    #[cold]
    fn push_large_bucket(&mut self, first: u32) {
        let mut next = first;
        while next != NONE {
            let (key, after) = self.entry(next);
            self.list.push(key);
            next = after;
        }
        sort_latest_first(&mut self.list);
    }

    /// Puts the entries of a bucket of a crowded calendar into the list, with those that it has from the time before it was crowded.
    #[cold]
    fn push_crowded_bucket(&mut self, place: usize, first: u32) {
        if let Some(crowded) = &mut self.crowded {
            self.list.append(&mut crowded[place]);
        }
        self.push_large_bucket(first);
        self.untold = self.list.len() + 1;
    }

    /// Whom the next events concern, the first last, if very much is pending and it was not told yet.
    #[inline]
    pub(crate) fn soon(&mut self) -> Option<impl Iterator<Item = u32> + Clone + '_> {
        if self.list.len() >= self.untold {
            return None;
        }
        let first = self.list.len().saturating_sub(MOST_AT_ONCE);
        self.untold = if first == 0 { 0 } else { first + 1 };
        Some(self.list[first..].iter().map(|key| self.slab[key.slot() as usize].target))
    }

    /// Opens a bucket that has entries beyond the wheel, and perhaps in it, too.
    #[cold]
    fn advance_to_later(&mut self) -> Key {
        let next = self.first_later;
        if next == u64::MAX {
            return Key::NEVER;
        }
        (self.bucket, self.open) = (next, next);
        while self.later.peek().is_some_and(|Reverse(key)| key.bucket() == next) {
            let Some(Reverse(key)) = self.later.pop() else { unreachable!("it was there") };
            self.push_soon(key);
        }
        self.first_later = self.later.peek().map_or(u64::MAX, |Reverse(key)| key.bucket());
        let place = (next as usize) % BUCKETS;
        let first = self.take_bucket(place);
        self.used[place / 64] &= !(1 << (place % 64));
        if self.used[place / 64] == 0 {
            self.used_words &= !(1 << (place / 64));
        }
        if first != NONE {
            self.push_bucket(first);
        }
        self.push_crowded_bucket(place, NONE);
        if self.used_words == 0 && self.first_later == u64::MAX {
            self.open = u64::MAX;
        }
        self.next_key()
    }

    /// The number of the next bucket of the wheel that has entries, or the end of time.
    #[inline]
    fn next_in_wheel(&self) -> u64 {
        let start = (self.bucket as usize + 1) % BUCKETS;
        let (word, bit) = (start / 64, start % 64);
        let here = self.used[word] >> bit;
        if here != 0 {
            return self.bucket + 1 + u64::from(here.trailing_zeros());
        }
        if self.used_words == 0 {
            return u64::MAX;
        }
        // The rest of this word is empty: look from the next word on, around the wheel and back to this word's start.
        let words = turned(self.used_words, (word + 1) % WORDS).trailing_zeros() as usize;
        let found = (word + 1 + words) % WORDS;
        self.bucket + 1 + (words * 64 + self.used[found].trailing_zeros() as usize + (64 - bit)) as u64
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.crowd.clear();
        self.later.clear();
        if self.used_words != 0 {
            self.wheel.iter_mut().for_each(|wheel| wheel.fill(NONE));
            self.crowded.iter_mut().flat_map(|buckets| buckets.iter_mut()).for_each(Vec::clear);
            self.used = [0; WORDS];
        }
        self.slab.clear();
        self.untold = 0;
        (self.open, self.bucket, self.used_words, self.first_later) = (u64::MAX, 0, 0, u64::MAX);
        (self.free, self.len, self.sequence) = (NONE, 0, 0);
    }

    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    /// Everything that is pending, in the order in which it will happen.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (u64, u32, &What<P>)> {
        let pending = (0..).zip(&self.slab).filter(|(_, slot)| slot.what.is_some());
        let mut keys: Vec<_> = pending.map(|(index, slot)| Key::new(slot.at, slot.sequence, index)).collect();
        sort_latest_first(&mut keys);
        keys.into_iter().rev().filter_map(|key| {
            let slot = &self.slab[key.slot() as usize];
            Some((slot.at, slot.target, slot.what.as_ref()?))
        })
    }

    /// How many messages are under way.
    pub(crate) fn messages(&self) -> u64 {
        if self.len == 0 {
            return 0;
        }
        self.slab.iter().filter(|slot| matches!(slot.what, Some(What::Message(_)))).count() as u64
    }
}

/// Sorts keys so that what happens first is last. It depends on no protocol, so it is compiled once.
fn sort_latest_first(keys: &mut [Key]) {
    keys.sort_unstable_by(|a, b| b.cmp(a));
}

#[cold]
fn new_wheel() -> Box<[u32; BUCKETS]> {
    Box::new([NONE; BUCKETS])
}

/// The bits of a word of `WORDS` bits, beginning with one of them.
#[inline]
fn turned(bits: u64, first: usize) -> u64 {
    bits >> first | bits << ((WORDS - first) % WORDS)
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
