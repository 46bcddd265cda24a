//! The digest of a payload, and the folding of the running hash.
//!
//! Both are ours to specify because `std`'s `Hash` promises nothing across versions and platforms. Version 1, 64-bit
//! arithmetic, `hi` and `lo` the halves of the 128-bit product:
//!
//! ```text
//! fold(a, b)  = hi(a * b) ^ lo(a * b)
//! K1          = 0xA0761D6478BD642F    K2 = 0xE7037ED1A0B428DB
//! word(h, w)    = fold(h ^ w ^ K1, rotate_left(h, 23) ^ K2)
//! pair(h, a, b) = fold(h ^ a ^ K1, rotate_left(h, 23) ^ b ^ K2)
//! ```
//!
//! A digest starts from `h = 0x8EBC6AF09C88C6E3` and takes each word `w` by `word`. A payload is fed as the events of serde's data model: integers, characters and booleans as one word (signed ones sign-extended, 128 bits as two words,
//! the low one first); floats as their bits; strings and bytes as their length and then their little-endian 8-byte words,
//! the last filled with zeros; unit, unit structs and `None` as 0 and `Some` as 1 before its value; an enum's variant as its
//! index; sequences and maps of known or unknown length as their elements and then the number of them. Struct and
//! field names are not fed.

use serde::ser::{self, Serialize, Serializer as _};

const K1: u64 = 0xA076_1D64_78BD_642F;
const K2: u64 = 0xE703_7ED1_A0B4_28DB;
const START: u64 = 0x8EBC_6AF0_9C88_C6E3;

#[inline]
const fn fold(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    product as u64 ^ (product >> 64) as u64
}

/// Folds one word into a state.
#[inline]
pub const fn word(state: u64, word: u64) -> u64 {
    fold(state ^ word ^ K1, state.rotate_left(23) ^ K2)
}

/// Folds two words into a state at the cost of one.
#[inline]
pub const fn pair(state: u64, a: u64, b: u64) -> u64 {
    fold(state ^ a ^ K1, state.rotate_left(23) ^ b ^ K2)
}

/// The digest of a payload.
///
/// # Panics
///
/// If the payload's `Serialize` fails by itself.
#[inline]
pub fn digest<T: Serialize + ?Sized>(payload: &T) -> u64 {
    let Ok(state) = payload.serialize(Digester { state: START });
    state
}

/// A serde serializer that keeps nothing but 64 bits. It is handed on by value, so that they stay in a register.
#[derive(Clone, Copy)]
struct Digester {
    state: u64,
}

impl Digester {
    #[inline]
    const fn word(self, value: u64) -> Self {
        Self { state: word(self.state, value) }
    }

    #[expect(clippy::inline_always, reason = "it stands for the call of the value's own method")]
    #[inline(always)]
    fn feed<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.state = value.serialize(*self)?;
        Ok(())
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self = self.word(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut filled = [0; 8];
            filled[..chunk.len()].copy_from_slice(chunk);
            self = self.word(u64::from_le_bytes(filled));
        }
        self
    }
}

/// Neither a digest nor the look at a kind fails, so nothing is asked after each word. A payload whose own `Serialize` does ends it at once.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {}

impl ser::Error for Failed {
    #[cold]
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        panic!("a payload's own Serialize does not fail: {message}")
    }
}

macro_rules! words {
    ($($method:ident: $type:ty),*) => {$(
        #[inline]
        fn $method(self, value: $type) -> Result<u64, Failed> {
            Ok(self.word(value as u64).state)
        }
    )*};
}

impl ser::Serializer for Digester {
    type Ok = u64;
    type Error = Failed;
    type SerializeSeq = Counted;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Counted;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    words!(serialize_bool: bool, serialize_char: char, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);

    #[inline]
    fn serialize_i8(self, value: i8) -> Result<u64, Failed> {
        self.serialize_i64(value.into())
    }

    #[inline]
    fn serialize_i16(self, value: i16) -> Result<u64, Failed> {
        self.serialize_i64(value.into())
    }

    #[inline]
    fn serialize_i32(self, value: i32) -> Result<u64, Failed> {
        self.serialize_i64(value.into())
    }

    #[inline]
    fn serialize_i64(self, value: i64) -> Result<u64, Failed> {
        self.serialize_u64(value.cast_unsigned())
    }

    fn serialize_i128(self, value: i128) -> Result<u64, Failed> {
        self.serialize_u128(value.cast_unsigned())
    }

    fn serialize_u128(self, value: u128) -> Result<u64, Failed> {
        self.word(value as u64).serialize_u64((value >> 64) as u64)
    }

    fn serialize_f32(self, value: f32) -> Result<u64, Failed> {
        self.serialize_u32(value.to_bits())
    }

