//! What holds under every supervisor (`actors.md` G, SUP).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, Properties, Step, fold, on};
use rehearsal_protocol::supervision::{Fact as Supervision, Restart, Strategy};
use rehearsal_protocol::{Address, Incarnation, Time};
use rehearsal_services::service::Fact;
use rehearsal_services::service::tree::stage_name;

use super::owing::Owing;

/// Every stage in turn is given its time to stop, and the messages in between theirs.
const LONGEST_STOP: Duration = Duration::from_secs(20);

/// States the invariants.
pub(crate) fn state(check: &mut Properties<Fact>) {
    check.always(
        "SUP-1",
        "what is started again follows from the strategy, the child that failed and the order of starts",
        strategy(),
    );
    state_of_pool(check);
    check.always(
        "SUP-3",
        "a temporary child is never started again, a transient one only if something went wrong",
        restart_types(),
    );
    state_stops(check);
    check.always("SUP-9", "a restart that is put off gives way to the end of the supervisor", put_off());
}

/// Those that concern children that do not depend on each other.
pub(crate) fn state_of_pool(check: &mut Properties<Fact>) {
    state_intensity(check);
    // It stands before SUP-6: who has missed an end waits for it for ever.
    check.always("SUP-7", "the end of a child is told once, even if it comes at once", Missed::default());
}

/// Those that concern supervisors of supervisors.
pub(crate) fn state_of_tree(check: &mut Properties<Fact>) {
    state_intensity(check);
    state_stops(check);
}

fn state_intensity(check: &mut Properties<Fact>) {
    check.always(
        "SUP-2",
        "a supervisor gives up with one restart too many, and not before; starts that fail count",
        intensity(),
    );
}

/// Those that concern how children are stopped.
fn state_stops(check: &mut Properties<Fact>) {
    check.always(
        "SUP-4",
        "children are stopped in the reverse order of their starts, each when the one before is down",
        stop_order(),
    );
    check.always("SUP-5", "when a supervisor has ended, none of its children runs", nobody_left());
    check.always(
        "SUP-6",
        "a supervisor that is to end does so in the time that its children are given",
        Owing::new(LONGEST_STOP, to_end),
    );
}

/// A monitor with one state for each life of a supervisor.
fn each<S: Clone + Default + std::hash::Hash + Send + 'static>(
    judge: impl Fn(&mut S, &Supervision) -> Result<(), String> + Clone + Send + 'static,
) -> impl Monitor<Fact> {
    let judge = move |states: &mut BTreeMap<Address, S>, _, fact: &Fact| {
        let Fact::Supervision(fact) = fact else { return Ok(()) };
        let supervisor = fact.supervisor();
        if matches!(fact, Supervision::SupervisorBegan { .. }) {
            states.insert(supervisor, S::default());
        }
        judge(states.entry(supervisor).or_default(), fact)
    };
    on(["Supervision"], fold(BTreeMap::new(), judge))
}

/// The children that a supervisor knows, in the order of their starts.
#[derive(Clone, Debug, Default, Hash)]
struct Known {
    strategy: Option<Strategy>,
    children: Vec<(String, Restart)>,
}

impl Known {
    fn learn(&mut self, fact: &Supervision) {
        match fact {
            Supervision::SupervisorBegan { strategy, children, .. } => {
                *self = Self { strategy: Some(*strategy), children: children.clone() };
            }
            Supervision::ChildForgotten { child, .. } => self.children.retain(|(id, _)| id != child),
            _ => {}
        }
    }

    fn place(&self, child: &str) -> Option<usize> {
        self.children.iter().position(|(id, _)| id == child)
    }

    fn restart(&self, child: &str) -> Option<Restart> {
        self.place(child).map(|place| self.children[place].1)
    }

    /// Who is to be started again if this child fails.
    fn concerned(&self, failed: &str) -> Vec<&str> {
        let Some(place) = self.place(failed) else { return Vec::new() };
        let all = match self.strategy {
            Some(Strategy::OneForAll) => &self.children[..],
            Some(Strategy::RestForOne) => &self.children[place..],
            Some(Strategy::OneForOne | Strategy::SimpleOneForOne) | None => &self.children[place..=place],
        };
        all.iter().filter(|(_, restart)| *restart != Restart::Temporary).map(|(id, _)| id.as_str()).collect()
    }
}

