//! The planted bugs: those of supervisors that concern what waits for a child, and one of the client.

use rehearsal_protocol::supervision;

/// Which bug is planted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// One into each supervisor.
    Supervisor(supervision::Variant),
    /// A client that was started anew does not ask to be told if there will be no answer to its last ask.
    NoReplyPort,
}

impl Variant {
    /// The bug that is planted into each supervisor.
    pub fn of_supervisor(self) -> supervision::Variant {
        match self {
            Self::Supervisor(variant) => variant,
            Self::Reference | Self::NoReplyPort => supervision::Variant::Reference,
        }
    }
}

/// What is wrong in a variant.
pub type Planted = rehearsal_protocol::planted::Planted<Variant>;

/// All planted bugs.
pub const VARIANTS: &[Planted; 8] = &[
    Planted {
        variant: Variant::Supervisor(supervision::Variant::DropsMail),
        name: "drops-mail",
        sentence: "what waits for a child after the second of two failures is given up, though it is to be kept",
        trips: "SUP-8",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::KeepsMail),
        name: "keeps-mail",
        sentence: "what waits for a child that is started again is kept, though it is to be given up",
        trips: "SUP-8",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::ForgetsMail),
        name: "forgets-mail",
        sentence: "what was kept for a child that is not started again is neither read nor given up",
        trips: "SUP-8",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::IgnoredRuns),
        name: "ignored-runs",
        sentence: "P-2: a child that had nothing to run when it was started again is waited for when it is stopped",
        trips: "SUP-6",
    },
    Planted {
        variant: Variant::NoReplyPort,
        name: "no-reply-port",
        sentence: "the last ask of a client that was started anew is given up with what waits, and nobody tells it",
        trips: "SUP-8",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::LooksLate),
        name: "looks-late",
        sentence: "a child that is being stopped asks its supervisor, which answers when the child has stopped",
        trips: "SUP-8",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::LosesState),
        name: "loses-state",
        sentence: "a child that is to recover begins with nothing after the second of two failures",
        trips: "ASK-1",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::KeepsState),
        name: "keeps-state",
        sentence: "a child that is to begin with nothing recovers after the second of two failures",
        trips: "ASK-1",
    },
];

/// The variant of that name on the command line.
pub fn named(name: &str) -> Option<Variant> {
    rehearsal_protocol::planted::named(VARIANTS, name)
}
