//! The planted bugs of callers, their breakers, and clients that are told of failures.

use super::{Planted, Variant, at};

/// All planted bugs of `flapping`.
pub const FLAPPING_VARIANTS: &[Planted; 8] = &[
    Planted {
        variant: Variant::AdmitsMore,
        name: "admits-more",
        sentence: "until its probe is back, a breaker that is half open lets every call pass",
        trips: "BRK-1",
    },
    Planted {
        variant: Variant::CountsAcross,
        name: "counts-across",
        sentence: "a success takes one failure back and not all, so a breaker opens though they were not in a row",
        trips: "BRK-2",
    },
    Planted {
        variant: Variant::TakesOldResults,
        name: "takes-old-results",
        sentence: "the end of a call from before a breaker opened is taken for that of its probe",
        trips: "BRK-2",
    },
    Planted {
        variant: Variant::ReopensForGood,
        name: "reopens-for-good",
        sentence: "a breaker whose probe was not answered in time is open for ever",
        trips: "BRK-3",
    },
    Planted {
        variant: Variant::ForgetsProbe,
        name: "forgets-probe",
        sentence: "a probe that gets no answer is waited for, and the breaker stays half open for ever",
        trips: "BRK-4",
    },
    Planted {
        variant: Variant::RefusalsNotCounted,
        name: "refusals-not-counted",
        sentence: "an attempt is not counted whose refusal comes when the client has asked again, and that is one attempt more",
        trips: "RETRY-1",
    },
    at("takes-late-answers"),
    at("one-timer"),
];
