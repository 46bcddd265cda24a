//! A tree as a value.
//!
//! For each type that is read, as little as can be is generic here: a look at the tree, and the visit.

use std::cell::RefCell;
use std::fmt;
use std::slice;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};

use super::{Misfit, Tree};

/// Where in the tree the reader is, for whoever reads why it went no further.
#[derive(Default)]
pub(super) struct Place<'a>(RefCell<Vec<Step<'a>>>);

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a Tree<'a>),
    Number(usize),
}

impl<'a> Place<'a> {
    /// The step of this depth is another one, and none is below it.
    fn enter(&self, depth: usize, step: Step<'a>) {
        let mut steps = self.0.borrow_mut();
        steps.truncate(depth);
        steps.push(step);
    }

    fn leave(&self, depth: usize) {
        self.0.borrow_mut().truncate(depth);
    }

    /// How deep the reader is when it begins with what it has entered.
    fn depth(&self) -> usize {
        self.0.borrow().len()
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, step) in self.0.borrow().iter().enumerate() {
            match step {
                Step::Key(key) => write!(f, "{}{}", if depth > 0 { "." } else { "" }, key.words())?,
                Step::Number(number) => write!(f, "[{number}]")?,
            }
        }
        Ok(())
    }
}

/// Reads one tree.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    tree: &'a Tree<'a>,
    place: &'a Place<'a>,
}

/// A whole number as visitors take it.
enum Number {
    Natural(u64),
    Negative(i64),
    Float(f64),
}

impl Tree<'_> {
    /// What it is, in the words of an error.
    fn words(&self) -> String {
        let unexpected = match self {
            Self::Nothing => return "null".to_owned(),
            Self::Some(tree) => return tree.words(),
            Self::Text(text) | Self::Key(text) | Self::Name(text) => return text.to_string(),
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Whole(number) => return number.to_string(),
            Self::Vast(number) => return number.to_string(),
            Self::Single(number) => Unexpected::Float(f64::from(*number)),
            Self::Float(number) => Unexpected::Float(*number),
            Self::Bytes(bytes) => Unexpected::Bytes(bytes),
            Self::List(_) => Unexpected::Seq,
            Self::Map(_) | Self::Variant(_) => Unexpected::Map,
        };
        unexpected.to_string()
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(tree: &'a Tree<'a>, place: &'a Place<'a>) -> Self {
        Self { tree, place }
    }

    #[cold]
    fn wrong(&self, expected: &str) -> Misfit {
        let found = match self.tree {
            Tree::Nothing => "null".to_owned(),
            Tree::Text(text) | Tree::Key(text) | Tree::Name(text) => format!("string {text:?}"),
            Tree::Whole(number) => format!("integer `{number}`"),
            Tree::Vast(number) => format!("integer `{number}`"),
            other => other.words(),
        };
        Misfit::new(format!("invalid type: {found}, expected {expected}"))
    }

    /// The whole number that is here, or stands here as a key.
    fn whole(&self) -> Option<i128> {
        match self.tree {
            Tree::Whole(number) => Some(*number),
            Tree::Key(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn vast(&self) -> Option<u128> {
        match self.tree {
            Tree::Vast(number) => Some(*number),
            Tree::Key(text) => text.parse().ok(),
            _ => self.whole().and_then(|number| number.try_into().ok()),
        }
    }

    fn number(&self, expected: &str) -> Result<Number, Misfit> {
        if let Some(number) = self.whole() {
            let natural = u64::try_from(number).map(Number::Natural);
            let whole = natural.or_else(|_| i64::try_from(number).map(Number::Negative));
            return Ok(whole.unwrap_or(Number::Float(number as f64)));
        }
        match self.tree {
            Tree::Vast(number) => Ok(Number::Float(*number as f64)),
            Tree::Single(number) => Ok(Number::Float(f64::from(*number))),
            Tree::Float(number) => Ok(Number::Float(*number)),
            Tree::Key(text) => {
                let number = text.parse().map_err(|_| self.wrong(expected))?;
                Ok(Number::Float(number))
            }
            _ => Err(self.wrong(expected)),
        }
    }

    fn text(&self, expected: &str) -> Result<&'a str, Misfit> {
        match self.tree {
            Tree::Text(text) | Tree::Key(text) | Tree::Name(text) => Ok(text),
            _ => Err(self.wrong(expected)),
        }
    }

    fn name(&self) -> &'a str {
        match self.tree {
            Tree::Text(text) | Tree::Key(text) | Tree::Name(text) => text,
            _ => "",
        }
    }

    fn bool(&self) -> Result<bool, Misfit> {
        match self.tree {
            Tree::Bool(value) => Ok(*value),
            Tree::Key(text) => text.parse().map_err(|_| self.wrong("a boolean")),
            _ => Err(self.wrong("a boolean")),
        }
    }

    fn nothing(&self) -> Result<(), Misfit> {
        match self.tree {
            Tree::Nothing => Ok(()),
            _ => Err(self.wrong("null")),
        }
    }

    /// What an option has.
    fn option(self) -> Option<Self> {
        match self.tree {
            Tree::Nothing => None,
            Tree::Some(tree) => Some(Self { tree, ..self }),
            _ => Some(self),
        }
    }

    fn list(self) -> Result<List<'a>, Misfit> {
        match self.tree {
            Tree::List(list) => {
                Ok(List { left: list.iter(), number: 0, depth: self.place.depth(), place: self.place })
            }
            _ => Err(self.wrong("a sequence")),
        }
    }

    /// A list of this length.
    fn tuple(self, length: usize) -> Result<List<'a>, Misfit> {
        let list = self.list()?;
        let found = list.left.len();
        if found == length {
            Ok(list)
        } else {
            Err(Misfit::new(format!("invalid length {found}, expected a list of {length}")))
        }
    }

    fn map(self, expected: &str) -> Result<Map<'a>, Misfit> {
        let entries = self.entries().ok_or_else(|| self.wrong(expected))?;
        Ok(Map { left: entries.iter(), value: None, depth: self.place.depth(), place: self.place })
    }

    fn entries(self) -> Option<&'a [(Tree<'a>, Tree<'a>)]> {
        match self.tree {
            Tree::Map(entries) => Some(entries),
            Tree::Variant(variant) => Some(&variant[..]),
            _ => None,
        }
    }

    fn variant(self, of: &str) -> Result<Variant<'a>, Misfit> {
        let (name, content) = match (self.tree, self.entries()) {
            (_, Some([(name, content)])) => (name, Some(content)),
            (Tree::Text(_) | Tree::Key(_) | Tree::Name(_), _) => (self.tree, None),
            _ => {
                return Err(
                    self.wrong(&format!("the name of a variant of {of}, or a map with that as its only key"))
                );
            }
        };
        Ok(Variant { name, content, place: self.place })
    }
}

