//! Planted bugs, each with the invariant that it trips.

/// Which bug is planted: a switch that is consulted in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// One statement for the sessions and one for each of them.
    NPlusOne,
    /// One statement for the sessions and one for their branches.
    TwoStatements,
    /// The first branch is joined by its time alone.
    TiesByJoin,
    /// Sessions without a branch are left out.
    InnerJoin,
    /// A title is written with all else that was read before.
    StaleObject,
    /// A title is written whatever the name is by now.
    UnconditionalTitle,
}

/// What is wrong in a variant.
pub type Planted = rehearsal_protocol::planted::Planted<Variant>;

/// All planted bugs.
pub const VARIANTS: [Planted; 6] = [
    Planted {
        name: "n-plus-one",
        sentence: "F3 of the audit: a listing asks for the sessions, and then for the branches of each",
        trips: "PERF-1",
        variant: Variant::NPlusOne,
    },
    Planted {
        name: "two-statements",
        sentence: "a listing asks for the sessions and then for all their branches, and a change comes between",
        trips: "LIST-1",
        variant: Variant::TwoStatements,
    },
    Planted {
        name: "ties-by-join",
        sentence: "the first branch is joined by its time, and of two of the same time any one stays",
        trips: "LIST-1",
        variant: Variant::TiesByJoin,
    },
    Planted {
        name: "inner-join",
        sentence: "a session without a branch is not in the list",
        trips: "LIST-1",
        variant: Variant::InnerJoin,
    },
    Planted {
        name: "stale-object",
        sentence: "a title is written with the whole session as it was read before, over what people did meanwhile",
        trips: "LIST-2",
        variant: Variant::StaleObject,
    },
    Planted {
        name: "unconditional-title",
        sentence: "a title replaces a name that a person gave while it was being found",
        trips: "LIST-2",
        variant: Variant::UnconditionalTitle,
    },
];

impl Variant {
    /// The variant of that name.
    pub fn named(name: &str) -> Option<Self> {
        rehearsal_protocol::planted::named(&VARIANTS, name)
    }
}
