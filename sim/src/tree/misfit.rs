//! Why a tree is no value of a type.

use std::fmt;

use serde::de;

use super::reader::Place;

/// Why what was read is no value of a type: what is wrong, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Misfit(Box<Wrong>);

#[derive(Debug, PartialEq, Eq)]
struct Wrong {
    what: String,
    /// The names of fields and variants and the places in lists that lead there.
    place: String,
}

impl Misfit {
    pub(super) fn new(what: String) -> Self {
        Self(Box::new(Wrong { what, place: String::new() }))
    }

    /// The same, and where.
    pub(super) fn at(mut self, place: &Place<'_>) -> Self {
        self.0.place = place.to_string();
        self
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wrong { what, place } = &*self.0;
        if place.is_empty() { f.write_str(what) } else { write!(f, "{what}, at `{place}`") }
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    #[cold]
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self::new(what.to_string())
    }
}
