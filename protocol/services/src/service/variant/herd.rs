//! The planted bugs of fronts, and of clients that ask again.

use super::{Planted, Variant, at};

/// All planted bugs of `herd`.
pub const HERD_VARIANTS: &[Planted; 6] = &[
    Planted {
        variant: Variant::CountsRequests,
        name: "counts-requests",
        sentence: "a request that is under way several times takes one place",
        trips: "ADM-1",
    },
    Planted {
        variant: Variant::KeepsPlaces,
        name: "keeps-places",
        sentence: "what was lost with the server keeps its place, and in the end nobody is admitted",
        trips: "ADM-2",
    },
    Planted {
        variant: Variant::Uncapped,
        name: "uncapped",
        sentence: "waits double without a cap",
        trips: "RETRY-2",
    },
    Planted {
        variant: Variant::RetriesPayIn,
        name: "retries-pay-in",
        sentence: "the second answer to what was asked for again pays into the budget, as if that had been new",
        trips: "RETRY-3",
    },
    at("takes-late-answers"),
    at("one-timer"),
];
