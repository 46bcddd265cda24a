//! The document of `fuzz`.

use std::collections::BTreeMap;

use rehearsal::campaign::{Arm, Ended};
use rehearsal::run::Verdict;
use serde::Serialize;

use super::{GoalReached, StuckActor, hash, nanos, path, seed};
use crate::result::{CampaignResult, Finding, ScenarioResult};
use crate::subject::Tool;

/// The document of a campaign.
#[derive(Debug, Serialize)]
pub struct FuzzDocument {
    verdict: &'static str,
    scenarios: Vec<ScenarioRuns>,
    /// Scenarios that were never begun, because the campaign ended before.
    not_run: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct ScenarioRuns {
    scenario: &'static str,
    variant: Option<&'static str>,
    policy: Option<String>,
    profile: &'static str,
    strategy: &'static str,
    stage: &'static str,
    verdict: &'static str,
    ended: &'static str,
    runs: u64,
    turns: u64,
    wall_ns: u64,
    /// The seed with which an interrupted campaign was gone on with; what came before is counted in.
    resumed_from: Option<String>,
    violations: Vec<ViolationKind>,
    /// What each strategy found.
    arms: Vec<ArmRuns>,
    goals: Vec<GoalReached>,
    stuck: Option<StuckActor>,
    internal_error: Option<String>,
}

/// What one strategy did.
#[derive(Debug, Serialize)]
struct ArmRuns {
    strategy: &'static str,
    runs: u64,
    failed: u64,
    /// Distinct failures, whoever found them first.
    distinct: usize,
    /// The seeds of those that it found first.
    first: Vec<String>,
}

impl From<&Arm> for ArmRuns {
    fn from(arm: &Arm) -> Self {
        let Arm { strategy, runs, failed, distinct, first } = arm;
        let first = first.iter().copied().map(seed).collect();
        Self { strategy: strategy.name, runs: *runs, failed: *failed, distinct: *distinct, first }
    }
}

/// All violations, or limits, of one signature.
#[derive(Debug, Serialize)]
struct ViolationKind {
    /// `null` if it is a limit.
    invariant: Option<String>,
    limit: Option<&'static str>,
    message: String,
    signature: String,
    seed: String,
    strategy: &'static str,
    seeds: u64,
    trace_hash: String,
    case: Option<String>,
    /// The log of its facts, if it ran on another stage than the world.
    facts: Option<String>,
    /// Those that remain, if it was shrunk.
    deviations: Option<usize>,
    deviations_before: Option<usize>,
    /// The seed of the run that was shrunk: not always the lowest that failed so.
    shrunk_from: Option<String>,
    shrink_runs: Option<u32>,
    /// The size of the scenario in which it shows after shrinking, where that is not the usual one.
    settings: BTreeMap<String, u32>,
    slips: Vec<String>,
    again: String,
}

/// The document of a campaign.
pub fn fuzz(tool: &Tool, result: &CampaignResult) -> FuzzDocument {
    FuzzDocument {
        verdict: verdict(result.passed()),
        scenarios: result.scenarios.iter().map(|scenario| runs(tool, scenario)).collect(),
        not_run: result.not_run.clone(),
    }
}

fn runs(tool: &Tool, scenario: &ScenarioResult) -> ScenarioRuns {
    let report = &scenario.report;
    let goals = report.goals.iter().map(|(goal, reached)| GoalReached {
        name: goal.name.clone(),
        reached: reached.is_some(),
        seed: reached.map(seed),
    });
    ScenarioRuns {
        scenario: scenario.subject.entry.name,
        variant: scenario.subject.variant_name(),
        policy: scenario.subject.policy_name().map(str::to_owned),
        profile: scenario.subject.profile.name,
        strategy: scenario.subject.strategy.name,
        stage: scenario.subject.stage_name(),
        verdict: verdict(scenario.passed()),
        ended: ended(report.ended),
        runs: report.runs,
        turns: report.turns,
        wall_ns: nanos(report.wall),
        resumed_from: scenario.resumed_from.map(seed),
        violations: scenario.findings.iter().map(|finding| violation(tool, scenario, finding)).collect(),
        arms: report.arms.iter().map(ArmRuns::from).collect(),
        goals: goals.collect(),
        stuck: report.stuck.as_ref().map(StuckActor::from),
        internal_error: report.internal_error.clone(),
    }
}

fn violation(tool: &Tool, scenario: &ScenarioResult, finding: &Finding) -> ViolationKind {
    let failure = &finding.failure;
    let (invariant, limit, message) = match &failure.outcome.verdict {
        Verdict::Violation(found) => (Some(found.invariant.clone()), None, found.message.clone()),
        Verdict::Limit(limit) => (None, Some(limit.name()), limit.in_words()),
        Verdict::Pass => (None, None, String::new()),
    };
    let again = match &finding.case {
        Some(case) => tool.replay(case),
        None => tool.run(&scenario.subject, failure.seed),
    };
    let shrinking = finding.shrinking.as_ref();
    ViolationKind {
        invariant,
        limit,
        message,
        signature: failure.signature.clone(),
        seed: seed(failure.seed),
        strategy: failure.strategy.name,
        seeds: failure.count,
        trace_hash: hash(failure.outcome.trace_hash),
        case: finding.case.as_deref().map(path),
        facts: finding.facts.as_deref().map(path),
        deviations: finding.deviations,
        deviations_before: shrinking.map(|shrinking| shrinking.before),
        shrunk_from: shrinking.and(finding.story.as_ref()).map(|story| seed(story.seed)),
        shrink_runs: shrinking.map(|shrinking| shrinking.runs),
        settings: shrinking.map(|shrinking| shrinking.settings.clone()).unwrap_or_default(),
        slips: shrinking.map(|shrinking| shrinking.slips.clone()).unwrap_or_default(),
        again,
    }
}

fn verdict(passed: bool) -> &'static str {
    if passed { "pass" } else { "fail" }
}

fn ended(ended: Ended) -> &'static str {
    match ended {
        Ended::Done => "done",
        Ended::Time => "time",
        Ended::FirstFailure => "first-failure",
        Ended::Interrupted => "interrupted",
        Ended::Stuck => "stuck",
    }
}
