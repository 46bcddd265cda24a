//! The states that were seen, and how many deviations more were tried from each.

use crate::fingerprint::Fingerprint;

/// States by their fingerprints: 17 bytes for each, in one table without pointers.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// A fingerprint stands at the first free place from where its low bits point to; 0 is a free place.
    places: Vec<u128>,
    /// For each place, how many deviations more were tried.
    tried: Vec<u8>,
    known: usize,
    most: usize,
}

const FEWEST_PLACES: usize = 1 << 12;

impl Seen {
    /// Remembers so many states at most; what comes after that is taken for new.
    pub(crate) fn up_to(most: usize) -> Self {
        Self { places: vec![0; FEWEST_PLACES], tried: vec![0; FEWEST_PLACES], known: 0, most }
    }

    /// Whether a state was seen from which at least so many deviations more are tried; if not, it is from now on.
    pub(crate) fn covers(&mut self, state: Fingerprint, tried: u32) -> bool {
        let tried = tried.min(u32::from(u8::MAX)) as u8;
        if (self.known + 1) * 4 > self.places.len() * 3 {
            self.grow();
        }
        let state = state.0.max(1);
        let place = self.find(state);
        if self.places[place] == state {
            let before = self.tried[place];
            self.tried[place] = before.max(tried);
            return before >= tried;
        }
        if self.known < self.most {
            (self.places[place], self.tried[place]) = (state, tried);
            self.known += 1;
        }
        false
    }

    /// Forgets all states, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.places.fill(0);
        self.known = 0;
    }

    /// The place of a state, or the free one where it belongs.
    fn find(&self, state: u128) -> usize {
        let mask = self.places.len() - 1;
        let mut place = state as usize & mask;
        while self.places[place] != 0 && self.places[place] != state {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        let size = self.places.len() * 2;
        let places = std::mem::replace(&mut self.places, vec![0; size]);
        let tried = std::mem::replace(&mut self.tried, vec![0; size]);
        for (state, tried) in places.into_iter().zip(tried).filter(|(state, _)| *state != 0) {
            let place = self.find(state);
            (self.places[place], self.tried[place]) = (state, tried);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn states_are_covered_as_by_a_map(steps in prop::collection::vec((0u128..200, 0u32..4), 0..2_000)) {
            let mut seen = Seen::up_to(usize::MAX);
            let mut model: BTreeMap<u128, u32> = BTreeMap::new();
            for (state, tried) in steps {
                // Most of them share the low bits, so that places are contended for.
                let state = (state << 64) + 1 + state % 3;
                let covered = model.get(&state).is_some_and(|known| *known >= tried);
                prop_assert_eq!(seen.covers(Fingerprint(state), tried), covered);
                let known = model.entry(state).or_insert(tried);
                *known = tried.max(*known);
            }
        }
    }

    #[test]
    fn thousands_of_states_are_kept_apart_and_forgotten() {
        let mut seen = Seen::up_to(usize::MAX);
        let state = |n: u128| Fingerprint(n.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
        assert!((1..20_000).all(|n| !seen.covers(state(n), 1)));
        assert!((1..20_000).all(|n| seen.covers(state(n), 1) && !seen.covers(state(n), 2)));
        seen.clear();
        assert!((1..20_000).all(|n| !seen.covers(state(n), 0)));
    }

    #[test]
    fn what_finds_no_room_is_taken_for_new_for_ever() {
        let mut seen = Seen::up_to(2);
        let all = [1, 2, 3].map(Fingerprint);
        assert_eq!(all.map(|state| seen.covers(state, 0)), [false; 3]);
        assert_eq!(all.map(|state| seen.covers(state, 0)), [true, true, false]);
    }
}
