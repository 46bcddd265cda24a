//! Agents that delegate to agents, under people who interrupt: nothing below a run outlives it, and each child ends once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, Properties, fold};
use rehearsal::registry::{self, Entry, Setting, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_protocol::Time;
use rehearsal_protocol::session::catalog::AgentName;
use rehearsal_protocol::subagents::router::Nested;
use rehearsal_protocol::subagents::{
    Agent, Boss, Cause, DEADLINE, Fact, GRACE, Outcome, Person, Runner, Subagents, VARIANTS, Variant, Way,
};

use crate::planted::planted;

/// The entry of the registry.
pub static SUBAGENTS: Entry = Entry {
    name: "subagents",
    sentence: "agents delegate to agents, and an interrupt stops all that is below the run that it meets",
    variants: &PLANTED,
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting {
            name: "sessions",
            sentence: "how many sessions at the top",
            default: 2,
            least: 1,
            most: 15,
        },
        Setting {
            name: "runs",
            sentence: "how often a person asks in each; more than 15 children of one session are refused",
            default: 2,
            least: 1,
            most: 100,
        },
    ],
    build: |variant, settings| {
        let variant = variant.and_then(Variant::named).unwrap_or_default();
        rehearsal(Delegation { sessions: settings.get("sessions"), runs: settings.get("runs"), variant })
    },
};

/// The planted bugs in the words of the registry.
static PLANTED: [registry::Variant; VARIANTS.len()] = planted!(VARIANTS);

/// Some sessions in one process, each with a person; architects may have somebody explore, so that trees are deeper than the catalog makes them.
#[derive(Clone, Copy, Debug)]
pub struct Delegation {
    /// How many sessions at the top.
    pub sessions: u32,
    /// How often a person asks in each.
    pub runs: u32,
    /// Which bug is planted.
    pub variant: Variant,
}

/// Longer than a child and all below it may take.
const IN_THE_END: Duration = Duration::from_secs(10);
/// What a cancellation needs on its way down, beside the grace.
const ON_THE_WAY: Duration = Duration::from_millis(50);

impl Scenario for Delegation {
    type Protocol = Subagents;

    fn set_up(&self, system: &mut Setup<Subagents>) {
        let nested = Nested::ByArchitects;
        let mut process = system.node("process").steady();
        let runner = process.actor("runner", Runner::new(nested, self.variant));
        for number in 1..=self.sessions {
            let (way, name) = (Way(number.into()), AgentName::Cowork);
            let agent = Agent::new(way, name, Boss::Person, runner, nested, self.variant);
            let agent = process.actor(format!("session-{number}"), agent);
            process.actor(format!("person-{number}"), Person::new(agent, self.runs));
        }
        system.timeout("grace", GRACE);
        system.timeout("deadline", DEADLINE);
        system.faulty_phase(Duration::from_secs(1));
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        check.always("SUB-1", "a child is completed once, and was spawned before", children_end_once());
        check.always(
            "SUB-3",
            "who is delegated to may be, and no more stand below each other than may",
            delegation_is_allowed(),
        );
        check.always("TOOL-8", "a tool that is started is one that its agent may use", tools_are_allowed());
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
            "INT-10",
            "when a run has ended and its grace is over, nothing below it starts a tool or asks a model",
            nothing_outlives_its_run(),
        );
        check.always(
            "SUB-2",
            "a child that was spawned is completed in the end, unless its parent has ended",
            Spawned::default(),
        );
        goals(check);
    }
}

fn goals(check: &mut Properties<Fact>) {
    let mut ends = |name: &str, wanted: Outcome| {
        check.sometimes(
            name,
            move |fact| matches!(fact, Fact::SubagentCompleted { outcome, .. } if *outcome == wanted),
        );
    };
    ends("a child has an answer", Outcome::Done);
    ends("a child dies without a word", Outcome::Failed);
    ends("a child is cancelled", Outcome::Cancelled);
    check.sometimes("a child of a child is cancelled", |fact| {
        matches!(fact, Fact::SubagentCompleted { way, outcome: Outcome::Cancelled } if way.depth() == 3)
    });
    check.sometimes("a child reports too late", |fact| matches!(fact, Fact::LateChild(_)));
    check.sometimes("a delegation is refused", |fact| matches!(fact, Fact::Refused(_)));
    check.sometimes("a run is interrupted", |fact| {
        matches!(fact, Fact::RunEnded { cause: Cause::Interrupted, .. })
    });
}