macro_rules! numbers {
    ($($method:ident: $type:ident),*) => {$(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
            match self.number(stringify!($type))? {
                Number::Natural(number) => visitor.visit_u64(number),
                Number::Negative(number) => visitor.visit_i64(number),
                Number::Float(number) => visitor.visit_f64(number),
            }
        }
    )*};
}

impl<'a> Deserializer<'a> for Reader<'a> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.tree {
            Tree::Nothing => visitor.visit_unit(),
            Tree::Some(_) => self.deserialize_option(visitor),
            Tree::Bool(_) => self.deserialize_bool(visitor),
            Tree::Whole(_) | Tree::Vast(_) | Tree::Single(_) | Tree::Float(_) => {
                self.deserialize_u64(visitor)
            }
            Tree::Text(text) | Tree::Key(text) | Tree::Name(text) => visitor.visit_borrowed_str(text),
            Tree::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Tree::List(_) => visitor.visit_seq(self.list()?),
            Tree::Map(_) | Tree::Variant(_) => visitor.visit_map(self.map("a map")?),
        }
    }

    numbers!(
        deserialize_u8: u8, deserialize_u16: u16, deserialize_u32: u32, deserialize_u64: u64, deserialize_i8: i8, deserialize_i16: i16,
        deserialize_i32: i32, deserialize_i64: i64, deserialize_f32: f32, deserialize_f64: f64
    );

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_bool(self.bool()?)
    }

    fn deserialize_i128<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_i128(self.whole().ok_or_else(|| self.wrong("i128"))?)
    }

    fn deserialize_u128<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_u128(self.vast().ok_or_else(|| self.wrong("u128"))?)
    }

    fn deserialize_char<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_str(self.text("a character")?)
    }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_borrowed_str(self.text("a string")?)
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_str(self.text("a string")?)
    }

    fn deserialize_bytes<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.tree {
            Tree::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Tree::Text(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            _ => visitor.visit_seq(self.list()?),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.option() {
            None => visitor.visit_none(),
            Some(reader) => visitor.visit_some(reader),
        }
    }

    fn deserialize_unit<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.nothing()?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_seq(self.list()?)
    }

    fn deserialize_tuple<V: Visitor<'a>>(self, length: usize, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_seq(self.tuple(length)?)
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_seq(self.tuple(length)?)
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_map(self.map("a map")?)
    }

    /// From a map, and never from a list: to read all structs in both ways takes twice the code.
    fn deserialize_struct<V: Visitor<'a>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_map(self.map(name)?)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_enum(self.variant(name)?)
    }

    /// What is no text is no name either, and refused as one that is not known.
    fn deserialize_identifier<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_str(self.name())
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }
}

