//! Planted bugs, each with the invariant that it trips.

/// Which bug is planted: a switch that is consulted in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// Input always goes first.
    StrictLanes,
    /// If both lanes have something, chance decides.
    UnbiasedSelect,
    /// Coalescing takes the event after the inserts and forgets it.
    CoalescingDrops,
    /// A lane takes whatever comes.
    Unbounded,
    /// A request during a frame counts as answered by that frame.
    OwedClearedAtStart,
    /// A request during a frame begins another as soon as the debounce allows.
    FrameBesideFrame,
    /// Every frame waits for the tick, the first one, too.
    FixedTick,
    /// A frame that is owed begins at once.
    NoDebounce,
    /// An event joins one of its kind that waits, whatever its target.
    JoinsByKind,
    /// An event joins one like it only if that came just before.
    JoinsNeighbours,
    /// A program with nothing to do waits for input, and not for reports.
    WaitsOnInput,
    /// Whether the program is over is asked when a lane is closed, and not again.
    DeafToClose,
}

/// What is wrong in a variant.
pub type Planted = rehearsal_protocol::planted::Planted<Variant>;

/// All planted bugs.
pub const VARIANTS: [Planted; 12] = [
    Planted {
        name: "strict-lanes",
        sentence: "input always goes first, and endless input starves what agents report",
        trips: "LANE-2",
        variant: Variant::StrictLanes,
    },
    Planted {
        name: "unbiased-select",
        sentence: "if both lanes have something chance decides, so a key may wait behind reports",
        trips: "MBX-2",
        variant: Variant::UnbiasedSelect,
    },
    Planted {
        name: "coalescing-drops",
        sentence: "coalescing inserts receives the event after them before it looks, and forgets it",
        trips: "MBX-1",
        variant: Variant::CoalescingDrops,
    },
    Planted {
        name: "unbounded",
        sentence: "the lanes have no bound, and a flood fills the memory",
        trips: "MBX-3",
        variant: Variant::Unbounded,
    },
    Planted {
        name: "owed-cleared-at-start",
        sentence: "a request during a frame counts as answered by it, and the last change is never shown",
        trips: "LANE-3b",
        variant: Variant::OwedClearedAtStart,
    },
    Planted {
        name: "frame-beside-frame",
        sentence: "a request during a frame begins another when the debounce is over, drawn or not",
        trips: "LANE-3a",
        variant: Variant::FrameBesideFrame,
    },
    Planted {
        name: "fixed-tick",
        sentence: "frames come with a tick, and the first one after a quiet time waits for it",
        trips: "LANE-3c",
        variant: Variant::FixedTick,
    },
    Planted {
        name: "no-debounce",
        sentence: "an owed frame begins as soon as the last is drawn",
        trips: "LANE-3d",
        variant: Variant::NoDebounce,
    },
    Planted {
        name: "joins-by-kind",
        sentence: "a pane that wants to be drawn anew is forgotten if another one waits for that",
        trips: "MBX-5",
        variant: Variant::JoinsByKind,
    },
    Planted {
        name: "joins-neighbours",
        sentence: "whether an event is of no use is asked of the last one that waits, and the same pane waits twice",
        trips: "MBX-5",
        variant: Variant::JoinsNeighbours,
    },
    Planted {
        name: "waits-on-input",
        sentence: "a program that has nothing to do waits for a key, and looks for reports after that",
        trips: "LANE-4",
        variant: Variant::WaitsOnInput,
    },
    Planted {
        name: "deaf-to-close",
        sentence: "a program whose last lane is closed while something waits or is drawn has no exit, and waits for ever",
        trips: "LANE-5",
        variant: Variant::DeafToClose,
    },
];

impl Variant {
    /// The variant of that name.
    pub fn named(name: &str) -> Option<Self> {
        rehearsal_protocol::planted::named(&VARIANTS, name)
    }
}
