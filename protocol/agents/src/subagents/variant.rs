//! Planted bugs, each with the invariant that it trips.

/// Which bug is planted: a switch that is consulted in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// A timeout completes the call, and so does the end of the child.
    BothEmit,
    /// The end of a child that has not reported is not seen.
    ExitUnseen,
    /// A child that is cancelled leaves its own children alone.
    CancelNotPassedOn,
    /// A child that takes too long is forgotten.
    ZombieOnTimeout,
    /// An interrupt becomes an error of the call, and the model goes on from that.
    InterruptAsError,
    /// What comes after an interrupt is taken.
    LateChildTaken,
    /// Whether an agent may use a tool is asked when it is offered only.
    CheckedWhenOffered,
    /// Whether anybody may delegate to an agent is not asked.
    AnyDelegate,
    /// A child of a child is offered what an agent at the top may use.
    OffersOfTheTop,
    /// Who delegates relies on a report after a crash, and does not ask for it.
    ReplyToTheOldLife,
    /// A child that was cancelled counts as failed, and its call is tried again.
    RetriesCancelled,
    /// All rests are as long as the first.
    FirstRestAgain,
}

/// What is wrong in a variant.
pub type Planted = rehearsal_protocol::planted::Planted<Variant>;

/// All planted bugs.
pub const VARIANTS: [Planted; 12] = [
    Planted {
        name: "both-emit",
        sentence: "a timeout completes the call, and the end of the child completes it again",
        trips: "SUB-1",
        variant: Variant::BothEmit,
    },
    Planted {
        name: "exit-unseen",
        sentence: "a child that dies without a report leaves its parent waiting",
        trips: "SUB-2",
        variant: Variant::ExitUnseen,
    },
    Planted {
        name: "cancel-not-passed-on",
        sentence: "a child that is cancelled leaves its own children running",
        trips: "INT-10",
        variant: Variant::CancelNotPassedOn,
    },
    Planted {
        name: "zombie-on-timeout",
        sentence: "a child that takes too long is forgotten and goes on calling tools",
        trips: "INT-10",
        variant: Variant::ZombieOnTimeout,
    },
    Planted {
        name: "interrupt-as-error",
        sentence: "an interrupt becomes an error of the call that delegates, and the model goes on from that",
        trips: "INT-4",
        variant: Variant::InterruptAsError,
    },
    Planted {
        name: "late-child-taken",
        sentence: "what a child reports after the interrupt is taken for a result",
        trips: "TOOL-2",
        variant: Variant::LateChildTaken,
    },
    Planted {
        name: "checked-when-offered",
        sentence: "a tool is checked when it is offered, and a model calls one that it was not offered",
        trips: "TOOL-8",
        variant: Variant::CheckedWhenOffered,
    },
    Planted {
        name: "any-delegate",
        sentence: "a model delegates to an agent that only people or the runtime may run",
        trips: "SUB-3",
        variant: Variant::AnyDelegate,
    },
    Planted {
        name: "offers-of-the-top",
        sentence: "the model of a child of a child is offered what the agent at the top may use",
        trips: "TOOL-8",
        variant: Variant::OffersOfTheTop,
    },
    Planted {
        name: "reply-to-the-old-life",
        sentence: "a child ends while its parent is down, and the parent's next life waits for that report (E-8)",
        trips: "SUB-2",
        variant: Variant::ReplyToTheOldLife,
    },
    Planted {
        name: "retries-cancelled",
        sentence: "a child that was cancelled counts as one that failed, and its call is tried again",
        trips: "SUB-4",
        variant: Variant::RetriesCancelled,
    },
    Planted {
        name: "first-rest-again",
        sentence: "a call rests before its third attempt as long as before its second",
        trips: "SUB-4",
        variant: Variant::FirstRestAgain,
    },
];

impl Variant {
    /// The variant of that name.
    pub fn named(name: &str) -> Option<Self> {
        rehearsal_protocol::planted::named(&VARIANTS, name)
    }
}
