//! For each local state a little table of what came of events, in one array: most have a few, and a large table for all would keep their keys.

use super::event::EVENT_SHIFT;

/// Where it stands what came of an event in a local state.
#[derive(Clone, Debug, Default)]
pub(super) struct Far {
    /// By slot and local state: where its table begins, and how large it is as a power of two; 0 if there is none.
    heads: Vec<Vec<u32>>,
    /// Places of outcomes; 0 is free.
    cells: Vec<u32>,
    /// Tables that were given up for larger ones, by size.
    free: Vec<Vec<u32>>,
}

/// How many bits of a head tell the size.
const SIZE: u32 = 5;
/// Tables up to this power of two may be full.
const FULL: u32 = 2;

impl Far {
    /// The place of what came of an event, if it is known.
    #[inline]
    pub(super) fn get(&self, slot: u32, local: u32, event: u32, outcomes: &[u32]) -> Option<u32> {
        let head = self.heads.get(slot as usize)?.get(local as usize).copied().filter(|head| *head != 0)?;
        let (first, mask) = table(head);
        let home = spread(event);
        for step in 0..=mask {
            let place = self.cells[(first + ((home + step) & mask)) as usize];
            if place == 0 {
                return None;
            }
            if outcomes[place as usize] >> EVENT_SHIFT == event {
                return Some(place);
            }
        }
        None
    }

    /// Adds the place of what came of an event, which was not known.
    pub(super) fn insert(&mut self, slot: u32, local: u32, event: u32, place: u32, outcomes: &[u32]) {
        let (slot, local) = (slot as usize, local as usize);
        if slot >= self.heads.len() {
            self.heads.resize(slot + 1, Vec::new());
        }
        if local >= self.heads[slot].len() {
            self.heads[slot].resize(local + 1, 0);
        }
        let head = match self.heads[slot][local] {
            0 => self.take(0),
            head if self.has_room(head) => head,
            head => self.larger(head, outcomes),
        };
        self.heads[slot][local] = head;
        self.put(head, event, place);
    }

    /// How much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let heads: usize = self.heads.iter().map(Vec::capacity).sum();
        (heads + self.cells.capacity()) * size_of::<u32>()
    }

    fn has_room(&self, head: u32) -> bool {
        let (first, mask) = table(head);
        let cells = &self.cells[first as usize..=(first + mask) as usize];
        let free = cells.iter().filter(|place| **place == 0).count();
        if head & ((1 << SIZE) - 1) <= FULL + 1 { free > 0 } else { free * 4 > cells.len() }
    }

    fn put(&mut self, head: u32, event: u32, place: u32) {
        let (first, mask) = table(head);
        let mut home = spread(event) & mask;
        while self.cells[(first + home) as usize] != 0 {
            home = (home + 1) & mask;
        }
        self.cells[(first + home) as usize] = place;
    }

    /// A table of twice the size with the same places; the old one is given up.
    fn larger(&mut self, head: u32, outcomes: &[u32]) -> u32 {
        let size = (head & ((1 << SIZE) - 1)) - 1;
        let (first, mask) = table(head);
        let larger = self.take(size + 1);
        for cell in first..=first + mask {
            let place = std::mem::take(&mut self.cells[cell as usize]);
            if place != 0 {
                self.put(larger, outcomes[place as usize] >> EVENT_SHIFT, place);
            }
        }
        self.free[size as usize].push(first);
        larger
    }

    /// An empty table of a size.
    ///
    /// # Panics
    ///
    /// If there is no number left for it.
    fn take(&mut self, size: u32) -> u32 {
        if size as usize >= self.free.len() {
            self.free.resize(size as usize + 1, Vec::new());
        }
        let first = self.free[size as usize].pop().unwrap_or_else(|| {
            let first = self.cells.len();
            self.cells.resize(first + (1 << size), 0);
            first as u32
        });
        assert!(first >> (32 - SIZE) == 0, "there are too many pairs of a local state and an event");
        first << SIZE | (size + 1)
    }
}

/// Where a table begins, and its size less one.
#[inline]
fn table(head: u32) -> (u32, u32) {
    (head >> SIZE, (1 << ((head & ((1 << SIZE) - 1)) - 1)) - 1)
}

#[inline]
fn spread(event: u32) -> u32 {
    event.wrapping_mul(0x9E37_79B1) >> 12
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_map_of_pairs(steps in prop::collection::vec((0u32..3, 0u32..4, 0u32..40), 0..400)) {
            let (mut far, mut model) = (Far::default(), BTreeMap::new());
            let mut outcomes = vec![0];
            for (slot, local, event) in steps {
                prop_assert_eq!(far.get(slot, local, event, &outcomes), model.get(&(slot, local, event)).copied());
                model.entry((slot, local, event)).or_insert_with(|| {
                    let place = outcomes.len() as u32;
                    outcomes.push(event << EVENT_SHIFT);
                    far.insert(slot, local, event, place, &outcomes);
                    place
                });
            }
            for ((slot, local, event), place) in &model {
                prop_assert_eq!(far.get(*slot, *local, *event, &outcomes), Some(*place));
            }
        }
    }
}
