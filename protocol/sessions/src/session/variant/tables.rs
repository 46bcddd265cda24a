//! What is wrong in each variant, by the scenario that shows it.

use rehearsal_protocol::planted::SEVERAL;

use super::{Planted, Variant, Variants, generations};

/// The planted bugs that a runtime shows which does not crash.
pub const VARIANTS: &[Planted; 38] = &[
    planted(
        Variant::TwoLoops,
        "two-loops",
        "get-or-create is not atomic: first messages of two clients to one key open two sessions",
        "SES-1",
    ),
    planted(
        Variant::ForgetSeen,
        "forget-seen",
        "accepted commands are not remembered: a message that is sent again runs again",
        "SES-2",
    ),
    planted(
        Variant::LifoInterject,
        "lifo-interject",
        "interjections go to the front of their queue: the second of two runs first",
        "SES-3",
    ),
    planted(
        Variant::LostWakeup,
        "lost-wakeup",
        "whether to start is decided before the commit: a run that ends in between leaves the message waiting",
        "SES-4",
    ),
    planted(
        Variant::NoDequeueOnFailure,
        "no-dequeue-on-failure",
        "a provider failure ends the run and does not take up what waits",
        "SES-5",
    ),
    planted(
        Variant::CheckThenAppend,
        "check-then-append",
        "the cap is checked before the commit and not reserved: two sends at the last place both get in",
        "SES-6",
    ),
    planted(
        Variant::GlobalPermit,
        "global-permit",
        "one permit for all keys: a slow run of one key holds up the others",
        "SES-9",
    ),
    planted(
        Variant::ClearBeforeStore,
        "clear-before-store",
        "an item counts as stored when its store begins: a second one is taken up beside it",
        "SES-10",
    ),
    planted(
        Variant::GlobalSingleFlight,
        "global-single-flight",
        "F1: one loop for all: a message queued behind another key's run is run with that key's ids",
        "ISO-1",
    ),
    planted(
        Variant::GlobalSteer,
        "global-steer",
        "F2: one steer queue for all: an interrupt of an idle key stops the run of another",
        "ISO-2",
    ),
    planted(
        Variant::DropUnhandled,
        "drop-unhandled",
        "a message accepted while a run winds up finds no transition and is dropped in silence",
        "MBX-1",
    ),
    planted(
        Variant::LowerLaneFirst,
        "lower-lane-first",
        "waiting commands are passed on from the lowest lane: a message goes before a waiting interrupt",
        "MBX-2",
    ),
    planted(
        Variant::UnboundedBacklog,
        "unbounded-backlog",
        "what waits for a key to be opened has no bound: a burst exceeds it and nobody is told",
        "MBX-3",
    ),
    planted(
        Variant::StoredInterrupt,
        "stored-interrupt",
        "hazard 1: an interrupt that comes while idle is kept, and kills the next run",
        "INT-1",
    ),
    planted(
        Variant::CarriedOver,
        "carried-over",
        "a second press during wind-up is kept, and kills the follow-up",
        "INT-2",
    ),
    planted(
        Variant::UnpolledInTools,
        "unpolled-in-tools",
        "hazard 2: nobody looks for interrupts during tools: the slowest tool decides",
        "INT-3",
    ),
    planted(
        Variant::StartingWindow,
        "starting-window",
        "hazard 4: an interrupt between reserving and starting a run sees an idle session and is dropped",
        "INT-3",
    ),
    planted(
        Variant::FlagAtLoopTop,
        "flag-at-loop-top",
        "the interrupt flag is checked at the top of the loop only: one more model call after the tools",
        "INT-4",
    ),
    planted(
        Variant::QueuedCallSurvives,
        "queued-call-survives",
        "cancelling stops the calls that run and forgets those that wait: one of them starts afterwards",
        "INT-4",
    ),
    planted(
        Variant::DropPartial,
        "drop-partial",
        "an interrupt discards the text that the user has already seen",
        "INT-5",
    ),
    planted(
        Variant::DoubleCompletion,
        "double-completion",
        "a stream that ends at the instant of its interrupt completes the turn on both paths",
        "INT-6",
    ),
    planted(
        Variant::TakeThenRecord,
        "take-then-record",
        "hazard 3: an interrupt is taken, then recorded: if the stream ends in between it is lost",
        "INT-7",
    ),
    planted(
        Variant::InterruptBehindWork,
        "interrupt-behind-work",
        "interrupts share the queue of messages: one that comes while messages wait is queued behind them",
        "INT-8",
    ),
    planted(
        Variant::CallsWithoutResults,
        "calls-without-results",
        "an interrupt during tools stores the calls without results: the next model call finds them open",
        "TOOL-1",
    ),
    planted(
        Variant::StoreAnyResult,
        "store-any-result",
        "G0's routing of B.4: a result for an unknown call, or of an earlier run, is stored as a message",
        "TOOL-2",
    ),
    planted(
        Variant::AcceptLate,
        "accept-late",
        "a result that comes after its run has ended is stored over the synthesized one",
        "TOOL-2",
    ),
    planted(
        Variant::RowPerDuplicate,
        "row-per-duplicate",
        "a result that is delivered twice becomes two messages",
        "TOOL-3",
    ),
    planted(
        Variant::MessageIdPerTurn,
        "message-id-per-turn",
        "messages with results have ids per turn and not per step: the second one of a run has the place of the first",
        "TOOL-4",
    ),
    planted(
        Variant::PermitPerCall,
        "permit-per-call",
        "the permit for serial tools is not shared: two shells of one key run at a time",
        "TOOL-5",
    ),
    planted(
        Variant::NoWidth,
        "no-width",
        "nobody counts the parallel calls: a step with three of them runs them all",
        "TOOL-6",
    ),
    planted(
        Variant::RetryFailures,
        "retry-failures",
        "a call that fails is made again though it is not idempotent, and nobody records that",
        "TOOL-7",
    ),
    planted(
        Variant::CheckWhenOffering,
        "check-when-offering",
        "the allowed tools are checked when they are offered: a model that calls a hidden one is served",
        "TOOL-8",
    ),
    planted(
        Variant::SignalsOnlyStream,
        "signals-only-stream",
        "hazard 6: an interjection during tools signals a stream that is not there, and waits for the whole turn",
        "INT-9",
    ),
    planted(
        Variant::CatchAll,
        "catch-all",
        "F4: the failure of a run that has used tools is caught and forgotten: it ends, and nobody is told of an error",
        "OBS-1",
    ),
    generation(
        generations::G0,
        "g0",
        "all that G0 had, before the audit: one loop and one queue of interrupts for all sessions",
    ),
    generation(
        generations::G1,
        "g1",
        "all that G1 had, after the audit: a loop for each session, which mishandles interrupts as before",
    ),
    generation(
        generations::G1X,
        "g1x",
        "all that G1x had, its experiments: the run inside the mailbox loop, and interrupts without receipts",
    ),
    generation(
        generations::G2,
        "g2",
        "all that G2 has, the head: interrupts that a reservation, a flag or an approval swallows",
    ),
];

