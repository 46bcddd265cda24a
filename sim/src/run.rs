//! One run: what it is to be, and what came out of it; and who makes it, whatever the protocol.

mod any_runner;

use std::sync::Arc;

use rehearsal_protocol::Time;
use serde::Serialize;

use crate::check::Violation;
use crate::choice::{Base, Overrides};
use crate::fault::{Episode, Profile};
use crate::search::{Strategy, random};
use crate::trace::Recording;
use crate::world::asynchronous::Orders;

pub use any_runner::{AnyRunner, Branch};

/// What a run is to be.
#[derive(Clone, Debug)]
pub struct RunSpec {
    /// The seed; of no effect on choices if the base is benign.
    pub seed: u64,
    /// The mixture of faults.
    pub profile: &'static Profile,
    /// How choices are filled in that nothing overrides, if the base is seeded.
    pub strategy: &'static Strategy,
    /// What a choice is when nothing overrides it.
    pub base: Base,
    /// Sparse values that go before the base.
    pub overrides: Option<Arc<Overrides>>,
    /// How much of the trace is kept.
    pub recording: Recording,
    /// Whether deviations are recorded.
    pub record_choices: bool,
    /// Episodes beside those that are drawn.
    pub script: Option<Arc<[Episode]>>,
    /// Whether there is a faulty phase at all; if absent, that follows from the profile, overrides and script.
    pub faulty: Option<bool>,
    /// Stop before the event of this number.
    pub until: Option<u64>,
    /// From a point on, everything is drawn afresh.
    pub afresh: Option<Afresh>,
    /// In which orders events may come.
    pub orders: Orders,
}

/// A point of a run from which on everything is drawn from another seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Afresh {
    /// After so many events.
    pub after: u64,
    /// The other seed.
    pub seed: u64,
}

impl RunSpec {
    /// A plain run from a seed.
    pub fn seeded(seed: u64, profile: &'static Profile) -> Self {
        Self {
            seed,
            profile,
            strategy: &random::STRATEGY,
            base: Base::Seeded,
            overrides: None,
            recording: Recording::Off,
            record_choices: false,
            script: None,
            faulty: None,
            until: None,
            afresh: None,
            orders: Orders::Timed,
        }
    }

    /// The run of the same seed by another strategy.
    #[must_use]
    pub fn by(mut self, strategy: &'static Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// The same run with its whole trace kept, and the states of actors after their turns.
    #[must_use]
    pub fn with_states(mut self) -> Self {
        self.recording = Recording::States;
        self.record_choices = true;
        self
    }

    /// The same run with its whole trace kept.
    #[must_use]
    pub fn recorded(mut self) -> Self {
        self.recording = Recording::Payloads;
        self.record_choices = true;
        self
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// Everything held.
    Pass,
    /// An invariant did not hold.
    Violation(Violation),
    /// A limit was reached: a class of its own.
    Limit(Limit),
}

/// Which limit was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Limit {
    /// More events than allowed.
    Events(u64),
    /// Still busy this long after the faulty phase, in nanoseconds.
    VirtualTime(u64),
    /// More wall time than allowed, in nanoseconds.
    WallTime(u64),
    /// More things waiting than allowed.
    Pending(u64),
}

impl Limit {
    /// The limit in words.
    pub fn in_words(&self) -> String {
        let seconds = |nanos: &u64| Time::from_nanos(*nanos).to_string();
        match self {
            Self::Events(count) => format!("the run was not over after {count} events"),
            Self::VirtualTime(nanos) => {
                format!("the run was not quiet {} after the faulty phase", seconds(nanos))
            }
            Self::WallTime(nanos) => format!("the run was not over after {} of wall time", seconds(nanos)),
            Self::Pending(count) => {
                format!("{count} messages, timers and signals were waiting at the same time")
            }
        }
    }

    /// The name of its class.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Events(_) => "events",
            Self::VirtualTime(_) => "virtual-time",
            Self::WallTime(_) => "wall-time",
            Self::Pending(_) => "pending",
        }
    }
}

/// What came out of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// How many turns there were.
    pub turns: u64,
    /// How many events there were.
    pub events: u64,
    /// When it ended.
    pub virtual_time: Time,
    /// The hash over all events.
    pub trace_hash: u64,
    /// Which goals were reached, in the order of their statement.
    pub goals: Vec<bool>,
}

impl Outcome {
    /// What kind of failure this is: a violation or a limit with ids and times normalised. `None` if the run passed.
    pub fn signature(&self) -> Option<String> {
        match &self.verdict {
            Verdict::Pass => None,
            Verdict::Violation(violation) => {
                Some(format!("{}: {}", violation.invariant, normalised(&violation.message)))
            }
            Verdict::Limit(limit) => Some(format!("limit: {}", limit.name())),
        }
    }
}

/// A text with every number replaced by `#`, and without what is in parentheses after a space: details for the reader. So two finds
/// of one bug look the same.
pub fn normalised(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut in_number = false;
    let mut parentheses = 0_u32;
    for c in text.chars() {
        if c == '(' && (parentheses > 0 || result.ends_with(' ')) {
            result.truncate(result.trim_end().len());
            parentheses += 1;
        }
        if parentheses > 0 {
            parentheses -= u32::from(c == ')');
            continue;
        }
        let digit = c.is_ascii_digit() || (in_number && c == '.');
        if digit && !in_number {
            result.push('#');
        }
        if !digit {
            result.push(c);
        }
        in_number = digit;
    }
    result
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_has_no_numbers_but_all_the_words() {
        assert_eq!(normalised("run 13 of s1:b20, owed since 1.203s"), "run # of s#:b#, owed since #s");
        assert_eq!(normalised("no numbers."), "no numbers.");
    }

    #[test]
    fn a_signature_has_no_details() {
        assert_eq!(normalised("run 1 ends otherwise (as Done), late"), "run # ends otherwise, late");
        assert_eq!(normalised("owed since 1.2s (and 2 (or 3) more): by f(x)"), "owed since #s: by f(x)");
        assert_eq!(normalised("an open one (as"), "an open one");
    }
}
