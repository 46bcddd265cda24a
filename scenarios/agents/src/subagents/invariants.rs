//! What holds of those who delegate and of their children.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, Properties, SortedMap, SortedSet, fold};
use rehearsal_agents::subagents::{Call, Config, Fact, Outcome, Way};
use rehearsal_protocol::Time;

/// What a cancellation needs on its way down, beside the grace.
const ON_THE_WAY: Duration = Duration::from_millis(50);

/// States it.
pub(super) fn state(check: &mut Properties<Fact>, config: Config) {
    check.always("SUB-1", "a child is completed once, and was spawned before", children_end_once());
    check.always(
        "SUB-3",
        "who is delegated to may be, and no more stand below each other than may",
        delegation_is_allowed(config),
    );
    check.always(
        "TOOL-8",
        "a tool that is offered or started is one that its agent may use",
        tools_are_allowed(),
    );
    check.always(
        "TOOL-2",
        "only results of calls of the present run are taken, and none after an interrupt",
        late_results_are_not_taken(),
    );
    check.always(
        "INT-4",
        "after an interrupt a run asks no model and starts no tool",
        interrupted_runs_stop(),
    );
    check.always(
        "SUB-4",
        "a call whose child fails is tried again as often as may be, after its rests, and not after an interrupt",
        attempts_are_as_configured(config),
    );
    check.always(
        "INT-10",
        "when a run has ended and its grace is over, nothing below it starts a tool or asks a model",
        nothing_outlives_its_run(config.grace),
    );
    check.always(
        "SUB-2",
        "a child that was spawned is completed in the end, and its call with it, unless its parent has ended",
        Spawned { within: in_the_end(config), ..Spawned::default() },
    );
}

/// Longer than a call and all below it may take.
fn in_the_end(config: Config) -> Duration {
    match config.timeout {
        Some(timeout) => timeout * 10,
        None => Duration::from_secs(120),
    }
}

/// SUB-1: a child is completed once, and was spawned before.
fn children_end_once() -> impl Monitor<Fact> {
    fold(SortedMap::new(), |ended: &mut SortedMap<Way, bool>, _, fact: &Fact| match fact {
        Fact::SubagentSpawned { way, .. } => match ended.insert(*way, false) {
            None => Ok(()),
            Some(_) => Err(format!("{way} is spawned again")),
        },
        Fact::SubagentCompleted { way, .. } => match ended.insert(*way, true) {
            Some(false) => Ok(()),
            Some(true) => Err(format!("{way} is completed again")),
            None => Err(format!("{way} is completed, and was not spawned")),
        },
        _ => Ok(()),
    })
}

/// SUB-3: who is delegated to may be, and no more stand below each other than may.
fn delegation_is_allowed(config: Config) -> impl Monitor<Fact> {
    fold((), move |(), _, fact: &Fact| match fact {
        Fact::SubagentSpawned { way, .. } if way.depth() > config.depth => {
            Err(format!("{way} is the {}th below each other", way.depth()))
        }
        Fact::SubagentSpawned { way, agent, by, .. } => {
            if config.nested.may_delegate(*by, *agent) {
                return Ok(());
            }
            Err(format!("{by:?} delegates to {agent:?} ({way})"))
        }
        _ => Ok(()),
    })
}

/// TOOL-8: a tool that is offered or started is one that its agent may use.
fn tools_are_allowed() -> impl Monitor<Fact> {
    fold((), |(), _, fact: &Fact| match fact {
        Fact::ModelCalled { agent, offered, .. } => match offered.iter().find(|tool| !agent.may_use(*tool)) {
            Some(tool) => Err(format!("{agent:?} is offered {tool:?}, which it may not use")),
            None => Ok(()),
        },
        Fact::ToolStarted { agent, tool, .. } if !agent.may_use(*tool) => {
            Err(format!("{agent:?} uses {tool:?}, which it may not"))
        }
        _ => Ok(()),
    })
}

