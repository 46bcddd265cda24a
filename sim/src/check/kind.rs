//! The kind of a fact: which variant of its enum it is.
//!
//! Read off the fact's own `Serialize` and `Deserialize`, so nobody has to number facts by hand. Facts that are no enum are all of one kind
//! without a name.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeOwned, Visitor};
use serde::ser::{self, Serialize};
use serde::{Deserializer, forward_to_deserialize_any};

use crate::trace::digest::Failed;
use crate::tree::Tree;

/// The place of a fact's variant among the variants; 0 if facts are no enum.
#[inline]
pub(crate) fn kind_of<F: Serialize>(fact: &F) -> u32 {
    let Ok(place) = fact.serialize(Outline);
    place
}

/// The name of a fact's variant; empty if facts are no enum. Asked once for each kind, so the whole fact may be written for it.
pub(crate) fn kind_name<F: Serialize>(fact: &F) -> &'static str {
    match Tree::of(fact).kind() {
        Some(Cow::Borrowed(name)) => name,
        Some(Cow::Owned(_)) | None => "",
    }
}

/// The names of all kinds, if facts are an enum.
pub(crate) fn kinds_of<F: DeserializeOwned>() -> Option<&'static [&'static str]> {
    match F::deserialize(Asked) {
        Err(Answer::Variants(names)) => Some(names),
        Ok(_) | Err(Answer::Other) => None,
    }
}

/// A serializer that keeps the place of the outermost variant and nothing else: it fits a register, and is asked of every fact.
struct Outline;

/// The place of the variant, while its fields go by.
struct Fields(u32);

macro_rules! nameless {
    ($($method:ident: $type:ty),*) => {$(
        #[inline]
        fn $method(self, _: $type) -> Result<u32, Failed> {
            Ok(0)
        }
    )*};
}

macro_rules! nameless_compound {
    ($($method:ident($($type:ty),*)),*) => {$(
        #[inline]
        fn $method(self, $(_: $type),*) -> Result<Fields, Failed> {
            Ok(Fields(0))
        }
    )*};
}

impl ser::Serializer for Outline {
    type Ok = u32;
    type Error = Failed;
    type SerializeSeq = Fields;
    type SerializeTuple = Fields;
    type SerializeTupleStruct = Fields;
    type SerializeTupleVariant = Fields;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    nameless!(
        serialize_bool: bool, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64, serialize_unit_struct: &'static str
    );

    nameless_compound!(
        serialize_seq(Option<usize>),
        serialize_tuple(usize),
        serialize_tuple_struct(&'static str, usize),
        serialize_map(Option<usize>),
        serialize_struct(&'static str, usize)
    );

    #[inline]
    fn serialize_none(self) -> Result<u32, Failed> {
        Ok(0)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<u32, Failed> {
        Ok(0)
    }

    #[inline]
    fn serialize_unit(self) -> Result<u32, Failed> {
        Ok(0)
    }

    #[inline]
    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<u32, Failed> {
        Ok(index)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<u32, Failed> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: &T,
    ) -> Result<u32, Failed> {
        Ok(index)
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Fields, Failed> {
        Ok(Fields(index))
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Fields, Failed> {
        Ok(Fields(index))
    }
}

macro_rules! ignored_fields {
    ($($trait:ident: $($method:ident($($name:ty)?))*),*) => {$(
        impl ser::$trait for Fields {
            type Ok = u32;
            type Error = Failed;

            $(
                #[inline]
                fn $method<T: Serialize + ?Sized>(&mut self, $(_: $name,)? _: &T) -> Result<(), Failed> {
                    Ok(())
                }
            )*

            #[inline]
            fn end(self) -> Result<u32, Failed> {
                Ok(self.0)
            }
        }
    )*};
}

ignored_fields!(
    SerializeSeq: serialize_element(),
    SerializeTuple: serialize_element(),
    SerializeTupleStruct: serialize_field(),
    SerializeTupleVariant: serialize_field(),
    SerializeMap: serialize_key() serialize_value(),
    SerializeStruct: serialize_field(&'static str),
    SerializeStructVariant: serialize_field(&'static str)
);

/// A deserializer that gives nothing, and hears which variants it is asked for.
struct Asked;

/// What a type asked [`Asked`] for.
#[derive(Debug)]
enum Answer {
    Variants(&'static [&'static str]),
    Other,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing is here to be read")
    }
}

impl std::error::Error for Answer {}

impl serde::de::Error for Answer {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Other
    }
}

impl<'de> Deserializer<'de> for Asked {
    type Error = Answer;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer::Other)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Answer> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer::Variants(variants))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Serialize, Deserialize)]
    enum Fact {
        Alone,
        One(u8),
        Two(u8, u8),
        #[serde(rename = "third")]
        Named {
            text: String,
        },
    }

    #[derive(Serialize, Deserialize)]
    struct Wrapped(Fact);

    #[derive(Serialize, Deserialize)]
    struct Plain {
        number: u64,
    }

    #[test]
    fn a_kind_is_a_variant_with_its_place() {
        let facts = [Fact::Alone, Fact::One(7), Fact::Two(7, 8), Fact::Named { text: "x".to_owned() }];
        assert_eq!(facts.each_ref().map(kind_name), ["Alone", "One", "Two", "third"]);
        assert_eq!(facts.each_ref().map(kind_of), [0, 1, 2, 3]);
        assert_eq!(kinds_of::<Fact>(), Some(&["Alone", "One", "Two", "third"][..]));
    }

    #[test]
    fn a_wrapped_enum_has_its_kinds_and_other_facts_have_none() {
        let wrapped = Wrapped(Fact::One(1));
        assert_eq!((kind_of(&wrapped), kind_name(&wrapped)), (1, "One"));
        assert_eq!(kinds_of::<Wrapped>(), kinds_of::<Fact>());
        assert_eq!((kind_of(&3u32), kind_of(&Plain { number: 3 }), kind_of(&"x")), (0, 0, 0));
        assert_eq!((kind_name(&3u32), kind_name(&Plain { number: 3 }), kind_name(&"x")), ("", "", ""));
        assert_eq!((kinds_of::<u32>(), kinds_of::<Plain>()), (None, None));
    }
}