/// SUP-1.
fn strategy() -> impl Monitor<Fact> {
    each(|known: &mut Known, fact: &Supervision| {
        known.learn(fact);
        let Supervision::RestartBegan { failed, children, .. } = fact else { return Ok(()) };
        // Temporary children are for SUP-3.
        let permanent = |id: &&String| known.restart(id) != Some(Restart::Temporary);
        let began: Vec<&String> = children.iter().filter(permanent).collect();
        let expected = known.concerned(failed);
        if began == expected {
            return Ok(());
        }
        Err(format!("{failed} failed: {began:?} are started again, and not {expected:?}"))
    })
}

/// SUP-2, by the supervisor's own clock.
fn intensity() -> impl Monitor<Fact> {
    #[derive(Clone, Debug, Default, Hash)]
    struct Counted {
        max: u32,
        within: u64,
        times: VecDeque<Time>,
        /// Starts that failed and were not counted yet, unless at the beginning.
        owed: BTreeSet<String>,
        restarted: bool,
    }
    impl Counted {
        fn count(&mut self, at: Time) -> usize {
            self.times.push_back(at);
            while self.times.front().is_some_and(|first| at.as_nanos() - first.as_nanos() > self.within) {
                self.times.pop_front();
            }
            self.times.len()
        }
    }
    each(|counted: &mut Counted, fact: &Supervision| {
        match fact {
            Supervision::SupervisorBegan { max, within, .. } => {
                (counted.max, counted.within) = (*max, *within);
            }
            Supervision::RestartDecided { failed, at, .. } => {
                counted.restarted = true;
                counted.owed.remove(failed);
                let count = counted.count(*at);
                if count > counted.max as usize {
                    return Err(format!("{failed} is restart {count}, and {} are allowed", counted.max));
                }
            }
            Supervision::GaveUp { at, .. } => {
                counted.owed.clear();
                let count = counted.count(*at);
                if count <= counted.max as usize {
                    return Err(format!("gives up with restart {count}, and {} are allowed", counted.max));
                }
            }
            Supervision::StartFailed { child, .. }
                if counted.restarted && !counted.owed.insert(child.clone()) =>
            {
                return Err(format!("the start of {child} failed and was tried again without being counted"));
            }
            // A sibling's restart, which was counted, starts it as well.
            Supervision::RestartBegan { failed, children, .. } => {
                counted.owed.retain(|owed| owed == failed || !children.contains(owed));
            }
            Supervision::ChildStarted { child, .. } if counted.owed.contains(child) => {
                return Err(format!("the start of {child} failed and was tried again without being counted"));
            }
            _ => {}
        }
        Ok(())
    })
}

/// SUP-3.
fn restart_types() -> impl Monitor<Fact> {
    type State = (Known, BTreeMap<String, bool>);
    each(|(known, clean): &mut State, fact: &Supervision| {
        known.learn(fact);
        match fact {
            Supervision::ChildEnded { child, clean: was_clean, .. } => {
                clean.insert(child.clone(), *was_clean);
            }
            Supervision::StartFailed { child, .. } => {
                clean.insert(child.clone(), false);
            }
            Supervision::RestartDecided { failed, .. } => match known.restart(failed) {
                Some(Restart::Temporary) => return Err(format!("{failed} is temporary and started again")),
                Some(Restart::Transient) if clean.get(failed) == Some(&true) => {
                    return Err(format!("{failed} is transient, ended cleanly, and is started again"));
                }
                _ => {}
            },
            Supervision::RestartBegan { children, .. } => {
                let temporary = |id: &&String| known.restart(id) == Some(Restart::Temporary);
                if let Some(child) = children.iter().find(temporary) {
                    return Err(format!("{child} is temporary and started again with a sibling"));
                }
            }
            _ => {}
        }
        Ok(())
    })
}

/// SUP-4. Children of a simple-one-for-one are stopped together.
fn stop_order() -> impl Monitor<Fact> {
    type State = (Known, Vec<String>, Vec<String>);
    each(|(known, up, asked): &mut State, fact: &Supervision| {
        known.learn(fact);
        match fact {
            Supervision::ChildStarted { child, .. } => up.push(child.clone()),
            Supervision::ChildEnded { child, .. } => {
                up.retain(|id| id != child);
                asked.retain(|id| id != child);
            }
            Supervision::StopAsked { child, .. } if known.strategy != Some(Strategy::SimpleOneForOne) => {
                if let Some(other) = asked.first() {
                    return Err(format!("{child} is asked to stop while {other} is not down"));
                }
                let place = known.place(child);
                if let Some(later) = up.iter().find(|id| known.place(id) > place) {
                    return Err(format!(
                        "{child} is asked to stop before {later}, which was started after it"
                    ));
                }
                asked.push(child.clone());
            }
            _ => {}
        }
        Ok(())
    })
}

