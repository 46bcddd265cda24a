//! Planted bugs, each with the invariant that it trips.

/// Which bug is planted: a switch that is consulted in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// A refresh belongs to nobody.
    DaemonTask,
    /// A scope has room for one watch, and forgets the one before.
    OneWatchEach,
    /// Closing cancels and does not wait.
    CancelWithoutWaiting,
    /// A task reports its end before it has cleaned up.
    EndedBeforeHook,
    /// Draining looks only at what waits for its turn.
    DrainForgetsCurrent,
    /// A draining scope starts a watch that waits for its turn.
    WatchAfterClose,
    /// A run belongs to the request that asked for it.
    RpcScope,
    /// What is cut off stays in progress.
    LeftInProgress,
    /// A failure is caught and nothing else.
    SwallowedFailure,
    /// A claim whose task was never started is kept.
    ClaimLeak,
}

/// What is wrong in a variant.
pub type Planted = rehearsal_protocol::planted::Planted<Variant>;

/// All planted bugs.
pub const VARIANTS: [Planted; 10] = [
    Planted {
        name: "daemon-task",
        sentence: "F4 of the audit: a refresh belongs to nobody, and writes when its service is closed",
        trips: "LIFE-1",
        variant: Variant::DaemonTask,
    },
    Planted {
        name: "cancel-without-waiting",
        sentence: "closing cancels tasks and does not wait for their end, so a write under way comes later",
        trips: "LIFE-1",
        variant: Variant::CancelWithoutWaiting,
    },
    Planted {
        name: "ended-before-hook",
        sentence: "a task reports its end before it cleans up, so who waits for it goes on too early (R-3)",
        trips: "LIFE-1",
        variant: Variant::EndedBeforeHook,
    },
    Planted {
        name: "drain-forgets-current",
        sentence: "draining reports empty while a task is at work, for nothing waits any more (R-2)",
        trips: "LIFE-1",
        variant: Variant::DrainForgetsCurrent,
    },
    Planted {
        name: "one-watch-each",
        sentence: "a scope has room for one watch and forgets the one before, so each opening and closing may leave one behind",
        trips: "LIFE-2",
        variant: Variant::OneWatchEach,
    },
    Planted {
        name: "watch-after-close",
        sentence: "a draining scope starts a watch that waited for its turn, and waits for it for ever",
        trips: "LIFE-4",
        variant: Variant::WatchAfterClose,
    },
    Planted {
        name: "rpc-scope",
        sentence: "a run belongs to the request that asked for it, and dies when that is answered",
        trips: "LIFE-3",
        variant: Variant::RpcScope,
    },
    Planted {
        name: "left-in-progress",
        sentence: "a task that is cut off stays in progress for ever",
        trips: "OBS-1",
        variant: Variant::LeftInProgress,
    },
    Planted {
        name: "swallowed-failure",
        sentence: "the failure of a task is caught and told to nobody",
        trips: "OBS-1",
        variant: Variant::SwallowedFailure,
    },
    Planted {
        name: "claim-leak",
        sentence: "a scope that closes between the claim of a task and its start keeps the claim",
        trips: "CLAIM-1",
        variant: Variant::ClaimLeak,
    },
];

impl Variant {
    /// The variant of that name.
    pub fn named(name: &str) -> Option<Self> {
        rehearsal_protocol::planted::named(&VARIANTS, name)
    }
}
