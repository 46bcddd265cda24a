//! The few entries of a choice, entry 0 being the dull one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What was chosen: an entry of a menu, and where inside that entry.
///
/// Value 0 is benign. The entry takes the low 8 bits; 32 bits say where inside the entry (a share of its range), and 24
/// more are for choices with two ranges, as the begin and the length of an outage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Value(pub u64);

impl Value {
    /// The dull choice.
    pub const BENIGN: Self = Self(0);

    /// A value from its parts; the extra share keeps its low 24 bits.
    pub const fn new(entry: u8, share: u32, extra: u32) -> Self {
        Self(entry as u64 | (share as u64) << 8 | (extra as u64) << 40)
    }

    /// Whether this is the dull choice.
    #[inline]
    pub const fn is_benign(self) -> bool {
        self.0 == 0
    }

    /// The entry of the menu.
    #[inline]
    pub const fn entry(self) -> u8 {
        self.0 as u8
    }

    /// Where inside the entry, as a share of 2^32.
    #[inline]
    pub const fn share(self) -> u32 {
        (self.0 >> 8) as u32
    }

    /// Where inside the entry's second range, as a share of 2^24.
    pub const fn extra(self) -> u32 {
        (self.0 >> 40) as u32
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// The point `share / 2^32` of the way from `from` to `to`.
#[inline]
pub const fn between(from: u64, to: u64, share: u32) -> u64 {
    from + (((to - from) as u128 * share as u128) >> 32) as u64
}

/// The entries of a choice with their weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    /// `limits[i]` is the chance, of 2^32, that the entry is at most `i`; the last is 2^32.
    limits: [u64; Self::MOST],
    len: u8,
}

impl Menu {
    /// How many entries a menu has at the most.
    pub const MOST: usize = 24;

    /// A menu that always gives entry 0.
    pub const DULL: Self = Self { limits: [1 << 32; Self::MOST], len: 1 };

    /// A menu whose entries have these weights.
    ///
    /// # Panics
    ///
    /// If there are more than [`Menu::MOST`] entries, or if all weights are 0.
    pub fn weighted(weights: &[u32]) -> Self {
        assert!(weights.len() <= Self::MOST, "{} entries are too many for a menu", weights.len());
        let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        assert!(total > 0, "a menu needs an entry with a weight");
        // Every run makes some menus, most of them with small weights, and to divide by 128 bits takes long.
        let share = |sum: u64| match u32::try_from(total) {
            Ok(_) => (sum << 32) / total,
            Err(_) => ((u128::from(sum) << 32) / u128::from(total)) as u64,
        };
        let mut menu = Self { limits: [1 << 32; Self::MOST], len: weights.len() as u8 };
        let mut sum = 0;
        for (limit, weight) in menu.limits.iter_mut().zip(weights) {
            sum += u64::from(*weight);
            *limit = share(sum);
        }
        menu
    }

    /// How many entries there are.
    pub fn entries(&self) -> usize {
        self.len as usize
    }

    /// Whether an entry can come at all: whether it has a weight.
    #[inline]
    pub fn offers(&self, entry: u8) -> bool {
        let entry = usize::from(entry);
        let below = if entry == 0 { 0 } else { self.limits[entry - 1] };
        entry < self.entries() && self.limits[entry] > below
    }

    /// The value that 64 random bits stand for: the high half picks the entry, the low half the place inside it.
    #[expect(clippy::inline_always, reason = "two comparisons, most often")]
    #[inline(always)]
    pub fn pick(&self, bits: u64) -> Value {
        let high = bits >> 32;
        if high < self.limits[1] {
            // Most often it is one of the first two: without a branch, for which of them is anyone's guess.
            return Value(Value::new(1, bits as u32, 0).0 * u64::from(high >= self.limits[0]));
        }
        self.pick_beyond(bits)
    }

    /// An entry beyond the first two.
    fn pick_beyond(&self, bits: u64) -> Value {
        let high = bits >> 32;
        let mut entry = 2;
        while high >= self.limits[entry] {
            entry += 1;
        }
        Value::new(entry as u8, bits as u32, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_as_often_as_their_weights_say() {
        let menu = Menu::weighted(&[5, 0, 3, 2]);
        let mut counts = [0u32; 4];
        for i in 0..100_000u64 {
            counts[menu.pick(super::super::generator::mix(i)).entry() as usize] += 1;
        }
        assert_eq!(counts[1], 0);
        for (entry, share) in [(0, 50_000), (2, 30_000), (3, 20_000)] {
            assert!(counts[entry].abs_diff(share) < 1_000, "{counts:?}");
        }
    }

    #[test]
    fn a_dull_menu_is_always_benign() {
        assert!(Menu::DULL.pick(0).is_benign() && Menu::DULL.pick(u64::MAX).is_benign());
    }

    #[test]
    fn a_value_keeps_its_parts() {
        let value = Value::new(7, 0xDEAD_BEEF, 0x12_3456);
        assert_eq!((value.entry(), value.share(), value.extra()), (7, 0xDEAD_BEEF, 0x12_3456));
    }

    #[test]
    fn a_share_spans_its_range() {
        assert_eq!(between(10, 20, 0), 10);
        assert_eq!(between(10, 20, u32::MAX), 19);
        assert_eq!(between(0, u64::MAX, 1 << 31), u64::MAX / 2);
    }
}
