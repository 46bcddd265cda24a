//! Between actors of one node, messages arrive in their order: when the last one of each pair arrives.

use std::collections::BTreeMap;

use super::spread;

/// When the last message of each pair arrives, as long as it is under way: what arrived makes room for others.
///
/// A pair has its place in one of a few sets, each of which is a cache line. So nothing need be put elsewhere as pairs come and go, and that most
/// messages are the only ones of their pair is soon foreseen.
#[derive(Clone, Debug, Default)]
pub(super) struct UnderWay {
    sets: Vec<[Last; IN_A_SET]>,
    /// Pairs whose set was full of others.
    crowd: BTreeMap<u64, u64>,
    /// When all of the crowd has arrived.
    crowd_until: u64,
    /// Whether there is any pair of this run.
    is_used: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Last {
    pair: u64,
    at: u64,
}

const IN_A_SET: usize = 4;
/// There are no fewer sets: 4 KiB.
const LEAST_SETS: usize = 64;
/// With more than one in the crowd for so many sets, there are to be more sets.
const SETS_FOR_ONE_IN_THE_CROWD: usize = 4;

impl UnderWay {
    pub(super) fn reset(&mut self) {
        if std::mem::take(&mut self.is_used) {
            self.sets.fill(Default::default());
            self.crowd.clear();
            self.crowd_until = 0;
        }
    }

    #[inline]
    pub(super) fn in_order(&mut self, pair: u64, now: u64, at: u64) -> u64 {
        if self.sets.is_empty() {
            self.sets = vec![Default::default(); LEAST_SETS];
        }
        self.is_used = true;
        let set = spread(pair) & (self.sets.len() - 1);
        let entries = &mut self.sets[set];
        if let Some(own) = entries.iter_mut().find(|entry| entry.pair == pair) {
            own.at = own.at.max(at);
            return own.at;
        }
        match entries.iter_mut().find(|entry| entry.at <= now) {
            Some(free) if self.crowd.is_empty() => {
                *free = Last { pair, at };
                at
            }
            _ => self.in_order_of_crowd(pair, now, at),
        }
    }

    /// The same for a pair that has no place in its set, or may be in the crowd.
    #[cold]
    fn in_order_of_crowd(&mut self, pair: u64, now: u64, at: u64) -> u64 {
        if now >= self.crowd_until {
            self.crowd.clear();
        }
        if !self.crowd.contains_key(&pair) {
            if self.crowd.len() * SETS_FOR_ONE_IN_THE_CROWD > self.sets.len() {
                self.make_room(now);
            }
            if self.put_into_set(Last { pair, at }, now) {
                return at;
            }
        }
        let last = self.crowd.entry(pair).or_default();
        *last = at.max(*last);
        self.crowd_until = self.crowd_until.max(*last);
        *last
    }

    /// Forgets those of the crowd who have arrived, and makes twice as many sets if most have not.
    fn make_room(&mut self, now: u64) {
        let crowd = self.crowd.len();
        self.crowd.retain(|_, at| *at > now);
        if self.crowd.len() <= crowd / 2 {
            return;
        }
        let under_way: Vec<_> = self.after(now).collect();
        self.sets = vec![Default::default(); 2 * self.sets.len()];
        self.crowd.clear();
        for (pair, at) in under_way {
            if !self.put_into_set(Last { pair, at }, now) {
                self.crowd.insert(pair, at);
            }
        }
    }

    /// Puts a pair that has no place into its set. `false` if that is full.
    fn put_into_set(&mut self, last: Last, now: u64) -> bool {
        let set = spread(last.pair) & (self.sets.len() - 1);
        let free = self.sets[set].iter_mut().find(|entry| entry.at <= now);
        free.map(|entry| *entry = last).is_some()
    }

    /// What is still under way.
    pub(super) fn after(&self, now: u64) -> impl Iterator<Item = (u64, u64)> {
        let in_sets = self.sets.iter().flatten().map(|last| (last.pair, last.at));
        let in_crowd = self.crowd.iter().map(|(pair, at)| (*pair, *at));
        in_sets.chain(in_crowd).filter(move |(_, at)| *at > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::pairs::pair;

    #[test]
    fn many_pairs_under_way_at_once_are_known_and_take_little_room() {
        let mut under_way = UnderWay::default();
        let pairs: Vec<u64> = (0..20_000).map(|n| pair(n % 400, n / 3)).collect();
        let mut known: BTreeMap<u64, u64> = BTreeMap::new();
        for now in (0..40).step_by(10) {
            for (n, pair) in (0..).zip(&pairs) {
                let last = known.entry(*pair).or_default();
                *last = (now + n % 23).max(*last);
                assert_eq!(under_way.in_order(*pair, now, now + n % 23), *last);
            }
            let expected: BTreeMap<_, _> = known.clone().into_iter().filter(|(_, at)| *at > now).collect();
            assert_eq!(under_way.after(now).collect::<BTreeMap<_, _>>(), expected);
            assert_eq!(under_way.after(now).count(), expected.len(), "each pair is in one place");
        }
        assert!((1_024..=8_192).contains(&under_way.sets.len()), "{} sets", under_way.sets.len());
        under_way.in_order(pair(500, 500), 1_000, 1_001);
        assert!(under_way.crowd.is_empty(), "all have arrived");
        under_way.reset();
        assert_eq!(under_way.after(0).count(), 0);
    }
}
