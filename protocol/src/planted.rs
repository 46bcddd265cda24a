//! Bugs that are planted in a protocol: a check that none of them trips is not a check.

/// What is wrong in a variant. Each protocol has a table of them.
#[derive(Clone, Copy, Debug)]
pub struct Planted<V> {
    /// The switch.
    pub variant: V,
    /// Its name on the command line.
    pub name: &'static str,
    /// What is wrong, in words.
    pub sentence: &'static str,
    /// The invariant that it trips first, or [`SEVERAL`].
    pub trips: &'static str,
}

/// What a bundle of several bugs trips: one invariant or another, whichever breaks first.
pub const SEVERAL: &str = "several";

/// The variant of that name on the command line.
pub fn named<V: Copy>(table: &[Planted<V>], name: &str) -> Option<V> {
    table.iter().find(|planted| planted.name == name).map(|planted| planted.variant)
}
