//! Words that are put together without a detour.

use std::fmt;

/// Signs and numbers in turn, put together first and then written at once: a recorded run puts states with hundreds of ids into words, turn
/// after turn.
#[derive(Default)]
pub(super) struct Spelling {
    text: [[u8; 32]; 2],
    length: usize,
}

impl Spelling {
    /// Goes on with a sign and a number.
    pub(super) fn number(&mut self, sign: &str, number: impl Into<u32>) -> &mut Self {
        self.sign(sign).sign(itoa::Buffer::new().format(number.into()))
    }

    /// Goes on with a sign.
    pub(super) fn sign(&mut self, sign: &str) -> &mut Self {
        let end = self.length + sign.len();
        self.text.as_flattened_mut()[self.length..end].copy_from_slice(sign.as_bytes());
        self.length = end;
        self
    }

    /// Writes all of it.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.text.as_flattened()[..self.length]).map_err(|_| fmt::Error)?)
    }
}
