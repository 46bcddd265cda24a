//! What is pending, in the order of (time, sequence).

mod key;
mod slab;
mod wheel;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rehearsal_protocol::{Envelope, Protocol, Time};

use super::pending::{Pending, What};
use key::{Key, sort_latest_first};
use slab::{Entry, MOST_IN_BUCKETS, NOTHING, Slab};
use wheel::{Coarse, Fine, Lists};

/// What comes next in a short sorted list, what comes later in a calendar: a wheel of short buckets for what happens soon, a heap for the rest.
///
/// The order is exactly that of (time, sequence). As long as little is pending, all of it is in the list. When there is more, the list holds one
/// bucket of the calendar: nothing is sorted that is not about to happen. What does not fit into the list, since much happens at once, is in a
/// heap beside it. Once very much is pending, buckets are longer. Chosen by measurement, see `benches/README.md`.
pub(crate) struct Queue<P: Protocol> {
    /// What comes up to the end of the open bucket, the next last.
    list: Vec<Key>,
    /// The same, for what found no room in the list.
    crowd: BinaryHeap<Reverse<Key>>,
    /// The last moment of which all entries are in the list: the end of the bucket that was opened last, or of time while the calendar is empty.
    open: u64,
    wheel: Fine,
    /// For each bucket of the wheel, the last entry that was put there, or `NOTHING`. Many short runs never need it.
    heads: Option<Box<[Entry; Fine::BUCKETS]>>,
    /// Once very much is pending, the wheel that is used instead.
    lists: Option<Box<Lists>>,
    /// Keys beyond the wheel.
    later: BinaryHeap<Reverse<Key>>,
    /// When the first of those happens, or the end of time.
    first_later: u64,
    slab: Slab<P>,
    /// How many slots are very much.
    very_much: usize,
    sequence: u32,
    /// If the list is shorter, [`Queue::soon`] tells of the next events in it.
    untold: usize,
}

/// What is due: it still lies where it was put.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due(u32);

/// Among so many, a key finds its place without a branch.
const VERY_FEW: usize = 3;
/// The list is no longer: putting a key in its place costs more the longer it is.
const MOST_IN_LIST: usize = 48;
/// More slots than this do not fit a fast cache.
const VERY_MUCH: usize = 8_192;
const _: () = assert!(VERY_MUCH <= MOST_IN_BUCKETS, "until there are lists, all slots can be in buckets");
/// So many entries of a bucket are put into the list one by one; more are sorted.
const FEW: usize = 8;
/// Of so many events it is told at once whom they concern.
const MOST_AT_ONCE: usize = 32;

/// Puts a key into its place among keys, the latest first, and gives the first of all.
#[inline]
fn pass(keys: &mut [Key], key: Key) -> Key {
    let mut least = key;
    for place in keys {
        (*place, least) = (least.max(*place), least.min(*place));
    }
    least
}

