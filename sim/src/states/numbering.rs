//! Dense numbers for things that are told apart by 128 bits.

use super::table::Table;
use crate::choice::generator::mix;
use crate::fingerprint::Fingerprint;

/// Gives equal things the same number, counted from 0 in the order in which they turn up.
#[derive(Clone, Debug)]
pub(super) struct Numbering {
    /// By the first half of a fingerprint, and by what follows from it if another has the same.
    known: Table<u32>,
    /// The other halves.
    rest: Vec<u64>,
}

impl Default for Numbering {
    fn default() -> Self {
        Self { known: Table::filled_to(88), rest: Vec::new() }
    }
}

impl Numbering {
    /// The number of a thing, and whether it is new.
    pub(super) fn of(&mut self, Fingerprint(fingerprint): Fingerprint) -> (u32, bool) {
        let (mut key, rest) = ((fingerprint as u64).max(1), (fingerprint >> 64) as u64);
        while let Some(number) = self.known.get(key) {
            if self.rest[number as usize] == rest {
                return (number, false);
            }
            key = mix(key).wrapping_add(1).max(1);
        }
        let number = self.rest.len() as u32;
        self.known.insert(key, number);
        self.rest.push(rest);
        (number, true)
    }

    /// How many numbers were given.
    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    /// How much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.known.bytes() + self.rest.capacity() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_things_have_one_number_though_half_of_their_bits_are_shared() {
        let mut numbering = Numbering::default();
        let all = [5u128, 5 + (1 << 64), 6, 5 + (2 << 64), 1, 1 << 65];
        for (number, fingerprint) in all.into_iter().enumerate() {
            assert_eq!(numbering.of(Fingerprint(fingerprint)), (number as u32, true));
        }
        for (number, fingerprint) in all.into_iter().enumerate() {
            assert_eq!(numbering.of(Fingerprint(fingerprint)), (number as u32, false));
        }
        assert_eq!(numbering.len(), all.len());
    }
}
