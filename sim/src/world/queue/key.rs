//! When something happens, before and after what else, and where it lies.

/// Time first, then sequence; the slot only says where the rest is. One number and no structure: parts that are written one by one and read
/// together stall the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(u128);

impl Key {
    #[inline]
    pub(super) const fn new(at: u64, sequence: u32, slot: u32) -> Self {
        Self((at as u128) << 64 | (sequence as u128) << 32 | slot as u128)
    }

    /// In nanoseconds.
    #[inline]
    pub(super) const fn at(self) -> u64 {
        (self.0 >> 64) as u64
    }

    #[inline]
    pub(super) const fn slot(self) -> u32 {
        self.0 as u32
    }

    /// After all others: nothing is pending. Time does not get as far.
    pub(super) const NEVER: Self = Self(u128::MAX);
}

/// How many of the first keys are later than this, of keys of which the latest is first.
pub(super) fn later_than(keys: &[Key], at: u64) -> usize {
    keys.iter().take_while(|key| key.at() > at).count()
}

pub(super) fn remove_first(keys: &mut Vec<Key>, count: usize) {
    keys.drain(..count);
}

/// Sorts keys so that what happens first is last. It depends on no protocol, so it is compiled once.
pub(super) fn sort_latest_first(keys: &mut [Key]) {
    keys.sort_unstable_by(|a, b| b.cmp(a));
}
