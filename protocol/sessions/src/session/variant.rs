//! The planted bugs, each with the invariant that it trips.
//!
//! A variant is a switch that is consulted in one place; there is never a second copy of an actor. Several may be on at a time: what a
//! generation of the original had is a bundle of them.
//!
//! - `tables` — what is wrong in each, by the scenario that shows it;
//! - `generations` — the bundles.

mod generations;
pub(super) mod tables;

use std::fmt;

pub use generations::GENERATIONS;
pub use tables::{MANY_VARIANTS, PLAN_VARIANTS, RECOVERY_VARIANTS, RETRY_VARIANTS, VARIANTS};

/// What is wrong in a variant.
pub type Planted = rehearsal_protocol::planted::Planted<Variants>;

/// Which bugs are planted: any number of them.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variants(u128);

/// Which bug is planted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// F1 of the audit: while some key runs, work of every key joins that key's queue.
    GlobalSingleFlight,
    /// F2 of the audit: an interrupt goes to whichever key runs.
    GlobalSteer,
    /// Finding and opening a key's actor is not one step.
    TwoLoops,
    /// The session does not remember the work it has accepted.
    ForgetSeen,
    /// Interjections are put in front of one another.
    LifoInterject,
    /// Whether to start is decided before the work is durable.
    LostWakeup,
    /// A failed run does not take up what waits.
    NoDequeueOnFailure,
    /// Work that is being made durable does not count against the cap.
    CheckThenAppend,
    /// Work of a key is held back while another key runs.
    GlobalPermit,
    /// Work counts as no longer in flight before its row is stored.
    ClearBeforeStore,
    /// Accepted work for which the phase has no transition is ignored.
    DropUnhandled,
    /// Waiting commands are passed on from the lowest lane upwards.
    LowerLaneFirst,
    /// What waits for a key to be opened has no bound.
    UnboundedBacklog,
    /// Hazard 1: an interrupt that comes while idle is kept for the next run.
    StoredInterrupt,
    /// A second interrupt of one run is kept for the next one.
    CarriedOver,
    /// Hazard 2: an interrupt during tools waits for the tools to end.
    UnpolledInTools,
    /// Hazard 4: an interrupt between reserving a run and starting it sees nothing to interrupt.
    StartingWindow,
    /// The flag that says "interrupted" is looked at only after the next model call.
    FlagAtLoopTop,
    /// A cancelled run's calls that wait for a permit stay in their queue.
    QueuedCallSurvives,
    /// The text shown before an interrupt is not stored.
    DropPartial,
    /// A stream that ends while it is being interrupted completes the turn as well.
    DoubleCompletion,
    /// Hazard 3: an interrupt is taken first and recorded later.
    TakeThenRecord,
    /// An interrupt waits its turn behind the follow-ups.
    InterruptBehindWork,
    /// An interrupt leaves the calls of its run without results.
    CallsWithoutResults,
    /// G0's result routing: whatever arrives is stored.
    StoreAnyResult,
    /// A result that comes after its run has ended is stored.
    AcceptLate,
    /// A result that comes twice is stored twice.
    RowPerDuplicate,
    /// Recovery resumes a run whose end is stored.
    IgnoreTurnCompleted,
    /// G2: recovery looks for calls without results at the first step only.
    ResumeToolsAtStepOne,
    /// Clients are told before what they are told is durable.
    PublishFirst,
    /// The epoch is announced before its commit is durable.
    EpochFirst,
    /// G1x: the log of interrupts has no receipts, so recovery applies them to whatever runs.
    ReceiptNever,
    /// An item stops waiting in one commit and has its message stored in the next.
    ClearedFirst,
    /// Hazard 5: a call that asks people while its run winds up makes the run forget its interrupt.
    ParkClearsFlag,
    /// A call that asks people takes its permit first.
    AskHoldsPermit,
    /// That a run waits for people is kept in memory only.
    ForgetParked,
    /// A decision about a plan is told before it claims the plan.
    PublishBeforeClaim,
    /// Only the screen keeps back what a plan must be confirmed for.
    GateInUiOnly,
    /// Each serial call has a permit of its own.
    PermitPerCall,
    /// Nobody counts the parallel calls.
    NoWidth,
    /// A call that fails is made again, whether or not it may be.
    RetryFailures,
    /// What an agent may use is looked at when tools are offered, and not when they are called.
    CheckWhenOffering,
    /// Messages are told apart by their run and not by their step.
    MessageIdPerTurn,
    /// Hazard 6: an interjection stops a stream, and during tools nobody looks for one.
    SignalsOnlyStream,
    /// The failure of a run after its first step is swallowed.
    CatchAll,
    /// What the provider says about when to try again is not listened to.
    IgnoreRetryAfter,
    /// A provider that fails after its first text is tried again.
    RetryAfterChunk,
    /// Nothing gets through to an agent that waits for its next attempt.
    DeafBackoff,
    /// A message is stored under the agent that the session has then, and not under the one that said it.
    StickyAtEmit,
    /// A new table of models reaches the step that is being made.
    RotationInStream,
    /// The mode of a message stays on after its run.
    ModeSticks,
    /// A switch of the agent holds for the run in progress.
    SwitchAtOnce,
    /// G1x: the tools of a run are waited for inside the mailbox loop.
    InlineRun,
    /// The last error is told when it happens, and not kept.
    ErrorForgotten,
    /// A call that fails is made again whatever it does.
    RetryWrites,
    /// Each attempt at a call has a deadline of its own.
    DeadlinePerAttempt,
    /// Only the process that was started is stopped, and not what that one has started.
    KillsDirectChild,
    /// That a group is to be killed is said once.
    KilledOnce,
    /// While one branch of a session runs, work of its other branches joins that queue.
    SessionSingleFlight,
    /// F2, variant d: an interrupt goes to whichever branch of its session runs.
    SessionSteer,
    /// Work of a branch is held back while another branch of its session runs.
    SessionPermit,
    /// What a session says of its attempts is a constant.
    ConstantMetrics,
}

