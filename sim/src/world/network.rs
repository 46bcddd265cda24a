//! When and whether a message arrives.

use std::hash::{Hash, Hasher};

use rehearsal_protocol::{Envelope, Incarnation, MessageId, Protocol, Signal, Time};

use super::World;
use super::queue::What;
use super::weather::Passage;
use crate::choice::Stream;
use crate::choice::stream::delay_key;
use crate::trace::digest::digest;
use crate::trace::{EventKind, Payload};

/// For each pair of actors, how many messages went from one to the other, and when the last arrives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    entries: Vec<Pair>,
    used: usize,
    generation: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    key: u64,
    last: u64,
    generation: u32,
    count: u32,
}

impl Pairs {
    /// Forgets all pairs without touching the table.
    pub(crate) fn reset(&mut self) {
        self.used = 0;
        self.generation = match self.generation.checked_add(1) {
            Some(next) => next,
            None => {
                self.entries.fill(Pair::default());
                1
            }
        };
    }

    /// The number of the next message of a pair, and when the last one arrives.
    #[inline]
    pub(super) fn next(&mut self, from: u32, to: u32) -> (u32, &mut u64) {
        if (self.used + 1) * 4 > self.entries.len() * 3 {
            self.grow();
        }
        let key = u64::from(from) << 32 | u64::from(to);
        let index = self.find(key);
        let pair = &mut self.entries[index];
        if pair.generation != self.generation {
            *pair = Pair { key, last: 0, generation: self.generation, count: 0 };
            self.used += 1;
        }
        let pair = &mut self.entries[index];
        pair.count += 1;
        (pair.count - 1, &mut pair.last)
    }

    /// Feeds when the last message of each pair arrives, for those that keep their order and are still under way.
    pub(crate) fn feed(&self, now: Time, to: &mut impl Hasher) {
        let present = |pair: &&Pair| pair.generation == self.generation && pair.last > now.as_nanos();
        let mut under_way: Vec<_> =
            self.entries.iter().filter(present).map(|pair| (pair.key, pair.last)).collect();
        under_way.sort_unstable();
        under_way.hash(to);
    }

    /// The place of a pair, or the empty one where it belongs.
    #[inline]
    fn find(&self, key: u64) -> usize {
        let mask = self.entries.len() - 1;
        let mut index = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask;
        loop {
            let pair = &self.entries[index];
            if pair.generation != self.generation || pair.key == key {
                return index;
            }
            index = (index + 1) & mask;
        }
    }

    #[cold]
    fn grow(&mut self) {
        let larger = vec![Pair::default(); (self.entries.len() * 2).max(64)];
        let old = std::mem::replace(&mut self.entries, larger);
        let generation = self.generation;
        for pair in old.into_iter().filter(|pair| pair.generation == generation) {
            let index = self.find(pair.key);
            self.entries[index] = pair;
        }
    }
}

/// When something that was sent arrives.
enum Transit {
    At(Time),
    Twice(Time, Time),
    Lost,
}

impl<P: Protocol> World<P> {
    /// Sends a message on its way.
    #[inline]
    pub(super) fn send(&mut self, from: u32, to: u32, message: P::Message, cause: u64) {
        let id = MessageId(self.tally.sent);
        self.tally.sent += 1;
        #[cfg(test)]
        if self.sabotage == Some(super::rules::Sabotage::Forget(id.0)) {
            return;
        }
        let envelope = Envelope { from: self.cells[from as usize].address(from), id, message };
        match self.transit(from, to) {
            Transit::At(at) => self.schedule(at, to, cause, What::Message(envelope)),
            Transit::Twice(first, second) => {
                self.tally.duplicated += 1;
                let digest = digest(&envelope.message);
                self.record_actor(EventKind::Duplicated, to, cause, digest, || of(&envelope, from));
                self.schedule(first, to, cause, What::Message(envelope.clone()));
                self.schedule(second, to, cause, What::Message(envelope));
            }
            Transit::Lost => self.lose(to, &envelope, cause),
        }
    }

