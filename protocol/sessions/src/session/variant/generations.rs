//! What the generations of the original had wrong, each a bundle of single bugs (`actors.md` 0).

use super::{Variant, Variants};

/// The names of the bundles, oldest first.
pub const GENERATIONS: [&str; 4] = ["g0", "g1", "g1x", "g2"];

/// G0, before the audit: one loop for the whole process, a global queue of interrupts, and nothing that outlasts it.
pub(super) const G0: Variants = Variants::of(&[
    Variant::GlobalSingleFlight,
    Variant::GlobalSteer,
    Variant::LifoInterject,
    Variant::NoDequeueOnFailure,
    Variant::StoredInterrupt,
    Variant::CarriedOver,
    Variant::UnpolledInTools,
    Variant::TakeThenRecord,
    Variant::StoreAnyResult,
    Variant::RowPerDuplicate,
    Variant::PublishFirst,
    Variant::PublishBeforeClaim,
    Variant::AskHoldsPermit,
    Variant::IgnoreRetryAfter,
    Variant::SwitchAtOnce,
    Variant::ErrorForgotten,
    Variant::CatchAll,
]);

/// G1, after the audit: one loop for each key and interrupts that name theirs; what a loop does with them is still G0's.
pub(super) const G1: Variants = Variants::of(&[
    Variant::TwoLoops,
    Variant::CheckThenAppend,
    Variant::StoredInterrupt,
    Variant::CarriedOver,
    Variant::UnpolledInTools,
    Variant::TakeThenRecord,
    Variant::StoreAnyResult,
    Variant::RowPerDuplicate,
    Variant::PublishFirst,
    Variant::SwitchAtOnce,
]);

/// G1x, the experiments after it: the run inside the mailbox loop, and a durable inbox whose interrupts have no receipts.
pub(super) const G1X: Variants =
    Variants::of(&[Variant::InlineRun, Variant::ReceiptNever, Variant::CatchAll]);

/// G2, the head: a reservation before the run, a flag during tools, and recovery that looks at the first step.
pub(super) const G2: Variants = Variants::of(&[
    Variant::StartingWindow,
    Variant::ParkClearsFlag,
    Variant::SignalsOnlyStream,
    Variant::ResumeToolsAtStepOne,
    Variant::MessageIdPerTurn,
]);
