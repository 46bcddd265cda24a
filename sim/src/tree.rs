//! A value of any type as a tree: what there is between a type and the formats that it is read from and written in.
//!
//! Each type that is read or written costs code for each format. Facts, messages and policies therefore know one, this tree, and what comes
//! from it is compiled once for all of them.
//!
//! - here — the tree;
//! - [`reader`] — a tree as a value;
//! - [`writer`] — a value as a tree;
//! - [`formats`] — JSON and TOML as trees, and back;
//! - [`misfit`] — why a tree is no value of a type.

mod formats;
mod misfit;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use misfit::Misfit;

/// A value, without its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Tree<'t> {
    /// The unit, or an option without a value.
    Nothing,
    /// An option with a value that would not be told from none.
    Some(Box<Self>),
    Bool(bool),
    Whole(i128),
    /// A whole number above those.
    Vast(u128),
    Single(f32),
    Float(f64),
    Text(Cow<'t, str>),
    /// A key of a map in a format: a text that may stand for a number.
    Key(Cow<'t, str>),
    /// The name of a field, or of a variant without fields. In formats it is a text.
    Name(Cow<'t, str>),
    Bytes(Vec<u8>),
    List(Vec<Self>),
    /// A map or a struct.
    Map(Vec<(Self, Self)>),
    /// The name of a variant, and what it has. In formats it is a map with one key.
    Variant(Box<[(Self, Self); 1]>),
}

impl<'t> Tree<'t> {
    /// A value as a tree.
    pub(crate) fn of(value: &(impl Serialize + ?Sized)) -> Self {
        let Ok(tree) = value.serialize(writer::Writer);
        tree
    }

    /// The tree as a value.
    ///
    /// # Errors
    ///
    /// If it is no value of that type.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Misfit> {
        let place = reader::Place::default();
        T::deserialize(reader::Reader::new(self, &place)).map_err(|misfit| misfit.at(&place))
    }

    /// The name of the variant that a value is, if it is one. Of a value that was written, not read.
    pub(crate) fn kind(&self) -> Option<&Cow<'t, str>> {
        match self {
            Self::Name(name) => Some(name),
            Self::Variant(variant) => variant[0].0.kind(),
            _ => None,
        }
    }

    fn name(name: &'static str) -> Self {
        Self::Name(Cow::Borrowed(name))
    }

    /// A variant with what it has.
    fn variant(name: &'static str, content: Self) -> Self {
        Self::Variant(Box::new([(Self::name(name), content)]))
    }

    /// An option with this value.
    fn some(self) -> Self {
        match self {
            Self::Nothing | Self::Some(_) => Self::Some(Box::new(self)),
            other => other,
        }
    }
}
