//! Runs, acceptance, queues.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, Step, leads_to, on};
use rehearsal_protocol::{Address, Time};
use rehearsal_sessions::session::{Cause, CommandId, Fact, Key, Queue, Role, RunId};

use super::ledger::Ledger;
use super::{IN_THE_END, PROMPTLY, Sentence, What};

/// SES-1: at most one run of a key is active, and no run starts twice.
pub fn runs_are_disjoint() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Runs {
        active: Option<RunId>,
        last: u32,
    }
    #[derive(Clone, Default, Hash)]
    struct Keys(Ledger<Key, Runs>);
    impl Monitor<Fact> for Keys {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(keys) = self;
            match fact {
                Fact::RunStarted { run, .. } => {
                    let runs = keys.entry(run.key);
                    if let Some(active) = runs.active {
                        return Err(format!("{run} starts while {active} is active"));
                    }
                    if run.number <= runs.last {
                        return Err(format!("{run} starts after {}", RunId { number: runs.last, ..*run }));
                    }
                    *runs = Runs { active: Some(*run), last: run.number };
                    Ok(())
                }
                Fact::Resumed { run, .. } => {
                    *keys.entry(run.key) = Runs { active: Some(*run), last: run.number };
                    Ok(())
                }
                Fact::RunEnded { run: RunId { key, .. }, .. } | Fact::Recovering { key } => {
                    keys.entry(*key).active = None;
                    Ok(())
                }
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(["RunStarted", "Resumed", "RunEnded", "Recovering"], Keys::default())
}

/// SES-2: what runs was accepted before, and runs once.
///
/// A run that a crash has cut goes on as the same run, unless its turn was completed.
pub fn runs_were_accepted() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Runs {
        answers: Ledger<CommandId, Option<RunId>>,
        completed: Ledger<RunId, bool>,
    }
    impl Monitor<Fact> for Runs {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            match fact {
                Fact::Accepted { command, .. } | Fact::Restored { command, .. } => {
                    self.answers.entry(*command);
                    Ok(())
                }
                Fact::RunStarted { run, command } => {
                    if self.answers.get(command).is_none() {
                        return Err(format!("{run} answers {command}, which nobody has accepted"));
                    }
                    match self.answers.entry(*command).replace(*run) {
                        Some(first) => Err(format!("{run} answers {command}, which {first} has answered")),
                        None => Ok(()),
                    }
                }
                Fact::Resumed { run, command, .. } => {
                    if self.completed.get(run).is_some() {
                        return Err(format!("{run} is resumed, and its turn was completed"));
                    }
                    match self.answers.entry(*command).replace(*run) {
                        Some(first) if first != *run => {
                            Err(format!("{run} is resumed for {command}, which {first} has answered"))
                        }
                        Some(_) | None => Ok(()),
                    }
                }
                Fact::TurnCompleted { run, .. } => {
                    *self.completed.entry(*run) = true;
                    Ok(())
                }
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {
            self.answers.clear();
            self.completed.clear();
        }
    }
    on(["Accepted", "Restored", "RunStarted", "Resumed", "TurnCompleted"], Runs::default())
}

/// SES-3: work is taken up in order of acceptance, interjections first.
pub fn work_is_in_order() -> impl Monitor<Fact> {
    /// Who has accepted what, in the order of acceptance. One list for all sessions, which keeps its memory.
    #[derive(Clone, Default, Hash)]
    struct Waiting(Vec<(Address, Queue, CommandId)>);
    impl Monitor<Fact> for Waiting {
        #[inline(always)]
        fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(waiting) = self;
            match fact {
                Fact::DeadLettered { command, .. } => {
                    waiting.retain(|(by, _, waiting)| *by != moment.actor || waiting != command);
                }
                Fact::Restored { command, kind, .. } => waiting.push((moment.actor, kind.queue(), *command)),
                Fact::Queued { command, queue, .. } => waiting.push((moment.actor, *queue, *command)),
                Fact::InFlight { run, command, .. } => {
                    let first =
                        |of| waiting.iter().position(|(by, queue, _)| (*by, *queue) == (moment.actor, of));
                    let Some(first) = first(Queue::Steering).or_else(|| first(Queue::FollowUp)) else {
                        return Err(format!("{run} takes up {command}, which did not wait"));
                    };
                    let (.., next) = waiting.remove(first);
                    if next != *command {
                        return Err(format!("{run} takes up {command} and it was the turn of {next}"));
                    }
                }
                Fact::Closed { .. } | Fact::Recovering { .. } => {
                    waiting.retain(|(by, ..)| *by != moment.actor);
                }
                _ => {}
            }
            Ok(())
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(["Queued", "InFlight", "DeadLettered", "Closed", "Recovering", "Restored"], Waiting::default())
}

/// SES-4: accepted work runs in the end, or is a dead letter.
pub fn accepted_work_runs() -> impl Monitor<Fact> {
    let promise = |command: &CommandId| Sentence { who: *command, what: What::HasNotRun };
    on(
        ["Accepted", "Released", "RunStarted", "Resumed", "DeadLettered", "Held"],
        leads_to(IN_THE_END, move |fact: &Fact| match fact {
            Fact::Accepted { command, .. } | Fact::Released { command, .. } => Step::Owe(promise(command)),
            // What is held is owed nothing: whoever cancelled it has to say something more.
            Fact::Held { command, .. }
            | Fact::RunStarted { command, .. }
            | Fact::Resumed { command, .. }
            | Fact::DeadLettered { command, .. } => Step::Settle(promise(command)),
            _ => Step::Ignore,
        }),
    )
}

/// SES-5: work that waits behind a failed run is taken up.
pub fn failure_takes_up_what_waits() -> impl Monitor<Fact> {
    let promise = |key: &Key| Sentence { who: *key, what: What::HasWorkThatWaits };
    on(
        ["RunEnded", "InFlight", "Closed"],
        leads_to(PROMPTLY, move |fact: &Fact| match fact {
            Fact::RunEnded { run, cause: Cause::Failed, waiting: 1.. } => Step::Owe(promise(&run.key)),
            Fact::InFlight { run, .. } => Step::Settle(promise(&run.key)),
            Fact::Closed { key, .. } => Step::Settle(promise(key)),
            _ => Step::Ignore,
        }),
    )
}

/// SES-6: no queue is longer than its cap.
pub fn queues_keep_their_cap(cap: u16) -> impl Monitor<Fact> {
    #[derive(Clone, Hash)]
    struct Cap(u16);
    impl Monitor<Fact> for Cap {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(cap) = self;
            match fact {
                Fact::Queued { key, queue, len, .. } if len > cap => {
                    Err(format!("{len} wait in the {queue:?} queue of {key}, whose cap is {cap}"))
                }
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {}
    }
    on(["Queued"], Cap(cap))
}

/// SES-9: a command is answered promptly whatever other keys do.
///
/// A command that comes again after its answer is owed nothing: its answer is repeated, and that is no fact.
pub fn keys_do_not_wait() -> impl Monitor<Fact> {
    on(["Received", "Accepted", "Refused"], Answers::default())
}

#[derive(Clone, Default, Hash)]
struct Answers(Ledger<CommandId, Answer>);

#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
enum Answer {
    #[default]
    Unasked,
    Owed {
        key: Key,
        since: Time,
    },
    Given,
}

impl Monitor<Fact> for Answers {
    #[inline(always)]
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::Received { key, command } => {
                let answer = self.0.entry(*command);
                if *answer == Answer::Unasked {
                    *answer = Answer::Owed { key: *key, since: moment.at };
                }
                Ok(())
            }
            Fact::Accepted { command, .. } | Fact::Refused { command, .. } => {
                match std::mem::replace(self.0.entry(*command), Answer::Given) {
                    Answer::Owed { key, since } => on_time(moment, since, PROMPTLY)
                        .map_err(|late| format!("{command} for {key} waited since {since}, {late}")),
                    Answer::Unasked | Answer::Given => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn owed(&self) -> Vec<Owed> {
        let owed = |(command, answer): &(CommandId, Answer)| match answer {
            Answer::Owed { key, since } => {
                let what = format!("the answer to {command} for {key}");
                Some(Owed { since: *since, within: PROMPTLY, what })
            }
            Answer::Unasked | Answer::Given => None,
        };
        self.0.iter().filter_map(owed).collect()
    }

    fn reset(&mut self) {
        self.0.clear();
    }
}

/// Whether what was owed since then is done in time, which counts once there are no faults.
pub(super) fn on_time(moment: &Moment, since: Time, within: Duration) -> Result<(), String> {
    let Some(healed) = moment.healed else { return Ok(()) };
    let due = since.max(healed) + within;
    if moment.at <= due { Ok(()) } else { Err(format!("due at {due}")) }
}

/// SES-10: at most one item is in flight, until its row is stored; a crash leaves it waiting or stored.
pub fn one_item_is_in_flight() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Flying(Ledger<Address, Option<CommandId>>);
    impl Monitor<Fact> for Flying {
        #[inline(always)]
        fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(flying) = self;
            match fact {
                Fact::InFlight { command, .. } => match flying.entry(moment.actor).replace(*command) {
                    Some(first) => Err(format!("{command} is taken up while {first} is in flight")),
                    None => Ok(()),
                },
                Fact::RowStored { role: Role::User { command }, .. } => {
                    match flying.entry(moment.actor).take() {
                        Some(first) if first == *command => Ok(()),
                        other => Err(format!("the row of {command} is stored and {other:?} is in flight")),
                    }
                }
                Fact::Closed { .. } => {
                    *flying.entry(moment.actor) = None;
                    Ok(())
                }
                Fact::Restored { command, .. } | Fact::Resumed { command, .. } => {
                    let flying = flying.entry(moment.actor);
                    *flying = flying.filter(|flying| flying != command);
                    Ok(())
                }
                Fact::Recovered { key, .. } => match flying.entry(moment.actor).take() {
                    Some(lost) => Err(format!(
                        "{lost} was in flight when {key} crashed, and neither waits nor is stored"
                    )),
                    None => Ok(()),
                },
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(["InFlight", "RowStored", "Closed", "Restored", "Resumed", "Recovered"], Flying::default())
}

/// OBS-1: a run that fails says so before it ends.
pub fn failures_are_told() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Told(Option<RunId>);
    impl Monitor<Fact> for Told {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(told) = self;
            match fact {
                Fact::ErrorOccurred { run } => {
                    *told = Some(*run);
                    Ok(())
                }
                Fact::RunEnded { run, cause: Cause::Failed, .. } if *told != Some(*run) => {
                    Err(format!("{run} fails, and nobody is told of an error"))
                }
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {
            self.0 = None;
        }
    }
    on(["ErrorOccurred", "RunEnded"], Told::default())
}