/// TOOL-2: only results of calls of the present run are taken, and none after an interrupt.
fn late_results_are_not_taken() -> impl Monitor<Fact> {
    fold(SortedSet::new(), |interrupted: &mut SortedSet<(Way, u32)>, _, fact: &Fact| match fact {
        Fact::Interrupted { way, run } => {
            interrupted.insert((*way, *run));
            Ok(())
        }
        Fact::ResultTaken { way, run, call } if call.run != *run => {
            Err(format!("run {run} of {way} takes the result of a call of run {}", call.run))
        }
        Fact::ResultTaken { way, run, .. } if interrupted.contains(&(*way, *run)) => {
            Err(format!("run {run} of {way} takes a result after its interrupt"))
        }
        _ => Ok(()),
    })
}

/// INT-4: after an interrupt a run asks no model and starts no tool.
fn interrupted_runs_stop() -> impl Monitor<Fact> {
    fold(SortedSet::new(), |interrupted: &mut SortedSet<(Way, u32)>, _, fact: &Fact| match fact {
        Fact::Interrupted { way, run } => {
            interrupted.insert((*way, *run));
            Ok(())
        }
        Fact::ModelCalled { way, run, .. } | Fact::ToolStarted { way, run, .. }
            if interrupted.contains(&(*way, *run)) =>
        {
            Err(format!("run {run} of {way} goes on after its interrupt"))
        }
        _ => Ok(()),
    })
}

/// The children of each session, and when those of ended runs must have stopped.
#[derive(Clone, Debug, Default, Hash)]
struct Below {
    children: SortedMap<Way, SortedSet<Way>>,
    stopped: SortedMap<Way, Time>,
}

/// INT-10: when a run has ended and its grace is over, nothing below it starts a tool or asks a model.
fn nothing_outlives_its_run(grace: Duration) -> impl Monitor<Fact> {
    fold(Below::default(), move |below: &mut Below, moment, fact: &Fact| {
        match fact {
            Fact::SubagentSpawned { way, .. } => {
                if let Some(parent) = way.parent() {
                    below.children.get_or_default(parent).insert(*way);
                }
            }
            Fact::RunEnded { way, .. } => {
                for child in below.children.remove(way).unwrap_or_default() {
                    below.stopped.insert(child, moment.at + grace + ON_THE_WAY);
                }
            }
            Fact::ModelCalled { way, .. } | Fact::ToolStarted { way, .. } => {
                let line = std::iter::successors(Some(*way), |way| way.parent());
                let since = line.filter_map(|above| below.stopped.get(&above)).min();
                if let Some(until) = since.filter(|until| **until < moment.at) {
                    return Err(format!("{way} goes on, though a run above it ended (it had until {until})"));
                }
            }
            Fact::RunStarted { .. }
            | Fact::Interrupted { .. }
            | Fact::ResultTaken { .. }
            | Fact::LateChild(_)
            | Fact::SubagentCompleted { .. }
            | Fact::Refused(_)
            | Fact::Restarted { .. } => {}
        }
        Ok(())
    })
}

/// A call that is tried again and again: the last attempt, and when and how its child ended.
type Attempts = (u32, Option<(Time, Outcome)>);

