//! The planted bugs of the supervisor. A variant is a switch that is consulted in one place.

use serde::{Deserialize, Serialize};

/// Which bug is planted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// Rest-for-one leaves out the child that was started right after the one that failed.
    RestFromNext,
    /// A start that fails is tried again without being counted.
    StartsNotCounted,
    /// One restart less than allowed is too many.
    AtLeastMax,
    /// The strategy of a sibling starts temporary children again.
    RestartsTemporary,
    /// When a child does not stop in time the others are all asked to at once.
    ParallelStop,
    /// A child that does not stop in time is waited for.
    WaitsForever,
    /// A supervisor that is to end while a child of it is down does not stop the others.
    EndsFirst,
    /// A supervisor that waits before a restart does not hear that it shall end.
    DeafBackoff,
    /// A child is monitored a little after it was started.
    MonitorsLate,
    /// What waits for a child after the second of two failures goes to the dead letters, though it is to be kept.
    DropsMail,
    /// What waits for a child that is started again is kept, though it is to go to the dead letters.
    KeepsMail,
    /// What was kept for a child that is not started again is forgotten.
    ForgetsMail,
    /// A child that is to recover begins with nothing after the second of two failures.
    LosesState,
    /// A child that is to begin with nothing recovers after the second of two failures.
    KeepsState,
    /// A child that had nothing to run when it was started again counts as one that runs.
    IgnoredRuns,
    /// Whoever only looks waits until the supervisor is done with what it does.
    LooksLate,
}
