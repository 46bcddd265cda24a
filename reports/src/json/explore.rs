//! The document of `explore`.

use rehearsal::explore::Explosion;
use rehearsal::run::Verdict;
use serde::Serialize;

use super::{hash, nanos, path};
use crate::explore::{ExploreResult, Finding, LeftOut};
use crate::subject::{Tool, WORLD};

/// What exhaustive search came to.
#[derive(Debug, Serialize)]
pub struct ExploreDocument {
    scenario: &'static str,
    variant: Option<&'static str>,
    profile: &'static str,
    stage: &'static str,
    runs: u64,
    /// How many runs had each number of deviations, from none on.
    runs_by_deviations: Vec<u64>,
    /// How many states runs parted from; all differ, unless states that were seen before were not pruned.
    states: u64,
    /// How many more runs ended in a state that was seen before.
    pruned: u64,
    deviations: u32,
    complete: bool,
    /// Up to how many deviations every run was made.
    complete_up_to: Option<u32>,
    left_out: Option<String>,
    violations: Vec<ViolationKind>,
    wall_ns: u64,
}

#[derive(Debug, Serialize)]
struct ViolationKind {
    /// `null` if it is a limit.
    invariant: Option<String>,
    message: String,
    signature: String,
    deviations: usize,
    runs: u64,
    trace_hash: String,
    case: Option<String>,
    again: Option<String>,
}

/// What exhaustive search came to.
pub fn explore(tool: &Tool, result: &ExploreResult) -> ExploreDocument {
    let violations = result.explored.violations.iter().zip(&result.findings);
    ExploreDocument {
        scenario: result.subject.entry.name,
        variant: result.subject.variant_name(),
        profile: result.subject.profile.name,
        stage: WORLD,
        runs: result.explored.runs,
        runs_by_deviations: result.explored.by_deviations.clone(),
        states: result.explored.states,
        pruned: result.explored.pruned,
        deviations: result.deviations,
        complete: result.is_complete(),
        complete_up_to: result.explored.complete_up_to,
        left_out: result.left_out.map(LeftOut::in_words),
        violations: violations.map(|(one, finding)| violation(tool, one, finding)).collect(),
        wall_ns: nanos(result.wall),
    }
}

fn violation(tool: &Tool, one: &Explosion, finding: &Finding) -> ViolationKind {
    let (invariant, message) = match &one.outcome.verdict {
        Verdict::Violation(found) => (Some(found.invariant.clone()), found.message.clone()),
        Verdict::Limit(limit) => (None, limit.in_words()),
        Verdict::Pass => (None, String::new()),
    };
    ViolationKind {
        invariant,
        message,
        signature: one.signature.clone(),
        deviations: one.deviations.len(),
        runs: one.count,
        trace_hash: hash(one.outcome.trace_hash),
        case: finding.case.as_deref().map(path),
        again: finding.case.as_deref().map(|case| tool.replay(case)),
    }
}
