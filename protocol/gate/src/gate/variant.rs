//! The planted bugs: what was wrong in the design that was replaced (M0), and in the first sketch of the new one (`actors.md` C.5).

use super::model::Results;

/// Which bug is planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variant {
    /// A gate is decided twice.
    DecidesTwice,
    /// The supervisor hears neither of the end of an agent nor of the deadline.
    NobodyListens,
    /// A gate is looked at only when an agent has answered.
    OnlyOnAnswers,
    /// A supervisor that starts again leaves open gates as they are.
    LeavesGates,
    /// A report counts for whichever gate waits for that role.
    NoGateId,
    /// A gate takes its place only when its row is there.
    CheckThenSpawn,
    /// The guard lets everyone pass while it cannot look.
    OpenGuard,
    /// An answer overwrites what is final.
    LateOverwrite,
    /// A write that failed is taken for done.
    IgnoresWriteErrors,
    /// A cancellation is drawn before it is committed.
    CacheBeforeCommit,
    /// Two of three that agree are no majority.
    TwoOfThreeIsLow,
    /// The guard takes the agents of any gate for those of the one that is to be opened.
    GuardByName,
    /// A file of results is named by the role of its agent only.
    FileOfRole,
    /// A file of results is written in two pieces, and can be read between.
    HalfWritten,
    /// Whoever asks how an agent is, is told what is not committed.
    AnswersFromMemory,
    /// An agent reports its progress whether or not its last report was taken.
    UnboundedProgress,
    /// A supervisor that is to shut down cancels all, and goes on.
    NeverLeaves,
    /// A supervisor that is to shut down waits for reports of agents that have ended.
    OwnSender,
    /// A supervisor says that it has shut down when its decisions are not durable.
    AnswersFirst,
}

/// The flaws of a supervisor. The design that was replaced had several at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flaws(u32);

impl Flaws {
    /// What M0 had. It also polled and wrote its three places in no order; see [`Model::Polled`](super::Model::Polled).
    pub const OF_M0: Self = Self::of(&[
        Variant::NobodyListens,
        Variant::LeavesGates,
        Variant::OpenGuard,
        Variant::LateOverwrite,
        Variant::IgnoresWriteErrors,
        Variant::TwoOfThreeIsLow,
        Variant::GuardByName,
        Variant::FileOfRole,
        Variant::HalfWritten,
    ]);

    /// The reference.
    pub const fn none() -> Self {
        Self(0)
    }

    /// These.
    pub const fn of(variants: &[Variant]) -> Self {
        let (mut bits, mut n) = (0, 0);
        while n < variants.len() {
            bits |= 1 << variants[n] as u16;
            n += 1;
        }
        Self(bits)
    }

    /// These, and those.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether this is one of them.
    pub const fn has(self, variant: Variant) -> bool {
        self.0 & 1 << variant as u16 != 0
    }
}

/// What is wrong in a variant.
pub type Planted = rehearsal_protocol::planted::Planted<Variant>;

