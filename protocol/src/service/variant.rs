//! The planted bugs: those of the supervisor of the line, and some of the client.

use crate::supervision;

/// Which bug is planted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// One into the supervisor of the line.
    Supervisor(supervision::Variant),
    /// A client takes an answer to what it has given up.
    TakesLateAnswers,
    /// A client does not ask again.
    WaitsForAnswer,
}

impl Variant {
    /// The bug that is planted into the supervisor of the line.
    pub(super) fn of_supervisor(self) -> supervision::Variant {
        match self {
            Self::Supervisor(variant) => variant,
            Self::Reference | Self::TakesLateAnswers | Self::WaitsForAnswer => {
                supervision::Variant::Reference
            }
        }
    }
}

/// What is wrong in a variant.
pub type Planted = crate::planted::Planted<Variant>;

/// All planted bugs.
pub const VARIANTS: &[Planted] = &[
    Planted {
        variant: Variant::Supervisor(supervision::Variant::RestFromNext),
        name: "rest-from-next",
        sentence: "rest-for-one is off by one: the stage after the one that failed is left alone",
        trips: "SUP-1",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::StartsNotCounted),
        name: "starts-not-counted",
        sentence: "a start that fails is tried again without being counted, for ever if need be",
        trips: "SUP-2",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::AtLeastMax),
        name: "at-least-max",
        sentence: "as many restarts as are allowed are too many",
        trips: "SUP-2",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::RestartsTemporary),
        name: "restarts-temporary",
        sentence: "the strategy of a sibling starts a temporary child again",
        trips: "SUP-3",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::ParallelStop),
        name: "parallel-stop",
        sentence: "stages are all asked to stop at once, and depend on each other while they do",
        trips: "SUP-4",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::EndsFirst),
        name: "ends-first",
        sentence: "a supervisor ends and leaves its children to their fate",
        trips: "SUP-5",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::WaitsForever),
        name: "waits-forever",
        sentence: "a stage that does not stop in time is waited for",
        trips: "SUP-6",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::MonitorsLate),
        name: "monitors-late",
        sentence: "a stage is started and then monitored, and one that dies in between is never missed",
        trips: "SUP-7",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::DeafBackoff),
        name: "deaf-backoff",
        sentence: "a supervisor that has put a restart off does not hear that it shall end",
        trips: "SUP-9",
    },
    Planted {
        variant: Variant::TakesLateAnswers,
        name: "takes-late-answers",
        sentence: "P-3: the answer to a request that was given up reaches the caller all the same",
        trips: "PIPE-1",
    },
    Planted {
        variant: Variant::WaitsForAnswer,
        name: "waits-for-answer",
        sentence: "a client asks once and waits: what is lost with a stage is waited for in vain",
        trips: "PIPE-2",
    },
];

/// Those that show in a pool as well.
pub const POOL_VARIANTS: &[Planted] =
    &[at("starts-not-counted"), at("monitors-late"), at("takes-late-answers"), at("waits-for-answer")];

/// The row of that name.
const fn at(name: &str) -> Planted {
    let mut n = 0;
    while !same(VARIANTS[n].name, name) {
        n += 1;
    }
    VARIANTS[n]
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut n = 0;
    while n < a.len() && n < b.len() && a[n] == b[n] {
        n += 1;
    }
    n == a.len() && n == b.len()
}

/// The variant of that name on the command line.
pub fn named(name: &str) -> Option<Variant> {
    crate::planted::named(VARIANTS, name)
}
