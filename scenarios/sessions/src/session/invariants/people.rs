//! Runs that wait for people, and plans.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, fold, on};
use rehearsal_protocol::Time;
use rehearsal_sessions::session::{CallId, Class, Fact, Key, RunId, Verdict};

use super::ledger::Ledger;
use super::session::on_time;

/// How long it takes until everybody who was asked has decided and was heard.
const DECISIONS_TAKE: Duration = Duration::from_secs(5);

/// SES-11: a run that waits for people holds no permit, and none of its calls begins.
pub fn parked_runs_hold_nothing() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Holds {
        asking: Vec<CallId>,
        permits: Vec<CallId>,
        parked: Vec<RunId>,
    }
    on(
        ["CallIssued", "CallStarted", "PermitFreed", "Parked", "Unparked", "Recovering", "RunDecided"],
        fold(Holds::default(), |holds: &mut Holds, _, fact: &Fact| {
            match fact {
                Fact::CallIssued { call, class: Class::Asking } => holds.asking.push(*call),
                Fact::CallStarted { call } => {
                    if holds.parked.contains(&call.run) {
                        return Err(format!("{call} begins while its run waits for people"));
                    }
                    if holds.asking.contains(call) {
                        return Err(format!("{call} begins before its run waits for people, whom it needs"));
                    }
                    holds.permits.push(*call);
                }
                Fact::PermitFreed { call } => holds.permits.retain(|held| held != call),
                Fact::Parked { run, step } => {
                    if let Some(call) = holds.permits.iter().find(|call| call.run == *run) {
                        return Err(format!(
                            "step {step} of {run} waits for people while {call} holds a permit"
                        ));
                    }
                    holds.asking.retain(|call| call.run != *run);
                    holds.parked.push(*run);
                }
                Fact::RunDecided { run, .. } => holds.asking.retain(|call| call.run != *run),
                Fact::Unparked { run, .. } => holds.parked.retain(|parked| parked != run),
                Fact::Recovering { key } => {
                    holds.permits.retain(|call| call.run.key != *key);
                    holds.parked.retain(|run| run.key != *key);
                }
                _ => {}
            }
            Ok(())
        }),
    )
}

/// SES-12: a run that waits for people goes on when they have decided, whatever crashed in between.
pub fn decisions_are_heard() -> impl Monitor<Fact> {
    on(["Parked", "Responded", "Unparked", "CallStarted", "RunDecided"], Waiting::default())
}

/// Since when each waiting run could go on.
#[derive(Clone, Default, Hash)]
struct Waiting(Ledger<RunId, Option<Time>>);

impl Waiting {
    fn goes_on(&mut self, moment: &Moment, run: RunId) -> Result<(), String> {
        let Some(since) = self.0.remove(&run).flatten() else { return Ok(()) };
        on_time(moment, since, DECISIONS_TAKE)
            .map_err(|late| format!("{run} goes on long after a decision at {since}, {late}"))
    }
}

impl Monitor<Fact> for Waiting {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::Parked { run, .. } => {
                self.0.entry(*run);
                Ok(())
            }
            Fact::Responded { call } if self.0.get(&call.run).is_some() => {
                self.0.entry(call.run).get_or_insert(moment.at);
                Ok(())
            }
            Fact::Unparked { run, .. } | Fact::RunDecided { run, .. } => self.goes_on(moment, *run),
            // After a crash a run that has its decision is not parked any more: it goes on with its calls.
            Fact::CallStarted { call, .. } if self.0.get(&call.run).is_some_and(Option::is_some) => {
                self.goes_on(moment, call.run)
            }
            _ => Ok(()),
        }
    }

    fn owed(&self) -> Vec<Owed> {
        let owed = |(run, since): &(RunId, Option<Time>)| {
            let what = format!("{run} goes on, for which somebody has decided");
            Some(Owed { since: (*since)?, within: DECISIONS_TAKE, what })
        };
        self.0.iter().filter_map(owed).collect()
    }

    fn reset(&mut self) {
        self.0.clear();
    }
}

/// PLAN-1: there is one word on each plan. After a crash it may be told again.
pub fn plans_have_one_word() -> impl Monitor<Fact> {
    #[derive(Clone, Copy, Hash)]
    struct Word {
        verdict: Verdict,
        told_before_a_crash: bool,
    }
    on(
        ["PlanDecided", "Recovering"],
        fold(Ledger::default(), |words: &mut Ledger<CallId, Option<Word>>, _, fact: &Fact| match fact {
            Fact::PlanDecided { call, verdict } => {
                let word = Word { verdict: *verdict, told_before_a_crash: false };
                match words.entry(*call).replace(word) {
                    Some(first) if first.verdict != *verdict || !first.told_before_a_crash => Err(format!(
                        "the plan of {call} has the word {verdict:?} after the word {:?}",
                        first.verdict
                    )),
                    Some(_) | None => Ok(()),
                }
            }
            Fact::Recovering { key } => {
                for (_, word) in words.iter_mut().filter(|(call, _)| call.run.key == *key) {
                    word.iter_mut().for_each(|word| word.told_before_a_crash = true);
                }
                Ok(())
            }
            _ => Ok(()),
        }),
    )
}

/// PLAN-2: nothing is written while a plan waits for a word, and the conversation goes on from a plan only if it was confirmed.
pub fn plans_gate_writes() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Plans {
        open: Ledger<Key, Option<CallId>>,
        writes: Vec<CallId>,
        confirmed: Vec<CallId>,
    }
    on(
        ["CallIssued", "CallStarted", "PlanPresented", "PlanDecided", "Checkpointed", "RunDecided"],
        fold(Plans::default(), |plans: &mut Plans, _, fact: &Fact| {
            match fact {
                Fact::CallIssued { call, class: Class::Serial | Class::Asking } => plans.writes.push(*call),
                Fact::CallStarted { call } if plans.writes.contains(call) => {
                    let open = plans.open.get(&call.run.key).copied().flatten();
                    if let Some(plan) = open.filter(|plan| plan.run == call.run) {
                        return Err(format!("{call} writes while the plan of {plan} waits for a word"));
                    }
                }
                Fact::PlanPresented { call } => *plans.open.entry(call.run.key) = Some(*call),
                Fact::PlanDecided { call, verdict } => {
                    *plans.open.entry(call.run.key) = None;
                    if *verdict == Verdict::Confirmed {
                        plans.confirmed.push(*call);
                    }
                }
                Fact::Checkpointed { call } if !plans.confirmed.contains(call) => {
                    return Err(format!(
                        "the conversation goes on from the plan of {call}, which nobody confirmed"
                    ));
                }
                Fact::RunDecided { run, .. } => {
                    plans.writes.retain(|call| call.run != *run);
                    plans.confirmed.retain(|call| call.run != *run);
                }
                _ => {}
            }
            Ok(())
        }),
    )
}