impl<P: Protocol> Default for Queue<P> {
    fn default() -> Self {
        Self {
            list: Vec::with_capacity(MOST_IN_LIST),
            crowd: BinaryHeap::new(),
            open: u64::MAX,
            wheel: Fine::default(),
            heads: None,
            lists: None,
            later: BinaryHeap::new(),
            first_later: u64::MAX,
            slab: Slab::default(),
            very_much: VERY_MUCH,
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
            heads: self.heads.clone(),
            lists: self.lists.clone(),
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
        let key = self.put_into_slab(at.as_nanos(), target, cause, what);
        self.push_key(key);
    }

    /// Adds something without a time: it has its place in the order of what happens at one time, and does not happen before it was [`put`] to one.
    ///
    /// [`put`]: Queue::put
    #[expect(clippy::inline_always, reason = "what happens must be made in its place in the slab")]
    #[inline(always)]
    pub(crate) fn lay(&mut self, target: u32, cause: u64, what: What<P>) -> Due {
        Due(self.put_into_slab(0, target, cause, what).slot())
    }

    #[expect(clippy::inline_always, reason = "what happens must be made in its place in the slab")]
    #[inline(always)]
    fn put_into_slab(&mut self, at: u64, target: u32, cause: u64, what: What<P>) -> Key {
        let sequence = self.sequence;
        self.sequence = sequence.checked_add(1).expect("a run has fewer than 2^32 events");
        if self.slab.is_full() {
            self.grow();
        }
        self.slab.put(at, sequence, target, cause, what)
    }

    /// Sets when that happens which was laid here, or was next and is not due yet.
    pub(crate) fn put(&mut self, due: Due, at: Time) {
        let key = self.slab.set_time(due.0, at.as_nanos());
        self.push_key(key);
    }

    /// Puts a key into its place.
    #[expect(clippy::inline_always, reason = "most often it is a few stores")]
    #[inline(always)]
    fn push_key(&mut self, key: Key) {
        if key.at() <= self.open {
            self.push_soon(key);
        } else {
            self.push_later(key);
        }
    }

    #[cold]
    fn grow(&mut self) {
        if self.slab.grow() == self.very_much && self.lists.is_none() {
            self.use_lists();
        }
    }

    /// Very much is pending: from now on there are lists for buckets, which are longer.
    fn use_lists(&mut self) {
        let mut lists = Box::<Lists>::default();
        if self.open < u64::MAX {
            lists.wheel.open(Coarse::bucket(self.open));
            self.open = lists.wheel.end();
            self.take_later();
            sort_latest_first(&mut self.list);
        }
        self.lists = Some(lists);
        for place in self.wheel.reset() {
            let mut next = self.take_head(place);
            while next != NOTHING {
                let (key, after) = self.slab.entry(next);
                self.push_key(key);
                next = after;
            }
        }
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
        // Most often it comes among the next few: it goes past those without a branch.
        match self.list.last_chunk_mut::<VERY_FEW>() {
            Some(next) if key < next[0] => {
                let least = pass(next, key);
                self.list.push(least);
            }
            _ => self.push_before(key),
        }
    }

    /// Puts a key into its place in the list, which is before the next few.
    #[inline(never)]
    fn push_before(&mut self, key: Key) {
        let others = &self.list[..self.list.len() - VERY_FEW];
        let place = if others.len() <= FEW {
            others.iter().rposition(|known| key < *known).map_or(0, |before| before + 1)
        } else {
            others.partition_point(|known| key < *known)
        };
        self.list.insert(place, key);
    }

    /// Puts a key into its place among very few. It goes past all of them without a branch, for how far it goes is anyone's guess.
    #[inline]
    fn push_among_few(&mut self, key: Key) {
        let least = pass(&mut self.list, key);
        self.list.push(least);
    }

    /// The list is full. If it holds all of time, from now on it holds one bucket.
    #[cold]
    fn push_into_crowd(&mut self, key: Key) {
        if self.open < u64::MAX {
            return self.crowd.push(Reverse(key));
        }
        let first = self.list.last().map_or(key, |first| key.min(*first)).at();
        self.open = if let Some(lists) = &mut self.lists {
            lists.wheel.open(Coarse::bucket(first));
            lists.wheel.end()
        } else {
            self.wheel.open(Fine::bucket(first));
            self.wheel.end()
        };
        let later = key::later_than(&self.list, self.open);
        for place in 0..later {
            self.push_later(self.list[place]);
        }
        key::remove_first(&mut self.list, later);
        if key.at() > self.open {
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
        let (Some(heads), None) = (&mut self.heads, &self.lists) else {
            return self.push_otherwise(key);
        };
        match self.wheel.mark(key.at()) {
            Some(place) => self.slab.link(key.slot(), &mut heads[place]),
            None => self.push_far(key),
        }
    }

    /// Puts a key beyond the wheel.
    #[inline(never)]
    fn push_far(&mut self, key: Key) {
        self.first_later = self.first_later.min(key.at());
        self.later.push(Reverse(key));
    }

    /// Puts a key into the calendar if there are lists, or if it is needed for the first time.
    #[inline(never)]
    fn push_otherwise(&mut self, key: Key) {
        if let Some(lists) = &mut self.lists {
            if !lists.push(key) {
                self.push_far(key);
            }
            return;
        }
        self.heads.get_or_insert_with(|| Box::new([NOTHING; Fine::BUCKETS]));
        self.push_later(key);
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
        let slot = self.slab.get(due.0);
        (slot.target, slot.cause, slot.message())
    }

    /// The message that is due.
    pub(crate) fn message(&self, due: Due) -> &Envelope<P::Message> {
        self.slab.get(due.0).message().unwrap_or_else(|| unreachable!("a message is due"))
    }

    /// Takes what is due out of its place.
    #[inline]
    pub(crate) fn take(&mut self, due: Due) -> What<P> {
        self.slab.take(due.0).expect("a key stands for a pending event")
    }

    /// Takes the message that is due out of its place.
    #[inline]
    pub(crate) fn take_message(&mut self, due: Due) -> Envelope<P::Message> {
        match self.slab.take(due.0) {
            Some(What::Message(envelope)) => envelope,
            _ => unreachable!("a message is due"),
        }
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
        if self.lists.is_some() {
            return self.advance_in_lists();
        }
        let next = self.wheel.next();
        if Fine::bucket(self.first_later) <= next {
            return self.advance_to_later();
        }
        let first = self.open_bucket(next);
        let (key, second) = self.slab.entry(first);
        if !Slab::<P>::is_followed(first) {
            return key; // Most buckets have one entry.
        }
        let (other, _) = self.slab.entry(second);
        if !Slab::<P>::is_followed(second) {
            self.list.push(key.max(other)); // And many have two.
            return key.min(other);
        }
        self.push_bucket(first);
        self.next_key()
    }

    /// Opens a bucket of the wheel. Gives its first entry.
    #[inline]
    fn open_bucket(&mut self, bucket: u64) -> Entry {
        let place = self.wheel.open(bucket);
        self.open = self.end_of_open(self.wheel.is_empty(), self.wheel.end());
        self.take_head(place)
    }

    /// What the list holds all entries of, after a bucket was opened.
    #[inline]
    fn end_of_open(&self, empty: bool, end: u64) -> u64 {
        if empty && self.first_later == u64::MAX { u64::MAX } else { end }
    }

    /// The first entry of a bucket, which is empty from now on.
    #[inline]
    fn take_head(&mut self, place: usize) -> Entry {
        self.heads.as_mut().map_or(NOTHING, |heads| std::mem::replace(&mut heads[place], NOTHING))
    }

    /// Puts the entries of a bucket into the list.
    #[inline]
    fn push_bucket(&mut self, first: Entry) {
        let mut next = first;
        while next != NOTHING && self.list.len() < FEW {
            let (key, after) = self.slab.entry(next);
            self.push_soon(key);
            next = after;
        }
        if next != NOTHING {
            self.push_large_bucket(next);
        }
    }

    /// Puts the many entries of a bucket into the list, which may be longer then than one that is kept in order key by key.
    #[cold]
    fn push_large_bucket(&mut self, first: Entry) {
        let mut next = first;
        while next != NOTHING {
            let (key, after) = self.slab.entry(next);
            self.list.push(key);
            next = after;
        }
        sort_latest_first(&mut self.list);
    }

    /// Opens the next bucket once there are lists.
    #[inline(never)]
    fn advance_in_lists(&mut self) -> Key {
        let Some(lists) = &mut self.lists else { unreachable!("there are lists") };
        let next = lists.wheel.next().min(Coarse::bucket(self.first_later));
        if lists.wheel.is_empty() && self.first_later == u64::MAX {
            return Key::NEVER;
        }
        lists.open(next, &mut self.list);
        let (empty, end) = (lists.wheel.is_empty(), lists.wheel.end());
        self.open = end;
        self.take_later();
        self.open = self.end_of_open(empty, end);
        sort_latest_first(&mut self.list);
        self.untold = self.list.len() + 1;
        self.next_key()
    }

    /// Opens a bucket that has entries beyond the wheel, and perhaps in it, too.
    #[cold]
    fn advance_to_later(&mut self) -> Key {
        if self.first_later == u64::MAX {
            return Key::NEVER;
        }
        let place = self.wheel.open(Fine::bucket(self.first_later));
        self.open = self.wheel.end();
        self.take_later();
        let first = self.take_head(place);
        self.push_large_bucket(first);
        self.open = self.end_of_open(self.wheel.is_empty(), self.open);
        self.next_key()
    }

    /// Appends to the list what is in the open bucket and was beyond the wheel.
    fn take_later(&mut self) {
        while self.first_later <= self.open {
            let Some(Reverse(key)) = self.later.pop() else { unreachable!("it was there") };
            self.list.push(key);
            self.first_later = self.later.peek().map_or(u64::MAX, |Reverse(key)| key.at());
        }
    }

    /// Whom the next events concern, the first last, if very much is pending and it was not told yet.
    #[inline]
    pub(crate) fn soon(&mut self) -> Option<Soon> {
        if self.list.len() >= self.untold {
            return None;
        }
        let first = self.list.len().saturating_sub(MOST_AT_ONCE);
        self.untold = if first == 0 { 0 } else { first + 1 };
        let keys = &self.list[first..];
        let mut soon = Soon { targets: [0; MOST_AT_ONCE], count: keys.len() };
        for (place, key) in keys.iter().enumerate() {
            soon.targets[place] = self.slab.get(key.slot()).target;
        }
        Some(soon)
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.crowd.clear();
        self.later.clear();
        if let Some(heads) = &mut self.heads
            && !self.wheel.is_empty()
        {
            heads.fill(NOTHING);
        }
        self.wheel = Fine::default();
        if let Some(lists) = &mut self.lists {
            lists.clear();
        }
        self.slab.clear();
        (self.open, self.first_later, self.sequence, self.untold) = (u64::MAX, u64::MAX, 0, 0);
    }

    pub(crate) fn len(&self) -> usize {
        self.slab.len()
    }

    /// Everything that is pending, in the order in which it will happen.
    pub(crate) fn in_order(&self) -> InOrder<'_, P> {
        InOrder { slab: &self.slab, keys: self.slab.pending() }
    }

    /// How many messages are under way.
    pub(crate) fn messages(&self) -> u64 {
        if self.len() == 0 {
            return 0;
        }
        self.slab.messages()
    }
}

/// Whom the next events concern, the first last.
pub(crate) struct Soon {
    targets: [u32; MOST_AT_ONCE],
    count: usize,
}

impl Soon {
    pub(crate) fn targets(&self) -> &[u32] {
        &self.targets[..self.count]
    }
}

/// What is still to be told of what is pending.
pub(crate) struct InOrder<'a, P: Protocol> {
    slab: &'a Slab<P>,
    /// The latest first.
    keys: Vec<Key>,
}