/// SUB-4: a call is tried as often as may be, after its rests, only when a child has failed, and not after an interrupt.
fn attempts_are_as_configured(config: Config) -> impl Monitor<Fact> {
    #[derive(Clone, Debug, Default, Hash)]
    struct Tried {
        calls: SortedMap<(Way, Call), Attempts>,
        works_for: SortedMap<Way, (Way, Call)>,
        interrupted: SortedMap<(Way, u32), Time>,
    }
    fold(Tried::default(), move |tried: &mut Tried, moment, fact: &Fact| match fact {
        Fact::SubagentSpawned { way, call, attempt, .. } => {
            let parent = way.parent().unwrap_or_else(|| panic!("{way} was delegated to and has no parent"));
            let before = tried.calls.insert((parent, *call), (*attempt, None));
            tried.works_for.insert(*way, (parent, *call));
            // The cancellation is on its way for a moment.
            let interrupted = tried.interrupted.get(&(parent, call.run));
            if interrupted.is_some_and(|at| moment.at.since(*at) > ON_THE_WAY) {
                return Err(format!("{way} is attempt {attempt} for a run of {parent} that was interrupted"));
            }
            judge_attempt(&config, *way, *attempt, before.unwrap_or_default(), moment.at)
        }
        Fact::SubagentCompleted { way, outcome } => {
            if let Some(open) = tried.works_for.get(way).and_then(|call| tried.calls.get_mut(call)) {
                open.1.get_or_insert((moment.at, *outcome));
            }
            Ok(())
        }
        Fact::Interrupted { way, run } => {
            tried.interrupted.insert((*way, *run), moment.at);
            Ok(())
        }
        _ => Ok(()),
    })
}

fn judge_attempt(config: &Config, way: Way, attempt: u32, before: Attempts, now: Time) -> Result<(), String> {
    let (last, ended) = before;
    if attempt != last + 1 || attempt > config.max_attempts {
        return Err(format!("{way} is attempt {attempt}, after {last} of {}", config.max_attempts));
    }
    match ended {
        None if attempt == 1 => Ok(()),
        None => Err(format!("{way} begins while the attempt before it is at work")),
        Some((at, Outcome::Failed)) => {
            // Clocks drift by a thousandth at most.
            let (rested, rest) = (now.since(at), config.rest(last));
            if rested + rest / 100 >= rest {
                return Ok(());
            }
            Err(format!("{way} begins {rested:?} after attempt {last} failed, and not {rest:?}"))
        }
        Some((_, outcome)) => Err(format!("{way} begins though attempt {last} did not fail: {outcome:?}")),
    }
}

/// SUB-2: the children that are not completed, and the calls that are not over.
///
/// What is left below a child that has ended has nobody to report to: whether it stops is for INT-10 to say.
#[derive(Clone, Debug, Default, Hash)]
struct Spawned {
    open: SortedMap<Way, Time>,
    calls: SortedMap<(Way, Call), Time>,
    within: Duration,
}

impl Monitor<Fact> for Spawned {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::SubagentSpawned { way, call, .. } => {
                self.open.insert(*way, moment.at);
                let parent = way.parent().unwrap_or(*way);
                self.calls.get_or_insert((parent, *call), moment.at);
            }
            Fact::SubagentCompleted { way, .. } => {
                self.open.remove(way);
                self.forget_below(*way);
            }
            Fact::ResultTaken { way, call, .. } => drop(self.calls.remove(&(*way, *call))),
            Fact::RunEnded { way, .. } => {
                self.calls.retain(|(by, _), _| by != way);
                if way.parent().is_some() {
                    self.forget_below(*way);
                }
            }
            Fact::RunStarted { .. }
            | Fact::ModelCalled { .. }
            | Fact::ToolStarted { .. }
            | Fact::Interrupted { .. }
            | Fact::LateChild(_)
            | Fact::Refused(_)
            | Fact::Restarted { .. } => {}
        }
        Ok(())
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |since: &Time, what: String| Owed { since: *since, within: self.within, what };
        let ends = self.open.iter().map(|(way, since)| owe(since, format!("the end of {way}")));
        let results = self.calls.iter().map(|((way, call), since)| {
            owe(since, format!("the result of call {} of run {} of {way}", call.number, call.run))
        });
        ends.chain(results).collect()
    }

    fn reset(&mut self) {
        self.open.clear();
        self.calls.clear();
    }
}

impl Spawned {
    fn forget_below(&mut self, way: Way) {
        self.open.retain(|below, _| below.parent() != Some(way));
        self.calls.retain(|(by, _), _| *by != way);
    }
}
