//! Planted bugs, each with the invariant that it trips.

/// Which bug is planted: a switch that is consulted in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// What a tool asks of its own session waits for the session's permit.
    AckWaitsForTurn,
    /// The key of a read is that of what is read.
    StaticKey,
    /// The parts of a key are put together as they are.
    UnescapedJoin,
    /// Replies are in memory only.
    ForgetsReplies,
    /// Stored requests without a reply stay so.
    TakesUpNothing,
    /// A tree is deleted by a list, and its root is marked last.
    CascadeMissesCreation,
    /// A read of what is just being deleted makes it anew.
    ReadMakesAnew,
    /// A connection is closed only if it is set up.
    LateConnect,
}

/// What is wrong in a variant.
pub type Planted = rehearsal_protocol::planted::Planted<Variant>;

/// All planted bugs.
pub const VARIANTS: [Planted; 8] = [
    Planted {
        name: "ack-waits-for-turn",
        sentence: "what a tool asks of its own session waits for the permit, which the turn holds that waits for the tool",
        trips: "DEAD-1",
        variant: Variant::AckWaitsForTurn,
    },
    Planted {
        name: "static-key",
        sentence: "reads of a session are stored under one key, whoever reads and when",
        trips: "STO-3",
        variant: Variant::StaticKey,
    },
    Planted {
        name: "unescaped-join",
        sentence: "the parts of a key are joined by a separator that may stand in a part",
        trips: "STO-3",
        variant: Variant::UnescapedJoin,
    },
    Planted {
        name: "forgets-replies",
        sentence: "a crash forgets what came of a request, and it is executed once more when it is asked again",
        trips: "STO-3",
        variant: Variant::ForgetsReplies,
    },
    Planted {
        name: "takes-up-nothing",
        sentence: "what was stored and not executed before a crash is not taken up after it",
        trips: "STO-1",
        variant: Variant::TakesUpNothing,
    },
    Planted {
        name: "cascade-misses-creation",
        sentence: "a tree is deleted by a list of those below its root, which is marked last: what is made meanwhile lives on",
        trips: "RPC-3",
        variant: Variant::CascadeMissesCreation,
    },
    Planted {
        name: "read-makes-anew",
        sentence: "a session that is read while its tree is being deleted is taken for one that has done nothing yet",
        trips: "RPC-3",
        variant: Variant::ReadMakesAnew,
    },
    Planted {
        name: "late-connect",
        sentence: "a client that disconnects while it is being connected is connected all the same, and nobody owns that connection",
        trips: "LIFE-1",
        variant: Variant::LateConnect,
    },
];

impl Variant {
    /// The variant of that name.
    pub fn named(name: &str) -> Option<Self> {
        rehearsal_protocol::planted::named(&VARIANTS, name)
    }
}
