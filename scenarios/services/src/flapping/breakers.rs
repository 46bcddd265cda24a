//! What holds of circuit breakers.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, Properties, SortedMap, fold, on};
use rehearsal_protocol::Time;
use rehearsal_protocol::supervision::Fact as Supervision;
use rehearsal_services::service::tree::stage_name;
use rehearsal_services::service::{Fact, Rule};

/// States the invariants.
pub(super) fn state(check: &mut Properties<Fact>, rule: Option<Rule>) {
    check.always("BRK-1", "an open breaker lets no call pass, and a half-open one lets one", passes());
    check.always(
        "BRK-2",
        "a breaker opens with so many failures in a row or one of its probe, and closes when its probe succeeds",
        turns(rule),
    );
    check.always(
        "BRK-3",
        "a breaker that has opened is half open when its time is over",
        Due { what: What::HalfOpen, since: SortedMap::new() },
    );
    check.always(
        "BRK-4",
        "a call comes to an end, whether or not it is answered",
        Due { what: What::Call, since: SortedMap::new() },
    );
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum State {
    #[default]
    Closed,
    Open,
    HalfOpen,
}

/// What state a fact says that the breaker of a caller is in.
fn state_in(fact: &Fact) -> Option<(u8, State)> {
    match fact {
        Fact::CallerBegan { place } | Fact::BreakerClosed { place } => Some((*place, State::Closed)),
        Fact::BreakerOpened { place } => Some((*place, State::Open)),
        Fact::BreakerHalfOpen { place } => Some((*place, State::HalfOpen)),
        _ => None,
    }
}

/// BRK-1.
fn passes() -> impl Monitor<Fact> {
    type Callers = SortedMap<u8, (State, u32)>;
    on(
        ["CallerBegan", "BreakerClosed", "BreakerOpened", "BreakerHalfOpen", "CallMade"],
        fold(Callers::new(), |callers: &mut Callers, _, fact: &Fact| {
            if let Some((place, state)) = state_in(fact) {
                callers.insert(place, (state, 0));
            }
            let Fact::CallMade { place, call } = fact else { return Ok(()) };
            let (state, passed) = callers.get_or_default(*place);
            *passed += 1;
            match state {
                State::Open => Err(format!("call {call} passes a breaker that is open")),
                State::HalfOpen if *passed > 1 => {
                    Err(format!("call {call} passes a breaker whose probe is under way"))
                }
                State::Closed | State::HalfOpen => Ok(()),
            }
        }),
    )
}

/// What is known of a breaker: calls that passed it in another state than the present one say nothing.
#[derive(Clone, Debug, Default, Hash)]
struct Known {
    state: State,
    /// The calls that passed it in this state.
    passed: Vec<u64>,
    failed_in_a_row: u32,
    /// Whether the probe has come back well, if it has come back.
    probe: Option<bool>,
}

impl Known {
    fn ended(&mut self, call: u64, ok: bool) {
        let passed = self.passed.len();
        self.passed.retain(|other| *other != call);
        if self.passed.len() == passed {
            return;
        }
        match self.state {
            State::Closed => self.failed_in_a_row = if ok { 0 } else { self.failed_in_a_row + 1 },
            State::HalfOpen => self.probe = Some(ok),
            State::Open => {}
        }
    }

    /// Whether it may go over into this state.
    fn may_turn(&self, to: State, rule: Rule) -> bool {
        match (self.state, to) {
            (State::Closed, State::Open) => self.failed_in_a_row == rule.failures,
            (State::HalfOpen, State::Open) => self.probe == Some(false),
            (State::HalfOpen, State::Closed) => self.probe == Some(true),
            (State::Open, State::HalfOpen) => true,
            (State::Closed | State::Open, _) | (State::HalfOpen, State::HalfOpen) => false,
        }
    }
}

/// BRK-2.
fn turns(rule: Option<Rule>) -> impl Monitor<Fact> {
    type Callers = SortedMap<u8, Known>;
    on(
        ["CallerBegan", "BreakerClosed", "BreakerOpened", "BreakerHalfOpen", "CallMade", "CallEnded"],
        fold(Callers::new(), move |callers: &mut Callers, _, fact: &Fact| {
            let Some(rule) = rule else { return Ok(()) };
            match fact {
                Fact::CallerBegan { place } => {
                    callers.remove(place);
                }
                Fact::CallMade { place, call } => {
                    let known = callers.get_or_default(*place);
                    known.passed.push(*call);
                    if known.state == State::Closed && known.failed_in_a_row >= rule.failures {
                        return Err(format!("is closed after {} failures in a row", known.failed_in_a_row));
                    }
                }
                Fact::CallEnded { place, call, ok } => callers.get_or_default(*place).ended(*call, *ok),
                _ => {}
            }
            match (fact, state_in(fact)) {
                (Fact::CallerBegan { .. }, _) | (_, None) => Ok(()),
                (_, Some((place, state))) => {
                    let known = callers.get_or_default(place);
                    if known.may_turn(state, rule) {
                        *known = Known { state, ..Known::default() };
                        return Ok(());
                    }
                    let Known { state: from, failed_in_a_row, probe, .. } = known;
                    Err(format!(
                        "{from:?} becomes {state:?} after {failed_in_a_row} failures in a row, its probe {probe:?}"
                    ))
                }
            }
        }),
    )
}

/// BRK-3 and BRK-4: something of a caller that has to come, unless that caller ends.
#[derive(Clone, Debug, Hash)]
struct Due {
    what: What,
    since: SortedMap<(u8, u64), Time>,
}

#[derive(Clone, Copy, Debug, Hash)]
enum What {
    HalfOpen,
    Call,
}

/// How soon.
const WITHIN: Duration = Duration::from_secs(5);

impl Due {
    fn of_supervisor(&mut self, fact: &Supervision) {
        match fact {
            Supervision::SupervisorBegan { .. } | Supervision::SupervisorEnded { .. } => self.since.clear(),
            Supervision::ChildEnded { child, .. } => {
                self.since.retain(|(place, _), _| stage_name(*place) != *child && child != "line");
            }
            _ => {}
        }
    }
}

impl Monitor<Fact> for Due {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match (self.what, fact) {
            (_, Fact::Supervision(fact)) => self.of_supervisor(fact),
            (_, Fact::CallerBegan { place }) => self.since.retain(|(other, _), _| other != place),
            (What::HalfOpen, Fact::BreakerOpened { place }) => {
                self.since.insert((*place, 0), moment.at);
            }
            (What::HalfOpen, Fact::BreakerHalfOpen { place }) => {
                self.since.remove(&(*place, 0));
            }
            (What::Call, Fact::CallMade { place, call }) => {
                self.since.insert((*place, *call), moment.at);
            }
            (What::Call, Fact::CallEnded { place, call, .. }) => {
                self.since.remove(&(*place, *call));
            }
            _ => {}
        }
        Ok(())
    }

    fn kinds(&self) -> Option<&[&'static str]> {
        Some(match self.what {
            What::HalfOpen => &["Supervision", "CallerBegan", "BreakerOpened", "BreakerHalfOpen"],
            What::Call => &["Supervision", "CallerBegan", "CallMade", "CallEnded"],
        })
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |((place, call), since): (&(u8, u64), &Time)| Owed {
            since: *since,
            within: WITHIN,
            what: match self.what {
                What::HalfOpen => format!("that the breaker of {} is half open", stage_name(*place)),
                What::Call => format!("the end of call {call} of {}", stage_name(*place)),
            },
        };
        self.since.iter().map(owe).collect()
    }

    fn reset(&mut self) {
        self.since.clear();
    }
}
