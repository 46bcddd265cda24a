//! How messages travel in a search of states.

use std::fmt;
use std::str::FromStr;

/// How messages travel between nodes. Within a node they always keep their order per pair of actors, and none arrives twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// Each arrives once, in any order.
    #[default]
    Once,
    /// Each arrives once, and those from one actor to another in their order.
    InOrder,
    /// Each stays under way, and may arrive again and again: for protocols that are to bear that. Equal ones are one.
    Kept,
}

impl Network {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Once, Self::InOrder, Self::Kept];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::InOrder => "in-order",
            Self::Kept => "kept",
        }
    }

    /// What it does, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Once => "each message arrives once, in any order",
            Self::InOrder => "each message arrives once, in order per pair of actors",
            Self::Kept => "messages may arrive again and again",
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|network| network.name() == name);
        known.ok_or_else(|| format!("`{name}` is no network; there are `once`, `in-order` and `kept`"))
    }
}
