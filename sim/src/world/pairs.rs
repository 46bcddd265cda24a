//! For each pair of actors, how many messages went from one to the other, and when the last arrives.

use std::hash::{Hash, Hasher};

use rehearsal_protocol::Time;

/// What is counted for pairs of actors.
///
/// Between nodes only the number of a message matters. It is asked for at every send, often for a pair that was never asked for before, so
/// as long as there are few actors it stands in a matrix that takes a sixth of the memory of a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    between_nodes: Matrix,
    /// Pairs of which an actor has no place in the matrix, and pairs within a node.
    others: Table,
}

impl Pairs {
    /// Forgets all pairs, for a run that starts with so many actors, without touching all memory.
    pub(crate) fn reset(&mut self, actors: usize) {
        self.between_nodes.reset(actors);
        self.others.reset();
    }

    /// The number of the next message of a pair on different nodes.
    #[inline]
    pub(super) fn next_remote(&mut self, from: u32, to: u32) -> u32 {
        match self.between_nodes.count(from, to) {
            Some(count) => {
                *count += 1;
                *count - 1
            }
            None => self.others.next(from, to).0,
        }
    }

    /// The number of the next message of a pair on one node, and when the last one arrives.
    #[inline]
    pub(super) fn next_local(&mut self, from: u32, to: u32) -> (u32, &mut u64) {
        self.others.next(from, to)
    }

    /// Feeds when the last message of each pair arrives, for those that keep their order and are still under way.
    pub(crate) fn feed(&self, now: Time, to: &mut impl Hasher) {
        self.others.feed(now, to);
    }
}

/// Counts of all pairs of the first actors, a row for each sender.
#[derive(Clone, Debug, Default)]
struct Matrix {
    counts: Vec<u32>,
    /// In which run each row was last cleared.
    cleared: Vec<u32>,
    run: u32,
    /// The binary logarithm of the length of a row.
    bits: u32,
}

/// Beyond so many actors a matrix would be mostly empty: 16 MiB.
const MOST_IN_MATRIX: usize = 2_048;

impl Matrix {
    fn reset(&mut self, actors: usize) {
        // Actors that are spawned find room if there are few.
        let width = if actors <= 64 { 2 * actors } else { actors }.next_power_of_two();
        let width = if width <= MOST_IN_MATRIX { width } else { 0 };
        if self.cleared.len() != width {
            (self.counts, self.cleared) = (vec![0; width * width], vec![0; width]);
            (self.bits, self.run) = (width.max(1).ilog2(), 0);
        }
        self.run = self.run.checked_add(1).unwrap_or_else(|| {
            self.cleared.fill(0);
            1
        });
    }

    #[inline]
    fn count(&mut self, from: u32, to: u32) -> Option<&mut u32> {
        let (row, column) = (from as usize, to as usize);
        let cleared = self.cleared.get_mut(row)?;
        let first = row << self.bits;
        if *cleared != self.run {
            *cleared = self.run;
            self.counts[first..first + (1 << self.bits)].fill(0);
        }
        if column >> self.bits != 0 {
            return None;
        }
        Some(&mut self.counts[first | column])
    }
}

/// A table with open addressing that is emptied without being touched.
#[derive(Clone, Debug, Default)]
struct Table {
    entries: Vec<Entry>,
    used: usize,
    run: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    key: u64,
    last: u64,
    run: u32,
    count: u32,
}

impl Table {
    fn reset(&mut self) {
        self.used = 0;
        self.run = self.run.checked_add(1).unwrap_or_else(|| {
            self.entries.fill(Entry::default());
            1
        });
    }

    #[inline]
    fn next(&mut self, from: u32, to: u32) -> (u32, &mut u64) {
        if (self.used + 1) * 4 > self.entries.len() * 3 {
            self.grow();
        }
        let key = u64::from(from) << 32 | u64::from(to);
        let index = self.find(key);
        let entry = &mut self.entries[index];
        if entry.run != self.run {
            *entry = Entry { key, last: 0, run: self.run, count: 0 };
            self.used += 1;
        }
        let entry = &mut self.entries[index];
        entry.count += 1;
        (entry.count - 1, &mut entry.last)
    }

    /// The place of a pair, or the empty one where it belongs.
    #[inline]
    fn find(&self, key: u64) -> usize {
        let mask = self.entries.len() - 1;
        let mut index = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask;
        loop {
            let entry = &self.entries[index];
            if entry.run != self.run || entry.key == key {
                return index;
            }
            index = (index + 1) & mask;
        }
    }

    #[cold]
    fn grow(&mut self) {
        let larger = vec![Entry::default(); (self.entries.len() * 2).max(64)];
        let old = std::mem::replace(&mut self.entries, larger);
        let run = self.run;
        for entry in old.into_iter().filter(|entry| entry.run == run) {
            let index = self.find(entry.key);
            self.entries[index] = entry;
        }
    }

    fn feed(&self, now: Time, to: &mut impl Hasher) {
        let under_way = |entry: &&Entry| entry.run == self.run && entry.last > now.as_nanos();
        let mut under_way: Vec<_> =
            self.entries.iter().filter(under_way).map(|entry| (entry.key, entry.last)).collect();
        under_way.sort_unstable();
        under_way.hash(to);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// A message of a pair, or a new run with so many actors.
    fn step() -> impl Strategy<Value = (u32, u32, Option<usize>)> {
        let actors = prop_oneof![20 => Just(None), 1 => prop_oneof![0usize..40, Just(3_000)].prop_map(Some)];
        (0u32..40, 0u32..40, actors)
    }

    proptest! {
        #[test]
        fn pairs_count_like_a_map(steps in prop::collection::vec(step(), 0..600)) {
            let mut pairs = Pairs::default();
            pairs.reset(20);
            let mut model: BTreeMap<(u32, u32), (u32, u64)> = BTreeMap::new();
            for (i, (from, to, reset)) in steps.into_iter().enumerate() {
                if let Some(actors) = reset {
                    pairs.reset(actors);
                    model.clear();
                }
                let expected = model.entry((from, to)).or_default();
                if from % 2 == to % 2 {
                    let (count, last) = pairs.next_local(from, to);
                    prop_assert_eq!((count, *last), *expected);
                    *last = i as u64;
                } else {
                    prop_assert_eq!(pairs.next_remote(from, to), expected.0);
                }
                *expected = (expected.0 + 1, i as u64);
            }
        }
    }
}
