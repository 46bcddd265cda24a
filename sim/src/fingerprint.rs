//! 128 bits that stand for a state, for finding equal states within one process.

use std::hash::Hasher;

use crate::trace::digest::word;

/// 128 bits that stand for a state, within one process.
///
/// Among n states, two that differ have the same with a probability of about n² / 2^129: one in 3·10^20 for a billion states, provided that
/// the two halves are as good as random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u128);

/// Feeds a state into two hashes at once.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Fingerprinter {
    low: u64,
    high: u64,
}

impl Default for Fingerprinter {
    fn default() -> Self {
        Self { low: 0x9D39_247E_3377_6D41, high: 0x2AF7_3980_05AA_A5C7 }
    }
}

impl Fingerprinter {
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint(u128::from(self.high) << 64 | u128::from(self.low))
    }
}

macro_rules! as_one_word {
    ($($method:ident: $type:ty),*) => {$(
        #[inline]
        fn $method(&mut self, value: $type) {
            self.write_u64(value as u64);
        }
    )*};
}

impl Hasher for Fingerprinter {
    fn finish(&self) -> u64 {
        self.low
    }

    fn write(&mut self, bytes: &[u8]) {
        self.write_u64(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut filled = [0; 8];
            filled[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(filled));
        }
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.low = word(self.low, value);
        self.high = word(self.high, value.rotate_left(32) ^ 0x5851_F42D_4C95_7F2D);
    }

    as_one_word!(write_u8: u8, write_u16: u16, write_u32: u32, write_usize: usize);
}
