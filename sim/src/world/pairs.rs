//! For each pair of actors, how many messages went from one to the other, what is drawn for the next, and when the last arrives.
//!
//! - [`few`] — among few actors, all of that lies in one place for each pair;
//! - [`under_way`] — when the last message arrives, between actors of one node;
//!
//! This is asked at every send, often for a pair that was never asked for before: with a thousand actors there are a million pairs. What decides
//! its speed is how much memory it touches, so counts are kept in as few bits as will do.
//!
//! In a world that starts with more than 2,048 actors, the receivers of one sender share 30 counts, by the names of the receivers. Numbers of a
//! pair still rise and never come twice, so no choice is made twice; but one more message to a receiver moves the numbers of one in thirty of the
//! sender's other receivers, where in smaller worlds it moves those of nobody else.

mod few;
mod under_way;

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use rehearsal_protocol::Time;

use crate::choice::generator::{self, Key};
use few::Few;
use under_way::UnderWay;

/// What is known of pairs of actors.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    few: Few,
    counts: Counts,
    under_way: UnderWay,
}

impl Pairs {
    /// Forgets all pairs, for a run that starts with so many actors.
    pub(crate) fn reset(&mut self, actors: usize) {
        self.few.reset(actors);
        self.counts.reset(actors, self.few.is_on());
        self.under_way.reset();
    }

    /// From now on, draws are those of another seed.
    pub(crate) fn draw_afresh(&mut self) {
        self.few.draw_afresh();
    }

    /// The number of the next message of a pair and what is drawn for it, by the seed that was prepared and the key of its stream; the receiver
    /// also by the key of its name.
    #[expect(clippy::inline_always, reason = "among few actors it is a look at one place")]
    #[inline(always)]
    pub(super) fn next(
        &mut self,
        from: u32,
        to: u32,
        name: Key,
        prepared: u64,
        stream: impl FnOnce() -> Key,
    ) -> (u32, u64) {
        if let Some(place) = self.few.place(from, to) {
            return self.few.next(place, prepared, stream);
        }
        let n = self.counts.next(from, to, name);
        (n, generator::draw_prepared(prepared, stream(), n))
    }

    /// Looks at the counts of senders, so that they are fetched from memory.
    pub(super) fn touch_all(&self, from: &[u32]) -> u32 {
        let rows = &self.counts.shared.rows;
        from.iter().filter_map(|from| rows.get(*from as usize)).fold(0, |all, row| all | row.run)
    }

    /// When a message of a pair on one node arrives, which was numbered before: not before the last one.
    #[inline]
    pub(super) fn in_order(&mut self, from: u32, to: u32, now: Time, at: u64) -> u64 {
        match self.few.place(from, to) {
            Some(place) => self.few.in_order(place, at),
            None => self.under_way.in_order(pair(from, to), now.as_nanos(), at),
        }
    }

    /// Feeds when the last message of each pair arrives, for those that keep their order and are still under way.
    pub(crate) fn feed(&self, now: Time, to: &mut impl Hasher) {
        self.after(now).hash(to);
    }

    /// What is under way between actors of one node: pairs, and when the last message of each arrives.
    fn after(&self, now: Time) -> Vec<(u64, u64)> {
        let now = now.as_nanos();
        let mut under_way: Vec<_> = self.few.after(now).chain(self.under_way.after(now)).collect();
        under_way.sort_unstable();
        under_way
    }
}

#[inline]
const fn pair(from: u32, to: u32) -> u64 {
    (from as u64) << 32 | to as u64
}

#[inline]
const fn spread(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
}

/// How many messages there were of each pair.
#[derive(Clone, Debug, Default)]
struct Counts {
    matrix: Matrix,
    /// For pairs that have no place in the matrix, or no room there any more, unless there are too many actors.
    table: Table,
    has_table: bool,
    /// For those that have none in the table either.
    rest: BTreeMap<u64, u32>,
    /// Where there are too many actors for a matrix.
    shared: Shared,
}

impl Counts {
    /// Forgets everything, for a run that starts with so many actors; pairs of the first may be counted elsewhere.
    fn reset(&mut self, actors: usize, elsewhere: bool) {
        self.has_table = actors <= MOST_IN_MATRIX;
        self.matrix.reset(if self.has_table && !elsewhere { actors } else { 0 });
        self.table.reset();
        self.rest.clear();
        self.shared.reset(actors);
    }

    #[inline]
    fn next(&mut self, from: u32, to: u32, name: Key) -> u32 {
        let known = self.matrix.next(from, to);
        known.unwrap_or_else(|full| self.next_beyond(from, to, name, full))
    }

    #[inline(never)]
    fn next_beyond(&mut self, from: u32, to: u32, name: Key, full: u32) -> u32 {
        if self.has_table {
            return full + self.next_in_table(from, to);
        }
        let place = place_of(name);
        let known = self.shared.next(from, place);
        known.unwrap_or_else(|full| full + self.next_of_the_rest(from, place as u32))
    }

    fn next_in_table(&mut self, from: u32, to: u32) -> u32 {
        let known = self.table.next(from, to);
        known.unwrap_or_else(|full| full + self.next_of_the_rest(from, to))
    }

