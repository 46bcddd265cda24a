//! Keys in their order, in an array that grows in place.
//!
//! A key's home is where it would stand if keys were spread evenly, and it stands there or behind it, in the order of keys. So growing needs
//! no second array: all keys move to the end, and from there to their new places, front to back. Keys are as good as random, or they crowd.

use super::pieces::Pieces;

/// A map from keys that are not 0 to small values; a set, if the values are `()`.
#[derive(Clone, Debug)]
pub(crate) struct Table<V> {
    /// 0 is a free place. The last place is always free.
    keys: Pieces<u64>,
    values: Pieces<V>,
    homes: usize,
    known: usize,
    /// How many of a hundred homes may be in use.
    full: usize,
}

const FEWEST_HOMES: usize = 1 << 10;
/// Places behind the last home.
const BEHIND: usize = 128;

impl<V: Copy + Default> Table<V> {
    /// An empty table that grows when so many of a hundred places are in use.
    pub(crate) fn filled_to(full: usize) -> Self {
        Self { keys: Pieces::default(), values: Pieces::default(), homes: 0, known: 0, full }
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.known
    }

    /// How much memory it takes, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.keys.bytes() + self.values.bytes()
    }

    /// Forgets all keys, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.keys.clear();
        self.known = 0;
    }

    /// The value of a key.
    #[inline]
    pub(crate) fn get(&self, key: u64) -> Option<V> {
        if self.homes == 0 {
            return None;
        }
        let mut place = self.home(key);
        loop {
            let there = self.keys.get(place);
            if there == key {
                return Some(self.values.get(place));
            }
            if there == 0 || there > key {
                return None;
            }
            place += 1;
        }
    }

    /// The key that stands where this one belongs. To look at many places before keys are added there fetches them at the same time.
    #[inline]
    pub(crate) fn look(&self, key: u64) -> u64 {
        if self.homes == 0 { 0 } else { self.keys.get(self.home(key)) }
    }

    /// Adds a key, unless it is there; whether it was added.
    #[inline]
    pub(crate) fn insert(&mut self, key: u64, value: V) -> bool {
        debug_assert_ne!(key, 0, "0 is a free place");
        if (self.known + 1) * 100 > self.homes * self.full {
            self.grow();
        }
        loop {
            let mut place = self.home(key);
            let mut there = self.keys.get(place);
            while there != 0 && there < key {
                place += 1;
                there = self.keys.get(place);
            }
            if there == key {
                return false;
            }
            if self.put(place, key, value) {
                self.known += 1;
                return true;
            }
            self.grow_to(self.keys.len() + 1); // Keys crowd at the end.
        }
    }

    /// Puts a key where it belongs; what stands from there on moves on by one place. `false` if there is no room for that.
    #[inline]
    fn put(&mut self, mut place: usize, mut key: u64, mut value: V) -> bool {
        // The last place is always free.
        if self.keys.get(self.keys.len() - 2) != 0 && self.is_full_from(place) {
            return false;
        }
        while key != 0 {
            key = self.keys.replace(place, key);
            value = self.values.replace(place, value);
            place += 1;
        }
        true
    }

    #[cold]
    fn is_full_from(&self, place: usize) -> bool {
        (place..self.keys.len() - 1).all(|place| self.keys.get(place) != 0)
    }

    #[inline]
    fn home(&self, key: u64) -> usize {
        ((u128::from(key) * self.homes as u128) >> 64) as usize
    }

    fn grow_to(&mut self, places: usize) {
        self.keys.grow_to(places);
        self.values.grow_to(places);
    }

    #[cold]
    fn grow(&mut self) {
        self.homes = (self.homes + self.homes / 8).max(FEWEST_HOMES);
        self.grow_to((self.homes + BEHIND).max(self.keys.len()));
        let first = self.gather();
        self.spread(first);
    }

    /// Moves all keys to the end; where the first of them stands then.
    fn gather(&mut self) -> usize {
        let mut to = self.keys.len();
        for from in (0..self.keys.len()).rev() {
            let key = self.keys.replace(from, 0);
            if key != 0 {
                to -= 1;
                self.keys.set(to, key);
                self.values.set(to, self.values.get(from));
            }
        }
        to
    }

    /// Moves all keys, which stand together from `first` to the end, to their places.
    fn spread(&mut self, first: usize) {
        let (mut from, mut free) = (first, 0);
        for _ in 0..self.known {
            let key = self.keys.get(from);
            let place = self.home(key).max(free);
            if place > from || place + 1 == self.keys.len() {
                from = self.make_room(from);
                debug_assert!(place < from);
            }
            let value = self.values.get(from);
            self.keys.set(from, 0);
            self.keys.set(place, key);
            self.values.set(place, value);
            (from, free) = (from + 1, place + 1);
        }
    }

    /// Keys crowd at the end: more places behind the last home, and those from `from` on move there. Where the first of them stands then.
    #[cold]
    fn make_room(&mut self, from: usize) -> usize {
        let (end, left) = (self.keys.len(), self.keys.len() - from);
        self.grow_to(end + left + BEHIND);
        let first = self.keys.len() - left;
        for place in (from..end).rev() {
            let key = self.keys.replace(place, 0);
            self.keys.set(place - from + first, key);
            self.values.set(place - from + first, self.values.get(place));
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::choice::generator::mix;

    fn keys() -> impl Strategy<Value = u64> {
        prop_oneof![
            (1u64..5_000).prop_map(mix),
            1u64..300,                              // Crowded at the front,
            (0u64..300).prop_map(|n| u64::MAX - n), // and at the end.
        ]
    }

    proptest! {
        #[test]
        fn a_table_is_a_map_that_keeps_the_first_value(
            steps in prop::collection::vec((keys(), 0u32..9), 0..6_000),
            full in 20usize..95,
        ) {
            let mut table = Table::filled_to(full);
            let mut model: BTreeMap<u64, u32> = BTreeMap::new();
            for (key, value) in steps {
                prop_assert_eq!(table.get(key), model.get(&key).copied());
                prop_assert_eq!(table.insert(key, value), !model.contains_key(&key));
                model.entry(key).or_insert(value);
            }
            prop_assert_eq!(table.len(), model.len());
            for (key, value) in &model {
                prop_assert_eq!(table.get(*key), Some(*value));
            }
            table.clear();
            prop_assert!(model.keys().all(|key| table.get(*key).is_none()) && table.len() == 0);
        }
    }

    #[test]
    fn a_million_keys_are_kept_apart_in_little_more_than_their_own_size() {
        let mut table = Table::filled_to(86);
        assert!((1..=1_000_000).all(|n| table.insert(mix(n), ())));
        assert!((1..=1_000_000).all(|n| !table.insert(mix(n), ())));
        assert!((1_000_001..=2_000_000).all(|n| table.get(mix(n)).is_none()));
        assert!(table.bytes() < 11_300_000, "{} bytes", table.bytes());
    }
}
