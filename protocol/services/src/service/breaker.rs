//! A circuit breaker: who calls a dependency that fails does not call it for a while, and then tries with one call.
//!
//! Closed, it lets every call pass and counts failures in a row. With so many of them it opens, and lets none pass. When its time is over it is half open:
//! it lets one call pass, the probe, whose end closes or opens it again.

use std::time::Duration;

use rehearsal_protocol::supervision::millis;
use serde::{Deserialize, Serialize};

use super::variant::Variant;

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// So many failures in a row open it.
    pub failures: u32,
    /// How long it stays open; as data, in milliseconds.
    #[serde(rename = "open_ms", with = "millis")]
    pub open: Duration,
}

/// Counts what comes of calls, and says which may be made. It has no clock: whoever owns it tells when its time is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Breaker {
    rule: Rule,
    variant: Variant,
    state: State,
    /// Counts changes of the state: a call that ends in another period than it was admitted in says nothing about this one.
    period: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Closed { in_a_row: u32 },
    Open,
    HalfOpen { probing: bool },
}

/// In which period a call was admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(u32);

/// What the end of a call changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// Nothing.
    None,
    /// It has opened.
    Opened,
    /// It has closed.
    Closed,
}

impl Breaker {
    /// A closed one.
    pub fn new(rule: Rule) -> Self {
        Self { rule, variant: Variant::Reference, state: State::Closed { in_a_row: 0 }, period: 0 }
    }

    /// The same with a planted bug.
    #[must_use]
    pub fn planted(self, variant: Variant) -> Self {
        Self { variant, ..self }
    }

    /// How long it stays open.
    pub fn open_for(&self) -> Duration {
        self.rule.open
    }

    /// Whether the next call that is admitted is a probe.
    pub fn is_half_open(&self) -> bool {
        matches!(self.state, State::HalfOpen { .. })
    }

    /// Lets a call pass, or not.
    pub fn admit(&mut self) -> Option<Ticket> {
        match &mut self.state {
            State::Closed { .. } => Some(Ticket(self.period)),
            State::Open => None,
            State::HalfOpen { probing } => {
                let is_first = !std::mem::replace(probing, true);
                (is_first || self.variant == Variant::AdmitsMore).then_some(Ticket(self.period))
            }
        }
    }

    /// A call that was admitted has succeeded.
    pub fn succeeded(&mut self, ticket: Ticket) -> Change {
        if !self.concerns(ticket) {
            return Change::None;
        }
        match &mut self.state {
            State::Closed { in_a_row } => {
                *in_a_row = match self.variant {
                    Variant::CountsAcross => in_a_row.saturating_sub(1),
                    _ => 0,
                };
                Change::None
            }
            State::Open => Change::None,
            State::HalfOpen { .. } => {
                self.turn(State::Closed { in_a_row: 0 });
                Change::Closed
            }
        }
    }

    /// A call that was admitted has failed, or was not answered in time.
    pub fn failed(&mut self, ticket: Ticket) -> Change {
        if !self.concerns(ticket) {
            return Change::None;
        }
        match &mut self.state {
            State::Closed { in_a_row } => {
                *in_a_row += 1;
                if *in_a_row < self.rule.failures {
                    return Change::None;
                }
            }
            State::Open => return Change::None,
            State::HalfOpen { .. } => {}
        }
        self.turn(State::Open);
        Change::Opened
    }

    /// It has been open for its time. `false` if it is not open.
    pub fn half_open(&mut self) -> bool {
        let is_open = self.state == State::Open;
        if is_open {
            self.turn(State::HalfOpen { probing: false });
        }
        is_open
    }

    fn concerns(&self, ticket: Ticket) -> bool {
        ticket.0 == self.period || self.variant == Variant::TakesOldResults
    }

    fn turn(&mut self, state: State) {
        self.state = state;
        self.period += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        Breaker::new(Rule { failures: 2, open: Duration::from_millis(250) })
    }

    fn opened() -> Breaker {
        let mut breaker = breaker();
        for change in [Change::None, Change::Opened] {
            let ticket = breaker.admit().unwrap();
            assert_eq!(breaker.failed(ticket), change);
        }
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_in_between_starts_the_count_anew() {
        let mut breaker = breaker();
        let ticket = breaker.admit().unwrap();
        assert_eq!(breaker.failed(ticket), Change::None);
        assert_eq!(breaker.succeeded(ticket), Change::None);
        assert_eq!(breaker.failed(ticket), Change::None);
        assert_eq!(breaker.failed(ticket), Change::Opened);
        assert_eq!(breaker.admit(), None);
    }

    #[test]
    fn half_open_it_lets_one_call_pass() {
        let mut breaker = opened();
        assert!(breaker.half_open() && breaker.is_half_open());
        assert!(breaker.admit().is_some() && breaker.admit().is_none());
        assert!(!breaker.half_open(), "it is half open already, and its probe is under way");
    }

    #[test]
    fn a_probe_closes_it_or_opens_it_again() {
        let (mut well, mut ill) = (opened(), opened());
        for breaker in [&mut well, &mut ill] {
            breaker.half_open();
        }
        let ticket = well.admit().unwrap();
        assert_eq!(well.succeeded(ticket), Change::Closed);
        assert!(well.admit().is_some());
        let ticket = ill.admit().unwrap();
        assert_eq!(ill.failed(ticket), Change::Opened);
        assert_eq!(ill.admit(), None);
    }

    #[test]
    fn what_was_admitted_before_says_nothing_about_a_probe() {
        let mut breaker = breaker();
        let old = breaker.admit().unwrap();
        breaker.failed(old);
        assert_eq!(breaker.failed(old), Change::Opened);
        breaker.half_open();
        assert_eq!((breaker.succeeded(old), breaker.failed(old)), (Change::None, Change::None));
        assert!(breaker.is_half_open());
    }
}