impl<'a, P: Protocol> Iterator for InOrder<'a, P> {
    type Item = (u64, u32, &'a What<P>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.keys.pop()?;
        let slot = self.slab.get(key.slot());
        Some((key.at(), slot.target, slot.what.as_ref().expect("it is pending")))
    }
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
            steps in prop::collection::vec(prop_oneof![5 => span().prop_map(Some), 3 => Just(None)], 0..400),
            cleared in prop::option::of(0usize..400),
            very_much in prop_oneof![Just(24_usize), Just(40), Just(80), Just(VERY_MUCH)],
        ) {
            let mut queue = Queue::<Nothing> { very_much, ..Queue::default() };
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

    #[test]
    fn what_was_far_away_keeps_its_place_when_very_much_is_pending_from_one_event_to_the_next() {
        let mut queue = Queue::<Nothing> { very_much: 40, ..Queue::default() };
        let add = |queue: &mut Queue<Nothing>, at| queue.push(Time::from_nanos(at), 0, 0, What::Kill);
        let next = |queue: &mut Queue<Nothing>| queue.pop().map(|(at, _)| at.as_nanos());
        (0..=34).for_each(|n| add(&mut queue, n * 1_000_000));
        let bucket = 1_526 << 15;
        let (first, far) = (bucket + 1_000, bucket + 10_000);
        add(&mut queue, far);
        (0..=34).for_each(|n| assert_eq!(next(&mut queue), Some(n * 1_000_000)));
        add(&mut queue, first);
        assert_eq!(
            next(&mut queue),
            Some(first),
            "now `far` is beyond the open bucket, and within a longer one"
        );
        (0..40).for_each(|n| add(&mut queue, bucket + 20_000 + n));
        assert_eq!(next(&mut queue), Some(far));
        (0..40).for_each(|n| assert_eq!(next(&mut queue), Some(bucket + 20_000 + n)));
        assert_eq!(next(&mut queue), None);
    }
}
