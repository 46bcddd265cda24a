//! Attempts, agents, models, and what is said about them.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Step, fold, leads_to, on};
use rehearsal_protocol::{Address, Time};
use rehearsal_sessions::session::{AgentName, Cause, CommandId, Fact, Key, Kind, ModelPin, RunId, StreamId};

use super::ledger::Ledger;
use super::{PROMPTLY, Sentence, What};

/// RETRY-1: a step is tried again at most as often as its agent's mode allows, after the wait of the mode and the one that the provider asks for,
/// and not after its first text or an interrupt.
///
/// An agent has one step, so attempts are counted by who makes them.
pub fn attempts_keep_to_the_mode() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Agents {
        attempts: Ledger<Address, Attempts>,
        shown: Ledger<RunId, u16>,
    }
    on(
        ["Attempted", "AttemptFailed", "ChunkShown", "CancelHeard", "RunEnded"],
        fold(Agents::default(), |agents: &mut Agents, moment: Moment, fact: &Fact| match fact {
            Fact::Attempted { stream, pin } => {
                let shown = agents.shown.get(&stream.run) == Some(&stream.step);
                agents.attempts.entry(moment.actor).begin(moment.at, stream, *pin, shown)
            }
            Fact::AttemptFailed { retry_after, .. } => {
                agents.attempts.entry(moment.actor).failed = Some((moment.at, *retry_after));
                Ok(())
            }
            Fact::ChunkShown { run, step, .. } => {
                *agents.shown.entry(*run) = *step;
                Ok(())
            }
            Fact::CancelHeard { .. } => {
                agents.attempts.entry(moment.actor).cancelled = true;
                Ok(())
            }
            Fact::RunEnded { run, .. } => {
                agents.shown.remove(run);
                Ok(())
            }
            _ => Ok(()),
        }),
    )
}

/// The attempts of one agent.
#[derive(Clone, Copy, Default, Hash)]
struct Attempts {
    made: u8,
    failed: Option<(Time, Option<Duration>)>,
    cancelled: bool,
}

impl Attempts {
    fn begin(&mut self, at: Time, stream: &StreamId, pin: ModelPin, shown: bool) -> Result<(), String> {
        let mode = pin.agent.entry().mode;
        self.made += 1;
        if self.made > mode.provider_attempts {
            return Err(format!("{stream} is one attempt more than {:?} has", pin.agent));
        }
        if self.cancelled {
            return Err(format!("{stream} is begun after its run was interrupted"));
        }
        let Some((failed, retry_after)) = self.failed.take() else { return Ok(()) };
        if shown {
            return Err(format!("{stream} is begun after some text of its step was shown"));
        }
        let own = mode.base.saturating_mul(mode.factor.saturating_pow(u32::from(self.made) - 2));
        let least = own.max(retry_after.unwrap_or_default()).min(mode.cap);
        let waited = at.since(failed);
        // The wait is by the agent's clock, which may be fast by a thousandth.
        if waited + least / 500 < least {
            return Err(format!("{stream} is begun {waited:?} after the last one failed, and not {least:?}"));
        }
        Ok(())
    }
}

/// MODEL-1: a step is made by one agent and one model, from its resolution to its end.
pub fn steps_keep_their_model() -> impl Monitor<Fact> {
    on(
        ["StepResolved", "Attempted", "StepSaid", "RunEnded"],
        fold(Ledger::default(), |steps: &mut Ledger<RunId, Option<ModelPin>>, _, fact: &Fact| {
            let (run, step, pin) = match fact {
                Fact::StepResolved { run, pin, .. } => {
                    *steps.entry(*run) = Some(*pin);
                    return Ok(());
                }
                Fact::RunEnded { run, .. } => {
                    steps.remove(run);
                    return Ok(());
                }
                Fact::Attempted { stream, pin } => (stream.run, stream.step, pin),
                Fact::StepSaid { run, step, pin } => (*run, *step, pin),
                _ => return Ok(()),
            };
            match steps.get(&run).copied().flatten() {
                Some(resolved) if resolved != *pin => {
                    Err(format!("step {step} of {run} was resolved to {resolved:?}, and is made by {pin:?}"))
                }
                _ => Ok(()),
            }
        }),
    )
}

