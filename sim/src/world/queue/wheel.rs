//! The buckets of a calendar for what happens soon, and which of them have entries.

use super::key::Key;

/// Which buckets of a timing wheel have entries: each spans 2^`BITS` nanoseconds, and there are 64 for each word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wheel<const BITS: u32, const WORDS: usize> {
    /// The number of the bucket that was opened last; the wheel begins after it.
    opened: u64,
    used: [u64; WORDS],
    /// Which words of `used` are not 0.
    used_words: u64,
}

impl<const BITS: u32, const WORDS: usize> Default for Wheel<BITS, WORDS> {
    fn default() -> Self {
        Self { opened: 0, used: [0; WORDS], used_words: 0 }
    }
}

impl<const BITS: u32, const WORDS: usize> Wheel<BITS, WORDS> {
    pub(super) const BUCKETS: usize = 64 * WORDS;

    /// The number of the bucket of a time, counted from the beginning of time.
    #[inline]
    pub(super) const fn bucket(at: u64) -> u64 {
        at >> BITS
    }

    /// Takes note that the bucket of a time, which comes after the open one, has an entry. Gives its place in the wheel; `None` if it is beyond.
    #[inline]
    pub(super) fn mark(&mut self, at: u64) -> Option<usize> {
        let bucket = Self::bucket(at);
        if bucket - self.opened >= Self::BUCKETS as u64 {
            return None;
        }
        let place = bucket as usize % Self::BUCKETS;
        self.used[place / 64] |= 1 << (place % 64);
        self.used_words |= 1 << (place / 64);
        Some(place)
    }

    /// The number of the next bucket that has entries, or the end of time.
    #[inline]
    pub(super) fn next(&self) -> u64 {
        let start = (self.opened as usize + 1) % Self::BUCKETS;
        let (word, bit) = (start / 64, start % 64);
        let here = self.used[word] >> bit;
        if here != 0 {
            return self.opened + 1 + u64::from(here.trailing_zeros());
        }
        if self.used_words == 0 {
            return u64::MAX;
        }
        // The rest of this word is empty: look from the next word on, around the wheel and back to this word's start.
        let words = Self::turned(self.used_words, (word + 1) % WORDS).trailing_zeros() as usize;
        let found = (word + 1 + words) % WORDS;
        self.opened + 1 + (words * 64 + self.used[found].trailing_zeros() as usize + (64 - bit)) as u64
    }

    /// The bits of a word of `WORDS` bits, beginning with one of them.
    #[inline]
    const fn turned(bits: u64, first: usize) -> u64 {
        bits >> first | bits << ((WORDS - first) % WORDS)
    }

    /// Opens a bucket before which there are no entries. Gives its place in the wheel, where it has none from now on.
    #[inline]
    pub(super) fn open(&mut self, bucket: u64) -> usize {
        self.opened = bucket;
        let place = bucket as usize % Self::BUCKETS;
        let word = &mut self.used[place / 64];
        *word &= !(1 << (place % 64));
        if *word == 0 {
            self.used_words &= !(1 << (place / 64));
        }
        place
    }

    /// The last moment of the bucket that was opened last.
    #[inline]
    pub(super) const fn end(&self) -> u64 {
        self.opened << BITS | ((1 << BITS) - 1)
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.used_words == 0
    }

    /// Goes back to the beginning of time, with the places of the buckets that had entries.
    #[cold]
    pub(super) fn reset(&mut self) -> impl Iterator<Item = usize> + use<BITS, WORDS> {
        let used = std::mem::take(self).used;
        let places = |(word, bits): (usize, u64)| {
            (0..64).filter(move |bit| bits >> bit & 1 != 0).map(move |bit| word * 64 + bit)
        };
        used.into_iter().enumerate().flat_map(places)
    }
}

/// For what is not very much: buckets of 4.096 µs, so that most have one entry, and 16.8 ms of them.
pub(super) type Fine = Wheel<12, 64>;

/// For very much: buckets of 32.768 µs, and 16.8 ms of them.
pub(super) type Coarse = Wheel<15, 8>;

/// The buckets once very much is pending: lists of keys, for to walk links through memory that fits no cache takes a miss for each.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    pub(super) wheel: Coarse,
    buckets: Vec<Vec<Key>>,
}

impl Default for Lists {
    fn default() -> Self {
        Self { wheel: Coarse::default(), buckets: vec![Vec::new(); Coarse::BUCKETS] }
    }
}

impl Lists {
    /// Puts a key into its bucket, if that is in the wheel.
    pub(super) fn push(&mut self, key: Key) -> bool {
        self.wheel.mark(key.at()).map(|place| self.buckets[place].push(key)).is_some()
    }

    /// Opens a bucket and appends its keys to a list.
    pub(super) fn open(&mut self, bucket: u64, to: &mut Vec<Key>) {
        let place = self.wheel.open(bucket);
        to.append(&mut self.buckets[place]);
    }

    pub(super) fn clear(&mut self) {
        for place in self.wheel.reset() {
            self.buckets[place].clear();
        }
    }
}