    /// Records that the network, or a node that is down, lost a message.
    #[cold]
    pub(super) fn lose(&mut self, to: u32, envelope: &Envelope<P::Message>, cause: u64) {
        self.tally.lost += 1;
        let from = envelope.from.slot();
        self.record_actor(EventKind::Lost, to, cause, digest(&envelope.message), || of(envelope, from));
    }

    /// Sends a signal on its way. News of an end always arrives; an interrupt or a request may be lost between nodes.
    pub(super) fn signal(&mut self, from: u32, to: u32, signal: Signal, cause: u64) {
        let reliable = matches!(signal, Signal::Exit { .. } | Signal::Refused { .. });
        let incarnation = match self.cells.get(to as usize) {
            Some(cell) => cell.incarnation,
            None => return,
        };
        match self.transit(from, to) {
            Transit::At(at) | Transit::Twice(at, _) => {
                self.schedule(at, to, cause, What::Signal(Box::new(signal), incarnation));
            }
            Transit::Lost if reliable => {
                self.schedule(self.now, to, cause, What::Signal(Box::new(signal), incarnation));
            }
            Transit::Lost => {
                let text = || Payload { text: format!("{signal:?}"), from: Some(from) };
                self.record_actor(EventKind::Lost, to, cause, digest(&signal), text);
            }
        }
    }

    /// When what actor `from` sends now arrives at actor `to`.
    #[inline]
    fn transit(&mut self, from: u32, to: u32) -> Transit {
        let (sender, receiver) = (&self.cells[from as usize], &self.cells[to as usize]);
        let (sender_node, receiver_node) = (sender.node, receiver.node);
        let key = delay_key(sender.key, receiver.key);
        let (n, last) = self.pairs.next(from, to);
        let stream = Stream::Delay { from, to };
        if sender_node == receiver_node {
            let value = self.choices.pick(stream, key, n, &self.weather.local);
            let at = (self.now.as_nanos() + self.weather.local_delay(value)).max(*last);
            *last = at;
            return Transit::At(Time::from_nanos(at));
        }
        let value = self.choices.pick(stream, key, n, &self.weather.remote);
        let passage = self.weather.passage(value, self.healed.is_some());
        if self.active.has_links() {
            return self.obstructed_transit(sender_node, receiver_node, passage);
        }
        let at = |span| Time::from_nanos(self.now.as_nanos() + span);
        match passage {
            Passage::After(span) => Transit::At(at(span)),
            Passage::Twice(first, second) => Transit::Twice(at(first), at(second)),
            Passage::Lost => Transit::Lost,
        }
    }

    /// A transit while partitions or clogs go on.
    #[cold]
    fn obstructed_transit(&self, from: u32, to: u32, passage: Passage) -> Transit {
        if self.is_cut(from, to) {
            return Transit::Lost;
        }
        let released = self.clogged_until(from, to);
        let at = |span| Time::from_nanos(self.now.as_nanos() + span).max(released);
        match passage {
            Passage::After(span) => Transit::At(at(span)),
            Passage::Twice(first, second) => Transit::Twice(at(first), at(second)),
            Passage::Lost => Transit::Lost,
        }
    }
}

/// The payload of an event that is about a message.
pub(super) fn of<M: std::fmt::Debug>(envelope: &Envelope<M>, from: u32) -> Payload {
    Payload { text: format!("{:?}", envelope.message), from: Some(from) }
}

/// Signals of an earlier life do not reach a later one, but for those that concern the path.
pub(super) fn concerns(signal: &Signal, sent_to: Incarnation, now: Incarnation) -> bool {
    sent_to == now || matches!(signal, Signal::Interrupt { .. })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_count_like_a_map(steps in prop::collection::vec((0u32..40, 0u32..40, prop::bool::weighted(0.02)), 0..600)) {
            let mut pairs = Pairs::default();
            pairs.reset();
            let mut model: BTreeMap<(u32, u32), (u32, u64)> = BTreeMap::new();
            for (i, (from, to, reset)) in steps.into_iter().enumerate() {
                if reset {
                    pairs.reset();
                    model.clear();
                }
                let expected = model.entry((from, to)).or_default();
                let (count, last) = pairs.next(from, to);
                prop_assert_eq!((count, *last), *expected);
                *last = i as u64;
                *expected = (count + 1, i as u64);
            }
        }
    }
}