    #[cold]
    fn next_of_the_rest(&mut self, from: u32, to: u32) -> u32 {
        let count = self.rest.entry(pair(from, to)).or_default();
        *count += 1;
        *count - 1
    }
}

/// Counts of all pairs of the first actors, a row for each sender: in 32 bits while that fits a fast cache, else in 4.
#[derive(Clone, Debug, Default)]
struct Matrix {
    words: Vec<u32>,
    /// How long a row is: a power of two.
    width: u32,
    /// The binary logarithm of that.
    row_bits: u32,
    /// Whether counts have 4 bits.
    narrow: bool,
}

/// Up to so many actors, a count has 32 bits: 64 KiB.
const MOST_IN_WIDE_MATRIX: usize = 128;
/// How many counts of 4 bits are in a word.
const NARROW_IN_A_WORD: usize = 8;
/// The greatest of them.
const MOST_NARROW: u32 = 15;
/// Beyond so many actors there is no matrix: 2 MiB.
const MOST_IN_MATRIX: usize = 2_048;

impl Matrix {
    fn reset(&mut self, actors: usize) {
        // Actors that are spawned find room if there are few.
        let width = if actors <= 64 { 2 * actors } else { actors };
        let width = if actors > 0 { width.next_power_of_two() } else { 0 };
        if self.width as usize == width {
            return self.words.fill(0);
        }
        self.narrow = width > MOST_IN_WIDE_MATRIX;
        let words = if self.narrow { width * width / NARROW_IN_A_WORD } else { width * width };
        self.words = vec![0; words];
        (self.width, self.row_bits) = (width as u32, width.max(1).ilog2());
    }

    /// The number of the next message; or how many there were when the count was full, if it is.
    #[inline]
    fn next(&mut self, from: u32, to: u32) -> Result<u32, u32> {
        // The width is a power of two.
        if from | to >= self.width {
            return Err(0);
        }
        let index = from << self.row_bits | to;
        if self.narrow {
            return self.next_narrow(index);
        }
        let count = &mut self.words[index as usize];
        *count += 1; // A run has fewer than 2^32 messages.
        Ok(*count - 1)
    }

    #[inline]
    fn next_narrow(&mut self, index: u32) -> Result<u32, u32> {
        let word = &mut self.words[index as usize / NARROW_IN_A_WORD];
        let shift = index as usize % NARROW_IN_A_WORD * 4;
        let count = *word >> shift & MOST_NARROW;
        if count == MOST_NARROW {
            return Err(count);
        }
        *word += 1 << shift;
        Ok(count)
    }
}

/// For each sender, counts that its receivers share.
#[derive(Clone, Debug, Default)]
struct Shared {
    rows: Vec<Row>,
    run: u32,
    /// How many rows there will be when the first is needed.
    expected: usize,
}

/// The counts of one sender: a cache line.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Row {
    /// In which run it was last cleared.
    run: u32,
    counts: [u16; PLACES],
}

const PLACES: usize = 30;

/// Which of a sender's counts is a receiver's.
#[inline]
const fn place_of(name: Key) -> usize {
    (((name >> 32) * PLACES as u64) >> 32) as usize
}

impl Shared {
    fn reset(&mut self, actors: usize) {
        self.expected = actors;
        self.run = self.run.checked_add(1).unwrap_or_else(|| {
            self.rows.fill(Row::default());
            1
        });
    }

    /// The number of the next message; or how many there were when the count was full, if it is.
    #[inline]
    fn next(&mut self, from: u32, place: usize) -> Result<u32, u32> {
        if self.rows.len() <= from as usize {
            let rows = self.expected.max((from as usize + 1).next_power_of_two());
            self.rows.resize(rows, Row::default());
        }
        let row = &mut self.rows[from as usize];
        if row.run != self.run {
            *row = Row { run: self.run, ..Row::default() };
        }
        let count = &mut row.counts[place];
        if *count == u16::MAX {
            return Err(u32::from(*count));
        }
        *count += 1;
        Ok(u32::from(*count) - 1)
    }
}

/// Counts by pair, with open addressing: 20 bits for each of the two, 24 for the count. 0 is a free place.
#[derive(Clone, Debug, Default)]
struct Table {
    entries: Vec<u64>,
    used: usize,
}

const ACTOR_BITS: u32 = 20;
const COUNT_BITS: u32 = 24;

impl Table {
    fn reset(&mut self) {
        if self.used * 16 < self.entries.len() {
            self.entries.truncate(0); // It was large once: do not clear all that in every run.
        }
        self.entries.fill(0);
        self.used = 0;
    }

    /// The number of the next message; or how many there were when there was no room any more.
    #[inline]
    fn next(&mut self, from: u32, to: u32) -> Result<u32, u32> {
        if (from | to) >> ACTOR_BITS != 0 {
            return Err(0);
        }
        if (self.used + 1) * 4 > self.entries.len() * 3 {
            self.grow();
        }
        let key = u64::from(from) << ACTOR_BITS | u64::from(to);
        let index = self.find(key);
        let entry = &mut self.entries[index];
        // Counts begin at 1 here, so that no entry is 0.
        let count = *entry & ((1 << COUNT_BITS) - 1);
        if count == (1 << COUNT_BITS) - 1 {
            return Err(count as u32);
        }
        self.used += usize::from(count == 0);
        *entry = key << COUNT_BITS | (count + 1);
        Ok(count as u32)
    }

