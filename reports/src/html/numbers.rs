//! The figures of a run, and which goals it reached.

use maud::{Markup, html};
use rehearsal::run::Verdict;

use super::frame::Mark;
use crate::result::{Over, RunEnd, RunResult};
use crate::terminal::figures::{counted, span};

/// The verdict of a run, as it stands at the head of a page.
pub(super) fn verdict(end: &RunEnd) -> (Mark, String) {
    let over = match end {
        RunEnd::Stuck(stuck) => return (Mark::Bad, format!("{} never returned from a turn", stuck.actor)),
        RunEnd::Over(over) => over,
    };
    match &over.outcome.verdict {
        Verdict::Pass => (Mark::Good, "pass".to_owned()),
        Verdict::Violation(found) => (Mark::Bad, format!("{} violated", found.invariant)),
        Verdict::Limit(limit) => (Mark::Odd, format!("limit {} reached", limit.name())),
    }
}

/// The figures of a run, and which goals it reached.
pub(super) fn numbers(run: &RunResult, over: &Over) -> Markup {
    let outcome = &over.outcome;
    let reached = outcome.goals.iter().filter(|reached| **reached).count();
    html! {
        p {
            (counted(outcome.turns, "turn")) ", " (counted(outcome.events, "event")) ", " (outcome.virtual_time)
            " of virtual time in " (span(run.wall)) ", trace hash " code { (format!("{:#018x}", outcome.trace_hash)) }
        }
        @if !over.goals.is_empty() {
            details {
                summary { "reached " (reached) " of " (counted(over.goals.len() as u64, "goal")) }
                ul.goals {
                    @for (goal, reached) in over.goals.iter().zip(&outcome.goals) {
                        li class=(if *reached { "reached" } else { "missed" }) { (goal.name) }
                    }
                }
            }
        }
    }
}