    fn serialize_f64(self, value: f64) -> Result<u64, Failed> {
        self.serialize_u64(value.to_bits())
    }

    fn serialize_str(self, value: &str) -> Result<u64, Failed> {
        self.serialize_bytes(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<u64, Failed> {
        Ok(self.bytes(value).state)
    }

    #[inline]
    fn serialize_none(self) -> Result<u64, Failed> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<u64, Failed> {
        value.serialize(self.word(1))
    }

    #[inline]
    fn serialize_unit(self) -> Result<u64, Failed> {
        self.serialize_u64(0)
    }

    #[inline]
    fn serialize_unit_struct(self, _: &'static str) -> Result<u64, Failed> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<u64, Failed> {
        self.serialize_u32(index)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<u64, Failed> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<u64, Failed> {
        value.serialize(self.word(index.into()))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Counted, Failed> {
        Ok(Counted { digester: self, count: 0 })
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Self, Failed> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Failed> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Failed> {
        Ok(self.word(index.into()))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Counted, Failed> {
        Ok(Counted { digester: self, count: 0 })
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Failed> {
        Ok(self)
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Failed> {
        Ok(self.word(index.into()))
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

/// A sequence or map whose number of elements is fed at its end.
struct Counted {
    digester: Digester,
    count: u64,
}

impl ser::SerializeSeq for Counted {
    type Ok = u64;
    type Error = Failed;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.count += 1;
        self.digester.feed(value)
    }

    fn end(self) -> Result<u64, Failed> {
        self.digester.serialize_u64(self.count)
    }
}

impl ser::SerializeMap for Counted {
    type Ok = u64;
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        self.count += 1;
        self.digester.feed(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.digester.feed(value)
    }

    fn end(self) -> Result<u64, Failed> {
        self.digester.serialize_u64(self.count)
    }
}

macro_rules! plain_compound {
    ($($trait:ident $method:ident ($($name:ident: $type:ty)?)),*) => {$(
        impl ser::$trait for Digester {
            type Ok = u64;
            type Error = Failed;

            // A field is fed where it lies, and the digest stays in a register.
            #[inline(always)]
            fn $method<T: Serialize + ?Sized>(&mut self, $($name: $type,)? value: &T) -> Result<(), Failed> {
                $(let _ = $name;)?
                self.feed(value)
            }

            #[inline]
            fn end(self) -> Result<u64, Failed> {
                Ok(self.state)
            }
        }
    )*};
}

plain_compound!(
    SerializeTuple serialize_element(),
    SerializeTupleStruct serialize_field(),
    SerializeTupleVariant serialize_field(),
    SerializeStruct serialize_field(_name: &'static str),
    SerializeStructVariant serialize_field(_name: &'static str)
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    enum Sample {
        Unit,
        Pair(u8, i64),
        Named { text: &'static str, maybe: Option<u32> },
    }

    /// Whoever changes one of these breaks every trace hash ever kept: raise the format version instead.
    #[test]
    fn the_digest_is_pinned_by_test_vectors() {
        let lines = [
            digest(&()),
            digest(&0u64),
            digest(&-1i8),
            digest(&Sample::Unit),
            digest(&Sample::Pair(1, -2)),
            digest(&Sample::Named { text: "rehearsal", maybe: Some(3) }),
            digest(&vec![1u8, 2, 3]),
            digest(&BTreeMap::from([(1, "a")])),
            digest(&u128::MAX),
            pair(word(0, 1), 2, 3),
        ];
        insta::assert_snapshot!(format!("{lines:016x?}"), @"[840858906f265a62, 840858906f265a62, 45b2631b4fc71c48, 840858906f265a62, e7667c4a85801aff, 797660f49d4478c6, fa80cd329e522881, 6c4ed8cd34e01101, 69d3ffd2405ae712, c7aca84ffee710b3]");
    }

    struct Unwritable;

    impl Serialize for Unwritable {
        fn serialize<S: ser::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(ser::Error::custom("it has no words"))
        }
    }

    #[test]
    #[should_panic(expected = "a payload's own Serialize does not fail: it has no words")]
    fn a_payload_that_cannot_be_serialized_has_no_digest() {
        digest(&(1, Unwritable));
    }

    #[test]
    fn payloads_that_differ_anywhere_have_different_digests() {
        let digests = [
            digest("ab"),
            digest("ba"),
            digest("ab\0"),
            digest(&("a", "b")),
            digest(&("", "ab")),
            digest(&Sample::Pair(1, 2)),
            digest(&Sample::Pair(2, 1)),
            digest(&Sample::Named { text: "", maybe: None }),
            digest(&vec![(); 2]),
            digest(&vec![(); 3]),
        ];
        let distinct: std::collections::BTreeSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), digests.len());
    }
}