/// The planted bugs that only a crash shows.
pub const RECOVERY_VARIANTS: &[Planted; 12] = &[
    planted(
        Variant::IgnoreTurnCompleted,
        "ignore-turn-completed",
        "recovery does not look whether the turn was completed: a crash after the end of a run runs it again",
        "SES-2",
    ),
    planted(
        Variant::ResumeToolsAtStepOne,
        "resume-tools-at-step-one",
        "G2: recovery looks for open calls at the first step only: a crash at a later step begins the turn anew",
        "TOOL-4",
    ),
    planted(
        Variant::PublishFirst,
        "publish-first",
        "clients are told before the commit: a crash in between loses what they were told",
        "SES-7",
    ),
    planted(
        Variant::EpochFirst,
        "epoch-first",
        "the epoch is announced before its commit: a crash in between, and the next commit has the same one",
        "SES-8",
    ),
    planted(
        Variant::ClearedFirst,
        "cleared-first",
        "an item stops waiting in one commit and is stored in the next: a crash in between loses it",
        "SES-10",
    ),
    planted(
        Variant::ReceiptNever,
        "receipt-never",
        "G1x: the log of interrupts keeps no receipts: recovery applies an old one to the run that it finds",
        "INT-11",
    ),
    again(Variant::TwoLoops),
    again(Variant::LostWakeup),
    again(Variant::StartingWindow),
    again(Variant::TakeThenRecord),
    again(Variant::CallsWithoutResults),
    again(Variant::RetryFailures),
];

/// The planted bugs that mix up keys.
pub const MANY_VARIANTS: &[Planted; 4] = &[
    again(Variant::TwoLoops),
    planted(
        Variant::SessionPermit,
        "session-permit",
        "one permit for all branches of a session: a slow run of one branch holds up the others",
        "SES-9",
    ),
    planted(
        Variant::SessionSingleFlight,
        "session-single-flight",
        "one loop for all branches of a session: a message queued behind a run of another is run with that branch's ids",
        "ISO-1",
    ),
    planted(
        Variant::SessionSteer,
        "session-steer",
        "F2, half mended: an interrupt names a session, and stops whichever branch of it runs",
        "ISO-2",
    ),
];

