//! Planted bugs, each with the invariant that it trips.

/// Which bug is planted: a switch that is consulted in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// With one commit, all that is in memory is published.
    PublishFirst,
    /// A command that is known is answered at once.
    ReplyFirst,
    /// Publishing waits for those who act upon the event.
    NestedPublication,
    /// While somebody acts upon an event, others are suppressed.
    ReentrancyFlag,
    /// A subscriber is not told what it has missed.
    SilentOverflow,
    /// Rings have no bound.
    UnboundedRing,
    /// A publisher that begins anew asks nobody how far they are.
    ForgetsOutbox,
    /// A publisher takes up where a writer begins anew, and leaves out what it committed before.
    JumpsOver,
    /// Whatever answer comes is taken for that to the present question.
    LateReplyVisible,
}

/// What is wrong in a variant.
pub type Planted = rehearsal_protocol::planted::Planted<Variant>;

/// All planted bugs.
pub const VARIANTS: [Planted; 9] = [
    Planted {
        name: "publish-first",
        sentence: "a commit publishes all that is in memory, also what is not durable yet",
        trips: "SES-7",
        variant: Variant::PublishFirst,
    },
    Planted {
        name: "reply-first",
        sentence: "a command that came twice is answered before it is durable",
        trips: "SES-7",
        variant: Variant::ReplyFirst,
    },
    Planted {
        name: "nested-publication",
        sentence: "publishing waits for the reducer, which publishes and waits for the publisher",
        trips: "DEAD-1",
        variant: Variant::NestedPublication,
    },
    Planted {
        name: "reentrancy-flag",
        sentence: "a flag against nested publication suppresses the events of other sessions",
        trips: "MBX-1",
        variant: Variant::ReentrancyFlag,
    },
    Planted {
        name: "silent-overflow",
        sentence: "a subscriber whose ring was full is not told what it has missed",
        trips: "MBX-1",
        variant: Variant::SilentOverflow,
    },
    Planted {
        name: "unbounded-ring",
        sentence: "what waits for a slow subscriber has no bound",
        trips: "MBX-3",
        variant: Variant::UnboundedRing,
    },
    Planted {
        name: "forgets-outbox",
        sentence: "a publisher that begins anew does not ask what was committed meanwhile",
        trips: "MBX-1",
        variant: Variant::ForgetsOutbox,
    },
    Planted {
        name: "jumps-over",
        sentence: "what a writer committed and had no time to have published is left out when it begins anew",
        trips: "MBX-1",
        variant: Variant::JumpsOver,
    },
    Planted {
        name: "late-reply-visible",
        sentence: "the answer to a question that was given up is taken for that to the next",
        trips: "P-3",
        variant: Variant::LateReplyVisible,
    },
];

impl Variant {
    /// The variant of that name.
    pub fn named(name: &str) -> Option<Self> {
        rehearsal_protocol::planted::named(&VARIANTS, name)
    }
}