/// All planted bugs.
pub const VARIANTS: [Planted; 19] = [
    Planted {
        variant: Variant::DecidesTwice,
        name: "decides-twice",
        sentence: "the sketch: two answers of three that agree decide after a while, and the third decides again while that is being written",
        trips: "QG-1",
    },
    Planted {
        variant: Variant::NobodyListens,
        name: "nobody-listens",
        sentence: "M0: the panic of an agent leaves it running, the deadline is written to a log, and the gate stands for ever",
        trips: "QG-2",
    },
    Planted {
        variant: Variant::OnlyOnAnswers,
        name: "only-on-answers",
        sentence: "the sketch: whether a gate can be decided is looked at when an agent answers, and not when the last one fails",
        trips: "QG-2",
    },
    Planted {
        variant: Variant::LeavesGates,
        name: "leaves-gates",
        sentence: "M0: a supervisor that starts again leaves the gates that were open as they are, and nobody decides them",
        trips: "QG-2",
    },
    Planted {
        variant: Variant::NoGateId,
        name: "no-gate-id",
        sentence: "the sketch: reports say who answers and not for which gate, and those of two gates mix",
        trips: "QG-3",
    },
    Planted {
        variant: Variant::CheckThenSpawn,
        name: "check-then-spawn",
        sentence: "M0: whether there is a gate is looked at before its row is written, and a second command comes between",
        trips: "QG-4",
    },
    Planted {
        variant: Variant::OpenGuard,
        name: "open-guard",
        sentence: "M0: the guard does not wait for a lock that is taken, and lets everyone pass instead",
        trips: "QG-4",
    },
    Planted {
        variant: Variant::LateOverwrite,
        name: "late-overwrite",
        sentence: "M0: an agent that was cancelled when it had nothing left to wait for completes all the same",
        trips: "QG-5",
    },
    Planted {
        variant: Variant::IgnoresWriteErrors,
        name: "ignores-write-errors",
        sentence: "M0 and the sketch: a row that could not be written is marked as recorded",
        trips: "QG-6",
    },
    Planted {
        variant: Variant::CacheBeforeCommit,
        name: "cache-before-commit",
        sentence: "that an agent is cancelled is drawn at once, and a crash comes before the commit",
        trips: "QG-7",
    },
    Planted {
        variant: Variant::TwoOfThreeIsLow,
        name: "two-of-three-is-low",
        sentence: "M0: the broker takes two answers of three for enough, and the classifier finds no majority in fewer than three",
        trips: "QG-8",
    },
    Planted {
        variant: Variant::AnswersFromMemory,
        name: "answers-from-memory",
        sentence: "the sketch: the supervisor says out of its memory how an agent is, and that is not committed yet",
        trips: "QG-9",
    },
    Planted {
        variant: Variant::NeverLeaves,
        name: "never-leaves",
        sentence: "the sketch: what should leave the loop of the supervisor leaves the function that it called, and the loop goes on",
        trips: "QG-10",
    },
    Planted {
        variant: Variant::OwnSender,
        name: "own-sender",
        sentence: "the sketch: who keeps a sender of its own channel waits there for reports of agents that have ended",
        trips: "QG-10",
    },
    Planted {
        variant: Variant::AnswersFirst,
        name: "answers-first",
        sentence: "a supervisor that shuts down has decided its gates and ends, and waits for no commit",
        trips: "QG-11",
    },
    Planted {
        variant: Variant::GuardByName,
        name: "guard-by-name",
        sentence: "M0: the guard looks for running agents by a part of their name, and those of other gates have it as well",
        trips: "QG-12",
    },
    Planted {
        variant: Variant::UnboundedProgress,
        name: "unbounded-progress",
        sentence: "the sketch: the channel of reports has no bound, and agents put in what they have",
        trips: "QG-13",
    },
    Planted {
        variant: Variant::FileOfRole,
        name: "file-of-role",
        sentence: "M0: the broker looks for a file by the role of an agent, and finds what one of an earlier gate wrote late",
        trips: "QG-3",
    },
    Planted {
        variant: Variant::HalfWritten,
        name: "half-written",
        sentence: "M0: the broker reads a file while its agent writes it, and takes the half for the whole",
        trips: "QG-14",
    },
];

impl Variant {
    /// How answers come if this is to show: files have flaws of their own.
    pub fn results(self) -> Results {
        match self {
            Self::FileOfRole | Self::HalfWritten => Results::Filed,
            Self::DecidesTwice
            | Self::NobodyListens
            | Self::OnlyOnAnswers
            | Self::LeavesGates
            | Self::NoGateId
            | Self::CheckThenSpawn
            | Self::OpenGuard
            | Self::LateOverwrite
            | Self::IgnoresWriteErrors
            | Self::CacheBeforeCommit
            | Self::TwoOfThreeIsLow
            | Self::GuardByName
            | Self::AnswersFromMemory
            | Self::UnboundedProgress
            | Self::NeverLeaves
            | Self::OwnSender
            | Self::AnswersFirst => Results::Reported,
        }
    }
}

/// The variant of that name on the command line.
pub fn named(name: &str) -> Option<Variant> {
    rehearsal_protocol::planted::named(&VARIANTS, name)
}