/// The planted bugs around people who decide.
pub const PLAN_VARIANTS: &[Planted; 6] = &[
    planted(
        Variant::AskHoldsPermit,
        "ask-holds-permit",
        "a call asks people inside its tool: while they think, it holds the permit of its key",
        "SES-11",
    ),
    planted(
        Variant::ForgetParked,
        "forget-parked",
        "what waits for people is kept in memory: after a crash their word finds nothing that waits for it",
        "SES-12",
    ),
    planted(
        Variant::ParkClearsFlag,
        "park-clears-flag",
        "hazard 5: an interrupt during tools sets a flag, and a call that then asks people clears it",
        "INT-7",
    ),
    planted(
        Variant::PublishBeforeClaim,
        "publish-before-claim",
        "the word on a plan is told before it claims the plan: two people have two words",
        "PLAN-1",
    ),
    planted(
        Variant::GateInUiOnly,
        "gate-in-ui-only",
        "only the screen keeps writes back while a plan waits: a write that came with the plan runs",
        "PLAN-2",
    ),
    again(Variant::LostWakeup),
];

/// The planted bugs around model runs: attempts, agents, models, and what is said about them.
pub const RETRY_VARIANTS: &[Planted; 14] = &[
    planted(
        Variant::IgnoreRetryAfter,
        "ignore-retry-after",
        "G0: how long the provider asks to wait is worked out, and the schedule does not use it",
        "RETRY-1",
    ),
    planted(
        Variant::RetryAfterChunk,
        "retry-after-chunk",
        "a stream that fails is tried again though some of its text was shown: the user reads it twice",
        "RETRY-1",
    ),
    planted(
        Variant::DeafBackoff,
        "deaf-backoff",
        "an agent that waits for its next attempt hears nothing: an interrupt does not keep it from that",
        "RETRY-1",
    ),
    planted(
        Variant::StickyAtEmit,
        "sticky-at-emit",
        "who said a message is looked up when it is stored: a switch during the stream changes it",
        "MODEL-1",
    ),
    planted(
        Variant::RotationInStream,
        "rotation-in-stream",
        "the table of models is read at each attempt: one that is rotated in between changes the step",
        "MODEL-1",
    ),
    planted(
        Variant::ModeSticks,
        "mode-sticks",
        "the mode of a message is taken for a switch: the runs after it are the other agent's, too",
        "MODE-1",
    ),
    planted(
        Variant::SwitchAtOnce,
        "switch-at-once",
        "G0 and G1: a switch goes through the steer queue, and changes the run in progress from its next step",
        "MODE-1",
    ),
    planted(
        Variant::InlineRun,
        "inline-run",
        "G1x: tools are waited for inside the mailbox loop: who asks for the state waits for their end",
        "MBX-4",
    ),
    planted(
        Variant::ErrorForgotten,
        "error-forgotten",
        "G0: optional fields of the state are always empty: the last error is not in it",
        "OBS-1",
    ),
    planted(
        Variant::RetryWrites,
        "retry-writes",
        "a patient agent makes every call again that fails, also one that writes",
        "TOOL-7",
    ),
    planted(
        Variant::DeadlinePerAttempt,
        "deadline-per-attempt",
        "each attempt at a call has a deadline of its own: one that fails slowly outlasts the call's",
        "TOOL-9",
    ),
    planted(
        Variant::KillsDirectChild,
        "kills-direct-child",
        "a call that is stopped has its own process stopped, and what that one has started lives on",
        "TOOL-9",
    ),
    planted(
        Variant::KilledOnce,
        "killed-once",
        "what is left of a call is killed by a message that may be lost, and nobody asks whether it was",
        "TOOL-9",
    ),
    planted(
        Variant::ConstantMetrics,
        "constant-metrics",
        "G0: what a session says of its attempts is a constant",
        "MET-1",
    ),
];

/// What the first table says about a planted bug, which shows in more than one scenario.
const fn again(variant: Variant) -> Planted {
    let mut place = 0;
    while !VARIANTS[place].variant.is(Variants::of(&[variant])) {
        place += 1;
    }
    VARIANTS[place]
}

const fn planted(
    variant: Variant,
    name: &'static str,
    sentence: &'static str,
    trips: &'static str,
) -> Planted {
    Planted { variant: Variants::of(&[variant]), name, sentence, trips }
}

/// A bundle.
const fn generation(variant: Variants, name: &'static str, sentence: &'static str) -> Planted {
    Planted { variant, name, sentence, trips: SEVERAL }
}

/// The planted bugs of all tables. Those that are planted once more are in it more than once.
pub(in crate::session) fn all() -> impl Iterator<Item = &'static Planted> {
    [&VARIANTS[..], RECOVERY_VARIANTS, MANY_VARIANTS, PLAN_VARIANTS, RETRY_VARIANTS].into_iter().flatten()
}