/// MODE-1: a run is made by the agent that its message names, or else by the one that its session had when it began.
pub fn runs_keep_their_agent() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Sessions {
        sticky: Ledger<Address, Option<AgentName>>,
        named: Ledger<CommandId, Option<AgentName>>,
        runs: Ledger<RunId, Option<AgentName>>,
    }
    on(
        ["Accepted", "AgentSwitched", "InFlight", "StepResolved", "RunEnded"],
        fold(Sessions::default(), |sessions: &mut Sessions, moment: Moment, fact: &Fact| match fact {
            Fact::Accepted { command, kind: Kind::MessageTo(agent), .. } => {
                *sessions.named.entry(*command) = Some(*agent);
                Ok(())
            }
            Fact::AgentSwitched { agent, .. } => {
                *sessions.sticky.entry(moment.actor) = Some(*agent);
                Ok(())
            }
            Fact::InFlight { run, command, .. } => {
                let named = sessions.named.remove(command).flatten();
                let sticky = sessions.sticky.entry(moment.actor).unwrap_or_default();
                *sessions.runs.entry(*run) = Some(named.unwrap_or(sticky));
                Ok(())
            }
            Fact::StepResolved { run, step, pin } => match sessions.runs.get(run).copied().flatten() {
                Some(agent) if agent != pin.agent => Err(format!(
                    "step {step} of {run} is made by {:?}, and the run is {agent:?}'s",
                    pin.agent
                )),
                _ => Ok(()),
            },
            Fact::RunEnded { run, .. } => {
                sessions.runs.remove(run);
                Ok(())
            }
            _ => Ok(()),
        }),
    )
}

/// MBX-4: who asks for the state is told, whatever runs.
pub fn questions_are_answered() -> impl Monitor<Fact> {
    let promise = |question: &CommandId| Sentence { who: *question, what: What::AsksAndIsNotTold };
    on(
        ["StateAsked", "StateTold", "Refused"],
        leads_to(PROMPTLY, move |fact: &Fact| match fact {
            Fact::StateAsked { question, .. } => Step::Owe(promise(question)),
            Fact::StateTold { question, .. } | Fact::Refused { command: question, .. } => {
                Step::Settle(promise(question))
            }
            _ => Step::Ignore,
        }),
    )
}

/// OBS-1: a run that fails says so before it ends, and who asks for the state is told until a run ends well.
pub fn failures_are_told_and_kept() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Failures {
        told: Option<RunId>,
        last: Ledger<Key, Option<u32>>,
    }
    on(
        ["ErrorOccurred", "RunEnded", "StateTold", "Recovering"],
        fold(Failures::default(), |failures: &mut Failures, _, fact: &Fact| match fact {
            Fact::ErrorOccurred { run } => {
                failures.told = Some(*run);
                Ok(())
            }
            Fact::RunEnded { run, cause: Cause::Failed, .. } => {
                *failures.last.entry(run.key) = Some(run.number);
                if failures.told == Some(*run) {
                    return Ok(());
                }
                Err(format!("{run} fails, and nobody is told of an error"))
            }
            Fact::RunEnded { run, cause: Cause::Done, .. } => {
                *failures.last.entry(run.key) = None;
                Ok(())
            }
            // What ended in the instant of a crash is told by the state first.
            Fact::Recovering { key } => {
                failures.last.remove(key);
                Ok(())
            }
            Fact::StateTold { key, last_error, .. } => match failures.last.get(key) {
                Some(last) if last != last_error => Err(format!(
                    "{key} says that its last error is that of run {last_error:?}, and it was that of run {last:?}"
                )),
                _ => Ok(()),
            },
            _ => Ok(()),
        }),
    )
}
