//! Dense numbers for things that are told apart by 128 bits.

use super::table::Table;
use crate::world::fingerprint::Fingerprint;

/// Gives equal things the same number, counted from 0 in the order in which they turn up.
#[derive(Clone, Debug)]
pub(super) struct Numbering {
    /// By the first half of a fingerprint, and by what follows from it if another has the same.
    known: Table<u32>,
    fingerprints: Vec<u128>,
}

impl Default for Numbering {
    fn default() -> Self {
        Self { known: Table::filled_to(80), fingerprints: Vec::new() }
    }
}

impl Numbering {
    /// The number of a thing, and whether it is new.
    pub(super) fn of(&mut self, Fingerprint(fingerprint): Fingerprint) -> (u32, bool) {
        let mut key = (fingerprint as u64).max(1);
        while let Some(number) = self.known.get(key) {
            if self.fingerprints[number as usize] == fingerprint {
                return (number, false);
            }
            key = crate::choice::generator::mix(key.wrapping_add(1)).max(1);
        }
        let number = self.fingerprints.len() as u32;
        self.known.insert(key, number);
        self.fingerprints.push(fingerprint);
        (number, true)
    }

    /// How many numbers were given.
    pub(super) fn len(&self) -> usize {
        self.fingerprints.len()
    }

    /// How much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.known.bytes() + self.fingerprints.capacity() * size_of::<u128>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_things_have_one_number_though_half_of_their_bits_are_shared() {
        let mut numbering = Numbering::default();
        let all = [5u128, 5 + (1 << 64), 6, 5 + (2 << 64), 0, 1 << 64];
        for (number, fingerprint) in all.into_iter().enumerate() {
            assert_eq!(numbering.of(Fingerprint(fingerprint)), (number as u32, true));
        }
        for (number, fingerprint) in all.into_iter().enumerate() {
            assert_eq!(numbering.of(Fingerprint(fingerprint)), (number as u32, false));
        }
        assert_eq!(numbering.len(), all.len());
    }
}
