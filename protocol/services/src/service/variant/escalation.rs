//! The planted bugs of a deep tree.

use super::{Planted, Variant, at};

/// All planted bugs of `escalation`.
pub const ESCALATION_VARIANTS: &[Planted; 9] = &[
    Planted {
        variant: Variant::TransientBranches,
        name: "transient-branches",
        sentence: "branches of branches are transient: one that gives up ends in good order, and is not started again",
        trips: "ESC-1",
    },
    Planted {
        variant: Variant::BegunEarly,
        name: "begun-early",
        sentence: "a supervisor that was started again does not wait until all below a branch run",
        trips: "ESC-2",
    },
    Planted {
        variant: Variant::Impatient,
        name: "impatient",
        sentence: "a branch is given less time to stop than its workers are, and is killed while it stops them",
        trips: "ESC-3",
    },
    at("starts-not-counted"),
    at("parallel-stop"),
    at("ends-first"),
    at("waits-forever"),
    at("takes-late-answers"),
    at("one-timer"),
];
