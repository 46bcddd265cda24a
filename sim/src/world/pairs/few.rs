//! Among few actors, all that is known of a pair lies in one place, and its next draw is made before it is asked for.
//!
//! What is drawn for a message decides when it arrives, and so what happens next: in a small world all of that waits for the draw, whose three
//! rounds of mixing come one after another. The first two are the same for all messages of a pair, and the third is known as soon as the message
//! before was numbered.

use super::pair;
use crate::choice::generator::{Draws, Key};

/// The pairs of the first actors: a row for each sender.
#[derive(Clone, Debug, Default)]
pub(super) struct Few {
    pairs: Vec<Pair>,
    /// How long a row is: a power of two.
    width: u32,
    /// The binary logarithm of that.
    row_bits: u32,
    /// Changes with each run and with each seed.
    era: u32,
    /// The first one of this run.
    first_era: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    draws: Draws,
    /// When the last message on one node arrives.
    last: u64,
    /// How many messages there were.
    count: u32,
    /// When all that was said; whatever is older than the run says nothing.
    era: u32,
}

/// Up to so many actors: 32 KiB.
const MOST: usize = 32;

impl Few {
    pub(super) fn reset(&mut self, actors: usize) {
        // Actors that are spawned find room.
        let width = (2 * actors.max(4)).next_power_of_two();
        let width = if width <= MOST { width } else { 0 };
        if self.width as usize != width || self.era == u32::MAX {
            self.pairs = vec![Pair::default(); width * width];
            (self.width, self.row_bits, self.era) = (width as u32, width.max(1).ilog2(), 0);
        }
        self.era += 1;
        self.first_era = self.era;
    }

    /// Whether pairs have a place here.
    pub(super) fn is_on(&self) -> bool {
        self.width > 0
    }

    /// Draws are those of another seed, and numbers go on.
    pub(super) fn draw_afresh(&mut self) {
        self.era += 1;
    }

    /// The place of a pair, if it has one.
    #[inline]
    pub(super) fn place(&self, from: u32, to: u32) -> Option<usize> {
        // The width is a power of two.
        if from | to < self.width { Some((from << self.row_bits | to) as usize) } else { None }
    }

    /// The number of the next message and what is drawn for it.
    #[inline]
    pub(super) fn next(&mut self, place: usize, prepared: u64, stream: impl FnOnce() -> Key) -> (u32, u64) {
        let pair = &mut self.pairs[place];
        if pair.era != self.era {
            pair.begin(self.era, self.first_era, prepared, stream());
        }
        let n = pair.count;
        pair.count = n + 1; // A run has fewer than 2^32 messages.
        (n, pair.draws.next())
    }

    /// When a message of a pair arrives, which was numbered before: not before the last one.
    #[inline]
    pub(super) fn in_order(&mut self, place: usize, at: u64) -> u64 {
        let last = &mut self.pairs[place].last;
        *last = at.max(*last);
        *last
    }

    /// What is still under way.
    pub(super) fn after(&self, now: u64) -> impl Iterator<Item = (u64, u64)> {
        let under_way = move |(_, pair): &(u32, &Pair)| pair.era >= self.first_era && pair.last > now;
        let told = |(place, known): (u32, &Pair)| {
            (pair(place >> self.row_bits, place & (self.width - 1)), known.last)
        };
        (0..).zip(&self.pairs).filter(under_way).map(told)
    }
}

impl Pair {
    #[inline(never)]
    fn begin(&mut self, era: u32, first_era: u32, prepared: u64, stream: Key) {
        let (count, last) = if self.era < first_era { (0, 0) } else { (self.count, self.last) };
        *self = Self { draws: Draws::new(prepared, stream, count), last, count, era };
    }
}