    /// The place of a pair, or the free one where it belongs.
    #[inline]
    fn find(&self, key: u64) -> usize {
        let mask = self.entries.len() - 1;
        let mut index = spread(key) & mask;
        while self.entries[index] != 0 && self.entries[index] >> COUNT_BITS != key {
            index = (index + 1) & mask;
        }
        index
    }

    #[cold]
    fn grow(&mut self) {
        let larger = vec![0; (self.entries.len() * 2).max(64)];
        for entry in std::mem::replace(&mut self.entries, larger).into_iter().filter(|entry| *entry != 0) {
            let index = self.find(entry >> COUNT_BITS);
            self.entries[index] = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Send { from: u32, to: u32, times: u32 },
        Local { from: u32, to: u32, takes: u64 },
        Wait(u64),
        Afresh(u64),
        Reset(usize),
    }

    fn actor() -> impl Strategy<Value = u32> {
        prop_oneof![0u32..12, 100u32..140, Just(2_047), (1u32 << 20)..(1 << 20) + 2]
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            20 => (actor(), actor(), 1u32..40).prop_map(|(from, to, times)| Step::Send { from, to, times }),
            20 => (actor(), actor(), 0u64..50).prop_map(|(from, to, takes)| Step::Local { from, to, takes }),
            10 => (0u64..40).prop_map(Step::Wait),
            1 => any::<u64>().prop_map(Step::Afresh),
            1 => prop_oneof![Just(3usize), Just(20), Just(150), Just(2_000)].prop_map(Step::Reset),
        ]
    }

    proptest! {
        #[test]
        fn pairs_count_like_a_map_draw_as_the_generator_and_keep_what_is_under_way(steps in prop::collection::vec(step(), 0..300)) {
            let mut pairs = Pairs::default();
            pairs.reset(20);
            let mut counts: BTreeMap<(u32, u32), u32> = BTreeMap::new();
            let mut last: BTreeMap<(u32, u32), u64> = BTreeMap::new();
            let (mut now, mut prepared) = (0, 7);
            for step in steps {
                match step {
                    Step::Send { from, to, times } => {
                        let stream = pair(from, to);
                        for _ in 0..times {
                            let n = counts.entry((from, to)).or_default();
                            let expected = (*n, generator::draw_prepared(prepared, stream, *n));
                            prop_assert_eq!(pairs.next(from, to, 0, prepared, || stream), expected);
                            *n += 1;
                        }
                    }
                    Step::Afresh(seed) => {
                        prepared = seed;
                        pairs.draw_afresh();
                    }
                    Step::Local { from, to, takes } => {
                        let stream = pair(from, to);
                        let n = counts.entry((from, to)).or_default();
                        prop_assert_eq!(pairs.next(from, to, 0, prepared, || stream).0, *n);
                        *n += 1;
                        let known = last.entry((from, to)).or_default();
                        *known = (now + takes).max(*known);
                        prop_assert_eq!(pairs.in_order(from, to, Time::from_nanos(now), now + takes), *known);
                    }
                    Step::Wait(span) => now += span,
                    Step::Reset(actors) => {
                        pairs.reset(actors);
                        (counts, last, now) = (BTreeMap::new(), BTreeMap::new(), 0);
                    }
                }
                let expected = last.iter().filter(|(_, at)| **at > now).map(|((from, to), at)| (pair(*from, *to), *at));
                prop_assert!(pairs.after(Time::from_nanos(now)).into_iter().eq(expected));
            }
        }
    }

    #[test]
    fn a_count_goes_on_where_its_bits_end() {
        for actors in [20, 150, 3_000] {
            let mut pairs = Pairs::default();
            pairs.reset(actors);
            let most = (1 << COUNT_BITS) + 100;
            assert!((0..most).all(|n| pairs.next(1, 2, 0, 0, || 0).0 == n), "{actors} actors");
        }
    }

    #[test]
    fn in_a_large_world_the_numbers_of_a_pair_rise_and_few_receivers_share_them() {
        let mut pairs = Pairs::default();
        pairs.reset(10_000);
        let names: Vec<Key> =
            (0..300).map(|n| crate::choice::generator::name(&format!("/node/{n}"))).collect();
        let mut last: BTreeMap<u32, u32> = BTreeMap::new();
        for round in 0..5 {
            for (to, name) in (0..).zip(&names) {
                let (n, _) = pairs.next(7, to, *name, 0, || 0);
                assert!(last.insert(to, n).is_none_or(|before| before < n), "round {round}");
            }
        }
        let sharing = |name: &Key| names.iter().filter(|other| place_of(**other) == place_of(*name)).count();
        assert!(names.iter().all(|name| (2..30).contains(&sharing(name))));
        pairs.reset(10_000);
        assert_eq!(pairs.next(7, 0, names[0], 0, || 0).0, 0, "a new run begins anew");
    }
}