/// The elements of a list that are still to be read.
struct List<'a> {
    left: slice::Iter<'a, Tree<'a>>,
    number: usize,
    depth: usize,
    place: &'a Place<'a>,
}

impl<'a> List<'a> {
    fn next(&mut self) -> Option<Reader<'a>> {
        let Some(tree) = self.left.next() else {
            self.place.leave(self.depth);
            return None;
        };
        self.place.enter(self.depth, Step::Number(self.number));
        self.number += 1;
        Some(Reader { tree, place: self.place })
    }
}

impl<'a> SeqAccess<'a> for List<'a> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        match self.next() {
            Some(reader) => Ok(Some(seed.deserialize(reader)?)),
            None => Ok(None),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// The entries of a map that are still to be read.
struct Map<'a> {
    left: slice::Iter<'a, (Tree<'a>, Tree<'a>)>,
    value: Option<&'a Tree<'a>>,
    depth: usize,
    place: &'a Place<'a>,
}

impl<'a> Map<'a> {
    fn key(&mut self) -> Option<Reader<'a>> {
        let Some((key, value)) = self.left.next() else {
            self.place.leave(self.depth);
            return None;
        };
        self.place.enter(self.depth, Step::Key(key));
        self.value = Some(value);
        Some(Reader { tree: key, place: self.place })
    }

    fn value(&mut self) -> Reader<'a> {
        Reader { tree: self.value.take().expect("a value is asked for after its key"), place: self.place }
    }
}

impl<'a> MapAccess<'a> for Map<'a> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        match self.key() {
            Some(reader) => Ok(Some(seed.deserialize(reader)?)),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        seed.deserialize(self.value())
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// A variant whose name and content are to be read.
#[derive(Clone, Copy)]
struct Variant<'a> {
    name: &'a Tree<'a>,
    content: Option<&'a Tree<'a>>,
    place: &'a Place<'a>,
}

impl<'a> Variant<'a> {
    fn name(&self) -> Reader<'a> {
        Reader { tree: self.name, place: self.place }
    }

    fn enter(&self) {
        self.place.enter(self.place.depth(), Step::Key(self.name));
    }

    fn content(self) -> Result<Reader<'a>, Misfit> {
        match self.content {
            Some(tree) => Ok(Reader { tree, place: self.place }),
            None => Err(Misfit::new(format!("the variant `{}` has nothing with it", self.name.words()))),
        }
    }

    fn fields(self) -> Result<Map<'a>, Misfit> {
        self.content()?.map("a map of fields")
    }

    fn list(self, length: usize) -> Result<List<'a>, Misfit> {
        self.content()?.tuple(length)
    }
}

impl<'a> EnumAccess<'a> for Variant<'a> {
    type Error = Misfit;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self), Misfit> {
        let variant = seed.deserialize(self.name())?;
        self.enter();
        Ok((variant, self))
    }
}

impl<'a> VariantAccess<'a> for Variant<'a> {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        match self.content {
            Some(tree) => Reader { tree, place: self.place }.nothing(),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, Misfit> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'a>>(self, length: usize, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_seq(self.list(length)?)
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_map(self.fields()?)
    }
}