impl Variants {
    /// Exactly these bugs.
    pub const fn of(variants: &[Variant]) -> Self {
        let (mut bits, mut place) = (0, 0);
        while place < variants.len() {
            bits |= variants[place].bit();
            place += 1;
        }
        Self(bits)
    }

    /// The bug at a place of [`Variant`].
    #[cfg(test)]
    pub(super) const fn of_place(place: u32) -> Self {
        Self(1 << (place - 1))
    }

    /// Whether this bug is planted.
    #[inline]
    pub const fn has(self, variant: Variant) -> bool {
        self.0 & variant.bit() != 0
    }

    /// Whether all of these are planted.
    const fn has_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Whether none is planted: this is the reference.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The variant of that name on the command line, which may be a bundle.
    pub fn named(name: &str) -> Option<Self> {
        tables::all().find(|planted| planted.name == name).map(|planted| planted.variant)
    }

    /// Whether the same bugs are planted; for tables, which are made before there is a run.
    const fn is(self, other: Self) -> bool {
        self.0 == other.0
    }
}

/// By the names of the bugs.
impl fmt::Debug for Variants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alone = |planted: &&Planted| planted.variant.0.is_power_of_two();
        let planted = tables::all().filter(alone);
        let mut names = Vec::new();
        for planted in planted.filter(|planted| self.has_all(planted.variant)) {
            if !names.contains(&planted.name) {
                names.push(planted.name);
            }
        }
        f.debug_set().entries(names).finish()
    }
}

impl From<Variant> for Variants {
    fn from(variant: Variant) -> Self {
        Self::of(&[variant])
    }
}

impl Variant {
    /// The last one, by which a test counts them.
    #[cfg(test)]
    pub(super) const LAST: Self = Self::ConstantMetrics;

    /// Its place in a set; the reference has none.
    const fn bit(self) -> u128 {
        match self {
            Self::Reference => 0,
            planted => 1 << (planted as u32 - 1),
        }
    }
}
