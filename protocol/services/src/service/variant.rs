//! The planted bugs: those of supervisors, and those of everyone else.

mod escalation;
mod flapping;
mod herd;

use serde::{Deserialize, Serialize};

use rehearsal_protocol::supervision;

pub use escalation::ESCALATION_VARIANTS;
pub use flapping::FLAPPING_VARIANTS;
pub use herd::HERD_VARIANTS;

/// Which bug is planted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// One into the supervisors that are compared.
    Supervisor(supervision::Variant),
    /// A client takes a late answer for one to what it has asked for again.
    TakesLateAnswers,
    /// A client lets a late answer end the wait for its last request.
    OneTimer,
    /// A client that has asked again does not count the attempt whose refusal comes only then.
    RefusalsNotCounted,
    /// A client waits longer than its cap.
    Uncapped,
    /// A second answer to what a client has asked for again pays into its budget.
    RetriesPayIn,
    /// A breaker that is half open lets all pass until the probe is back.
    AdmitsMore,
    /// A breaker takes one failure back at a success, and not all.
    CountsAcross,
    /// A breaker takes what a call from before it opened comes to for the end of its probe.
    TakesOldResults,
    /// A breaker does not miss a probe that is lost.
    ForgetsProbe,
    /// A breaker whose probe was not answered is not tried again.
    ReopensForGood,
    /// A front counts requests, and not how often each is under way.
    CountsRequests,
    /// A front keeps the places of what was lost with the server.
    KeepsPlaces,
    /// A group takes a worker in that has ended.
    JoinsAfterEnd,
    /// A group says again that a worker has left when that worker says so itself.
    LeavesTwice,
    /// Branches of branches are not started again when they have given up.
    TransientBranches,
    /// Branches are killed if they take longer to stop than a while.
    Impatient,
    /// A branch counts as running when it begins.
    BegunEarly,
}

impl Variant {
    /// The bug that is planted into the supervisor of the line.
    pub(super) fn of_supervisor(self) -> supervision::Variant {
        match self {
            Self::Supervisor(variant) => variant,
            _ => supervision::Variant::Reference,
        }
    }
}

/// What is wrong in a variant.
pub type Planted = rehearsal_protocol::planted::Planted<Variant>;

/// All planted bugs.
pub const VARIANTS: &[Planted; 11] = &[
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
        sentence: "when a stage does not stop in time the others are all asked to at once, and depend on each other while they do",
        trips: "SUP-4",
    },
    Planted {
        variant: Variant::Supervisor(supervision::Variant::EndsFirst),
        name: "ends-first",
        sentence: "a supervisor that is to end while a child of it is down leaves the others to their fate",
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
        sentence: "P-3: an answer that comes too late is taken for one to what the client has asked for again",
        trips: "PIPE-1",
    },
    Planted {
        variant: Variant::OneTimer,
        name: "one-timer",
        sentence: "an answer that comes too late ends the wait for what was asked for last, and if that is lost it is never missed",
        trips: "PIPE-2",
    },
];

/// All planted bugs of `pool`.
pub const POOL_VARIANTS: &[Planted; 6] = &[
    at("starts-not-counted"),
    at("monitors-late"),
    Planted {
        variant: Variant::LeavesTwice,
        name: "leaves-twice",
        sentence: "R-4: that a worker leaves comes after the news of its end, when its next life has joined, and the group tells both",
        trips: "SUP-7",
    },
    Planted {
        variant: Variant::JoinsAfterEnd,
        name: "joins-after-end",
        sentence: "R-4: a worker joins, which comes after the news of its end, and requests go to a dead one",
        trips: "MBX-1",
    },
    at("takes-late-answers"),
    at("one-timer"),
];

/// The row of that name.
pub(super) const fn at(name: &str) -> Planted {
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

/// The variant of that name in any of the tables.
pub fn named(name: &str) -> Option<Variant> {
    [&VARIANTS[..], POOL_VARIANTS, FLAPPING_VARIANTS, HERD_VARIANTS, ESCALATION_VARIANTS]
        .iter()
        .find_map(|table| rehearsal_protocol::planted::named(table, name))
}
