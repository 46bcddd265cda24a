//! What a function does.

/// The parts of what a protocol costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    World,
    Check,
    Search,
    States,
    Reading,
    Writing,
    Maps,
    Lists,
    Own,
    Rest,
}

impl Part {
    pub(crate) const ALL: [Self; 10] = [
        Self::World,
        Self::Check,
        Self::Search,
        Self::States,
        Self::Reading,
        Self::Writing,
        Self::Maps,
        Self::Lists,
        Self::Own,
        Self::Rest,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::World => "world",
            Self::Check => "check",
            Self::Search => "search, orders",
            Self::States => "states",
            Self::Reading => "reading",
            Self::Writing => "writing",
            Self::Maps => "maps",
            Self::Lists => "lists, iterators",
            Self::Own => "its own",
            Self::Rest => "the rest",
        }
    }

    /// What a function of this name does: the first of these that it names.
    pub(crate) fn of(name: &str) -> Self {
        let names = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let own = name.trim_start_matches(['<', '&']);
        let begins = |words: &[&str]| words.iter().any(|word| own.starts_with(word));
        if names(&["::de::", "Deserialize", "rehearsal::tree::reader"]) {
            Self::Reading
        } else if names(&["::ser::", "Serialize", "Digester", "check::kind::Outline"]) {
            Self::Writing
        } else if names(&["collections::btree", "BTreeMap", "BTreeSet"]) {
            Self::Maps
        } else if begins(&[
            "alloc::vec",
            "alloc::collections",
            "core::iter",
            "core::slice",
            "core::ops::range",
        ]) {
            Self::Lists
        } else if names(&["rehearsal::states", "rehearsal::erased"]) {
            Self::States
        } else if names(&["rehearsal::search", "rehearsal::interleave", "rehearsal::explore"]) {
            Self::Search
        } else if names(&["rehearsal::check"]) {
            Self::Check
        } else if names(&["rehearsal::world"]) {
            Self::World
        } else if begins(&["rehearsal_"]) {
            Self::Own
        } else {
            Self::Rest
        }
    }
}
