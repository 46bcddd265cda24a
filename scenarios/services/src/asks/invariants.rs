//! SUP-8 and what a counter begins with, and the goals.

mod mail;

use std::time::Duration;

use rehearsal::check::{Monitor, Properties, SortedMap, SortedSet, Step, fold, on};
use rehearsal_protocol::Address;
use rehearsal_protocol::supervision::{Fact as Supervision, StateOnRestart};
use rehearsal_services::asks::Fact;

/// States the invariants.
pub(super) fn state(check: &mut Properties<Fact>) {
    check.always(
        "SUP-8",
        "what waits for a child that is started again follows its policy, and no ask hangs",
        mail::Mail::default(),
    );
    check.leads_to(
        "SUP-6",
        "a counter that is to be stopped is down soon, and whoever ordered it hears so",
        STOPPED_WITHIN,
        to_stop,
    );
    check.always("ASK-1", "a counter that is started again begins with what its policy says", begins());
}

/// A counter ends when it has heard from its supervisor.
const STOPPED_WITHIN: Duration = Duration::from_secs(10);

/// SUP-6. A supervisor that was killed, or whose node crashed, has forgotten the order.
fn to_stop(fact: &Fact) -> Step<Address> {
    match fact {
        Fact::StopOrdered { service } => Step::Owe(*service),
        Fact::Stopped { service } | Fact::OperatorBegan { service } => Step::Settle(*service),
        Fact::Supervision(Supervision::SupervisorBegan { supervisor, .. }) => Step::Settle(*supervisor),
        _ => Step::Ignore,
    }
}

/// ASK-1.
fn begins() -> impl Monitor<Fact> {
    /// The last count of each service, and the services that start their counter again.
    type State = (SortedMap<Address, u64>, SortedSet<Address>);
    let judge = |(counts, again): &mut State, _, fact: &Fact| {
        match fact {
            Fact::Supervision(Supervision::SupervisorBegan { supervisor, .. }) => {
                // Its node may have crashed, and lost what was not durable.
                counts.remove(supervisor);
                again.remove(supervisor);
            }
            Fact::Supervision(Supervision::RestartBegan { supervisor, .. }) => {
                again.insert(*supervisor);
            }
            Fact::Supervision(Supervision::StartIgnored { supervisor, .. }) => {
                again.remove(supervisor);
            }
            Fact::CounterBegan { service, state, count, .. } => {
                let before = counts.insert(*service, *count);
                if !again.remove(service) {
                    return Ok(());
                }
                let expected = match state {
                    StateOnRestart::Initial => Some(0),
                    StateOnRestart::Recover => before,
                };
                if expected.is_some_and(|expected| expected != *count) {
                    return Err(format!(
                        "the counter begins with {count} and not with {expected:?}: {state:?}"
                    ));
                }
            }
            Fact::Counted { service, count, .. } => {
                counts.insert(*service, *count);
            }
            _ => {}
        }
        Ok(())
    };
    on(["CounterBegan", "Counted", "Supervision"], fold(State::default(), judge))
}

/// States the goals.
pub(super) fn state_goals(check: &mut Properties<Fact>) {
    check.sometimes("an ask is answered", |fact| matches!(fact, Fact::Settled { answered: true, .. }));
    check.sometimes("an ask is refused", |fact| matches!(fact, Fact::Settled { answered: false, .. }));
    check.sometimes("an ask waits for the next life of the counter", |fact| {
        matches!(fact, Fact::Outlived { .. })
    });
    check.sometimes("a counter recovers its count", |fact| {
        matches!(fact, Fact::CounterBegan { count: 1.., .. })
    });
    check.sometimes("a counter that shall end hears from its supervisor", |fact| {
        matches!(fact, Fact::Drained { .. })
    });
    let mut seen = |name: &str, reached: fn(&Supervision) -> bool| {
        check.sometimes(name, move |fact| matches!(fact, Fact::Supervision(fact) if reached(fact)));
    };
    seen("a counter is started again", |fact| matches!(fact, Supervision::RestartBegan { .. }));
    seen("a counter has nothing to run", |fact| matches!(fact, Supervision::StartIgnored { .. }));
    seen("a supervisor gives up", |fact| matches!(fact, Supervision::GaveUp { .. }));
}