/// SUP-5.
fn nobody_left() -> impl Monitor<Fact> {
    each(|up: &mut Vec<String>, fact: &Supervision| {
        match fact {
            Supervision::ChildStarted { child, .. } => up.push(child.clone()),
            Supervision::ChildEnded { child, .. } => up.retain(|id| id != child),
            Supervision::SupervisorEnded { .. } if !up.is_empty() => {
                return Err(format!("a supervisor ends while {up:?} run"));
            }
            _ => {}
        }
        Ok(())
    })
}

/// SUP-6. One that was killed or crashed in between has ended, too: its next life begins.
fn to_end(fact: &Fact) -> Step<Address> {
    let Fact::Supervision(fact) = fact else { return Step::Ignore };
    match fact {
        Supervision::EndAsked { supervisor } | Supervision::GaveUp { supervisor, .. } => {
            Step::Owe(*supervisor)
        }
        Supervision::SupervisorEnded { supervisor } | Supervision::SupervisorBegan { supervisor, .. } => {
            Step::Settle(*supervisor)
        }
        _ => Step::Ignore,
    }
}

/// SUP-7: a stage that says that it ends in its first turn is missed soon, unless its supervisor has ended as well; and no life is told to have ended twice,
/// or to have left a group.
#[derive(Clone, Debug, Default, Hash)]
struct Missed {
    stillborn: BTreeMap<String, Time>,
    /// Who has ended, and was not started since.
    ended: BTreeSet<(Address, String)>,
    /// Who has left the group, and in which life.
    left: BTreeSet<(Address, Incarnation)>,
}

/// How soon the end of a child is told.
const MISSED_WITHIN: Duration = Duration::from_secs(5);

impl Monitor<Fact> for Missed {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        let fact = match fact {
            Fact::Stillborn { place } => {
                self.stillborn.insert(stage_name(*place), moment.at);
                return Ok(());
            }
            Fact::Left { worker, life } => {
                if !self.left.insert((*worker, *life)) {
                    return Err(format!("{worker} has left for the second time"));
                }
                return Ok(());
            }
            Fact::Supervision(fact) => fact,
            _ => return Ok(()),
        };
        match fact {
            Supervision::SupervisorBegan { supervisor, .. } => {
                self.stillborn.clear();
                // A supervisor that begins says so itself, and not as a child that was started.
                self.ended.retain(|(other, child)| other != supervisor && child != "line");
            }
            Supervision::ChildStarted { supervisor, child, .. }
            | Supervision::StartFailed { supervisor, child } => {
                self.ended.remove(&(*supervisor, child.clone()));
            }
            Supervision::RestartBegan { supervisor, children, .. } => {
                self.ended.retain(|(other, child)| other != supervisor || !children.contains(child));
            }
            Supervision::ChildEnded { supervisor, child, .. } => {
                self.stillborn.retain(|stage, _| stage != child && child != "line");
                if !self.ended.insert((*supervisor, child.clone())) {
                    return Err(format!("{child} has ended for the second time"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn kinds(&self) -> Option<&[&'static str]> {
        Some(&["Supervision", "Stillborn", "Left"])
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |(stage, since): (&String, &Time)| Owed {
            since: *since,
            within: MISSED_WITHIN,
            what: format!("the news that {stage} has ended"),
        };
        self.stillborn.iter().map(owe).collect()
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

/// SUP-9: whoever is asked to end while a restart is put off begins no restart any more.
fn put_off() -> impl Monitor<Fact> {
    each(|ending: &mut bool, fact: &Supervision| {
        match fact {
            Supervision::EndAsked { .. } | Supervision::GaveUp { .. } => *ending = true,
            Supervision::RestartBegan { failed, .. } if *ending => {
                return Err(format!("{failed} is started again by a supervisor that is to end"));
            }
            _ => {}
        }
        Ok(())
    })
}