/// SUB-1: a child is completed once, and was spawned before.
fn children_end_once() -> impl Monitor<Fact> {
    fold(BTreeMap::new(), |ended: &mut BTreeMap<Way, bool>, _, fact: &Fact| match fact {
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
fn delegation_is_allowed() -> impl Monitor<Fact> {
    const DEEPEST: u32 = 3;
    fold((), |(), _, fact: &Fact| match fact {
        Fact::SubagentSpawned { way, .. } if way.depth() > DEEPEST => {
            Err(format!("{way} is the {}th below each other", way.depth()))
        }
        Fact::SubagentSpawned { way, agent, by } => {
            let nests = (*by, *agent) == (AgentName::Architect, AgentName::Explore);
            if nests || by.may_delegate_to(*agent) {
                return Ok(());
            }
            Err(format!("{by:?} delegates to {agent:?} ({way})"))
        }
        _ => Ok(()),
    })
}

/// TOOL-8: a tool that is started is one that its agent may use.
fn tools_are_allowed() -> impl Monitor<Fact> {
    fold((), |(), _, fact: &Fact| match fact {
        Fact::ToolStarted { agent, tool, .. } if !agent.may_use(*tool) => {
            Err(format!("{agent:?} uses {tool:?}, which it may not"))
        }
        _ => Ok(()),
    })
}

/// TOOL-2: only results of calls of the present run are taken, and none after an interrupt.
fn late_results_are_not_taken() -> impl Monitor<Fact> {
    fold(BTreeSet::new(), |interrupted: &mut BTreeSet<(Way, u32)>, _, fact: &Fact| match fact {
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
    fold(BTreeSet::new(), |interrupted: &mut BTreeSet<(Way, u32)>, _, fact: &Fact| match fact {
        Fact::Interrupted { way, run } => {
            interrupted.insert((*way, *run));
            Ok(())
        }
        Fact::ModelCalled { way, run } | Fact::ToolStarted { way, run, .. }
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
    children: BTreeMap<Way, BTreeSet<Way>>,
    stopped: BTreeMap<Way, Time>,
}

/// INT-10: when a run has ended and its grace is over, nothing below it starts a tool or asks a model.
fn nothing_outlives_its_run() -> impl Monitor<Fact> {
    fold(Below::default(), |below: &mut Below, moment, fact: &Fact| {
        match fact {
            Fact::SubagentSpawned { way, .. } => {
                if let Some(parent) = way.parent() {
                    below.children.entry(parent).or_default().insert(*way);
                }
            }
            Fact::RunEnded { way, .. } => {
                for child in below.children.remove(way).unwrap_or_default() {
                    below.stopped.insert(child, moment.at + GRACE + ON_THE_WAY);
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
            | Fact::Refused(_) => {}
        }
        Ok(())
    })
}

/// SUB-2: the children that are not completed.
///
/// What is left below a child that has ended has nobody to report to: whether it stops is for INT-10 to say.
#[derive(Clone, Debug, Default, Hash)]
struct Spawned {
    open: BTreeMap<Way, Time>,
}

impl Monitor<Fact> for Spawned {
    fn observe(&mut self, moment: Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::SubagentSpawned { way, .. } => {
                self.open.insert(*way, moment.at);
            }
            Fact::SubagentCompleted { way, .. } => {
                self.open.remove(way);
                self.open.retain(|below, _| below.parent() != Some(*way));
            }
            Fact::RunEnded { way, .. } if way.parent().is_some() => {
                self.open.retain(|below, _| below.parent() != Some(*way));
            }
            Fact::RunStarted { .. }
            | Fact::ModelCalled { .. }
            | Fact::ToolStarted { .. }
            | Fact::Interrupted { .. }
            | Fact::RunEnded { .. }
            | Fact::ResultTaken { .. }
            | Fact::LateChild(_)
            | Fact::Refused(_) => {}
        }
        Ok(())
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |(way, since): (&Way, &Time)| Owed {
            since: *since,
            within: IN_THE_END,
            what: format!("the end of {way}"),
        };
        self.open.iter().map(owe).collect()
    }

    fn reset(&mut self) {
        self.open.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_below_an_interrupted_run_goes_on() {
        let delegation = Delegation { sessions: 2, runs: 2, variant: Variant::Reference };
        rehearsal::check(delegation).faults(&Profile::CHAOS).seeds(2_000).run();
    }
}
