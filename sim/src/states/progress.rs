//! How far a search of states is.

/// How far a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many states steps led to, equal ones counted each time, and the first ones.
    pub generated: u64,
    /// How many states there are.
    pub states: u64,
    /// From how many of them no step leads to another.
    pub ends: u64,
    /// How many steps it takes at least to the states that are looked at now.
    pub depth: u32,
    /// How much memory the search took at most, in bytes, beside what actors and monitors take.
    pub memory: u64,
}

/// Someone who watches a search.
pub trait Watcher {
    /// Comes now and then. `false` ends the search.
    fn watch(&mut self, so_far: &Progress) -> bool;
}

/// Nobody watches.
pub struct Unwatched;

impl Watcher for Unwatched {
    fn watch(&mut self, _: &Progress) -> bool {
        true
    }
}
