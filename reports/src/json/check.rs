//! The document of `check`.

use rehearsal::stage::Fact;
use rehearsal::stage::facts::Presumption;
use serde::Serialize;

use super::GoalReached;
use crate::check::CheckResult;

/// The document of logs that were judged.
#[derive(Debug, Serialize)]
pub struct CheckDocument<'a> {
    scenario: &'static str,
    variant: Option<&'static str>,
    verdict: &'static str,
    /// Whether the verdict could be another one if more were known.
    presumptive: bool,
    presumptions: &'a [Presumption],
    violation: Option<ViolationFound<'a>>,
    facts: u64,
    orders: u64,
    goals: Vec<GoalReached>,
}

#[derive(Debug, Serialize)]
struct ViolationFound<'a> {
    invariant: &'a str,
    sentence: &'a str,
    message: &'a str,
    at_ns: u64,
    event: u64,
    fact: Option<&'a Fact>,
}

/// The document of logs that were judged.
pub fn check(result: &CheckResult) -> CheckDocument<'_> {
    let checked = &result.checked;
    let violation = checked.violation.as_ref().map(|found| ViolationFound {
        invariant: &found.invariant,
        sentence: &found.sentence,
        message: &found.message,
        at_ns: found.at.as_nanos(),
        event: found.event,
        fact: checked.fact.as_ref(),
    });
    let goals = result.goals.iter().zip(&checked.goals).map(|(goal, reached)| GoalReached {
        name: goal.name.clone(),
        reached: *reached,
        seed: None,
    });
    CheckDocument {
        scenario: result.subject.entry.name,
        variant: result.subject.variant_name(),
        verdict: if violation.is_some() { "violation" } else { "pass" },
        presumptive: !result.is_certain(),
        presumptions: &checked.presumptions,
        violation,
        facts: checked.facts,
        orders: checked.orders,
        goals: goals.collect(),
    }
}
