//! What a campaign found.

use std::io;

use rehearsal::campaign::{Arm, Ended, Failure, SoFar};
use rehearsal::run::Verdict;

use super::figures::{count, counted, rate, span};
use super::{BAD, FAINT, GOOD, NAME, ODD, PLAIN, Screen, TITLE, failure, shrink};
use crate::result::{CampaignResult, Finding, ScenarioResult};
use crate::subject::{Subject, Tool};

/// How many failures of a scenario are told in full; the others get a line each.
const IN_FULL: usize = 3;

/// A signature that was found just now.
///
/// # Errors
///
/// If the stream fails.
pub fn found(screen: &mut Screen<'_>, subject: &Subject, failure: &Failure) -> io::Result<()> {
    let seed = format!("(seed {:#x}, {})", failure.seed, failure.strategy.name);
    let title = format!("{}:", subject.title());
    screen.parts(0, &[(BAD, "found"), (NAME, &title), (PLAIN, &in_a_line(failure)), (FAINT, &seed)])
}

/// An interrupted campaign goes on.
///
/// # Errors
///
/// If the stream fails.
pub fn resumed(screen: &mut Screen<'_>, subject: &Subject, so_far: &SoFar) -> io::Result<()> {
    let before = format!(
        "{} and {} before",
        counted(so_far.runs, "run"),
        counted(so_far.failures.len() as u64, "distinct failure")
    );
    let title = format!("{}:", subject.title());
    let from = format!("goes on with seed {:#x};", so_far.next);
    screen.parts(0, &[(NAME, &title), (PLAIN, &from), (PLAIN, &before)])
}

/// One scenario is done.
///
/// # Errors
///
/// If the stream fails.
pub fn scenario(screen: &mut Screen<'_>, result: &ScenarioResult) -> io::Result<()> {
    let report = &result.report;
    let verdict = if result.passed() { (GOOD, "pass") } else { (BAD, "FAIL") };
    let mut numbers = vec![
        format!("{} ({})", counted(report.runs, "run"), rate(report.runs, report.wall)),
        format!(
            "{} ({}) in {}",
            counted(report.turns, "turn"),
            rate(report.turns, report.wall),
            span(report.wall)
        ),
    ];
    if !report.goals.is_empty() {
        let reached = report.goals.iter().filter(|(_, seed)| seed.is_some()).count();
        numbers.push(format!("reached {reached} of {}", counted(report.goals.len() as u64, "goal")));
    }
    if !report.failures.is_empty() {
        numbers.push(counted(report.failures.len() as u64, "distinct failure"));
    }
    let numbers = numbers.join(", ");
    screen.parts(0, &[verdict, (NAME, &result.subject.title()), (PLAIN, &numbers)])?;
    if report.arms.len() > 1 && !report.failures.is_empty() {
        report.arms.iter().try_for_each(|found| arm(screen, found))?;
    }
    let why = match report.ended {
        Ended::Interrupted => "interrupted: what was found up to then counts, goals do not",
        Ended::FirstFailure => "ended with the first failure (--fail-fast)",
        Ended::Done | Ended::Time | Ended::Stuck => return Ok(()),
    };
    screen.line(6, FAINT, why)
}

/// What one strategy found.
fn arm(screen: &mut Screen<'_>, arm: &Arm) -> io::Result<()> {
    let seeds = arm.first.iter().take(SEEDS).map(|seed| format!("{seed:#x}")).collect::<Vec<_>>().join(" ");
    let more = if arm.first.len() > SEEDS { " …" } else { "" };
    let first = match arm.first.len() {
        0 => "none of them first".to_owned(),
        count => format!("{} first: seed {seeds}{more}", super::figures::count(count as u64)),
    };
    let found = counted(arm.distinct as u64, "distinct failure");
    let text = format!("{} of {} failed, {found}, {first}", count(arm.failed), counted(arm.runs, "run"));
    screen.item(6, ARM_WIDTH, (NAME, arm.strategy.name), &text)
}

/// How many seeds of a strategy are named.
const SEEDS: usize = 5;
const ARM_WIDTH: usize = 13;

/// Everything that a campaign found, and its verdict at the end.
///
/// # Errors
///
/// If the stream fails.
pub fn summary(screen: &mut Screen<'_>, tool: &Tool, result: &CampaignResult) -> io::Result<()> {
    for scenario in &result.scenarios {
        failures(screen, tool, scenario)?;
        missed(screen, scenario)?;
        if let Some(error) = &scenario.report.internal_error {
            screen.gap()?;
            let title = format!("{}:", scenario.subject.title());
            screen.parts(0, &[(BAD, "the campaign broke off:"), (NAME, &title), (PLAIN, error)])?;
        }
    }
    screen.gap()?;
    if !result.not_run.is_empty() {
        screen.parts(0, &[(ODD, "not run:"), (PLAIN, &result.not_run.join(", "))])?;
    }
    verdict(screen, result)
}

fn failures(screen: &mut Screen<'_>, tool: &Tool, scenario: &ScenarioResult) -> io::Result<()> {
    let (told, others) = scenario.findings.split_at(scenario.findings.len().min(IN_FULL));
    for finding in told {
        screen.gap()?;
        in_full(screen, tool, scenario, finding)?;
        let seeds = counted(finding.failure.count, "seed");
        let runs = counted(scenario.report.runs, "run");
        let elsewhere = finding.story.as_ref().is_some_and(|story| story.seed != finding.failure.seed);
        let lowest = if elsewhere {
            format!("the lowest is {:#x}", finding.failure.seed)
        } else {
            "this is the lowest".to_owned()
        };
        screen.line(2, FAINT, &format!("{seeds} of {runs} failed so; {lowest}"))?;
        if let Some(shrinking) = &finding.shrinking {
            shrink::how(screen, 2, shrinking)?;
        }
    }
    if !others.is_empty() {
        screen.gap()?;
        let title =
            format!("{} more ways in which {} failed", count(others.len() as u64), scenario.subject.title());
        screen.line(0, TITLE, &title)?;
    }
    for finding in others {
        screen.line(2, PLAIN, &in_a_line(&finding.failure))?;
        match &finding.case {
            Some(case) => screen.command(4, &tool.replay(case))?,
            None => screen.command(4, &tool.run(&scenario.subject, finding.failure.seed))?,
        }
    }
    let Some(stuck) = &scenario.report.stuck else { return Ok(()) };
    screen.gap()?;
    failure::stuck(screen, tool, &scenario.subject, stuck)
}

fn in_full(
    screen: &mut Screen<'_>,
    tool: &Tool,
    scenario: &ScenarioResult,
    finding: &Finding,
) -> io::Result<()> {
    let case = finding.case.as_deref();
    if let Some(story) = &finding.story {
        return failure::failure(screen, tool, &scenario.subject, story, case);
    }
    screen.line(0, BAD, &in_a_line(&finding.failure))?;
    if let Some(facts) = &finding.facts {
        screen.item(2, 5, (TITLE, "facts"), &facts.display().to_string())?;
        screen.line(2, TITLE, "judge them again")?;
        screen.command(4, &tool.check(&scenario.subject, facts))?;
    }
    failure::again(screen, tool, &scenario.subject, Some(finding.failure.seed), case)
}

/// What failed, in one line.
fn in_a_line(failure: &Failure) -> String {
    match &failure.outcome.verdict {
        Verdict::Violation(found) => format!("{}: {}", found.invariant, found.message),
        Verdict::Limit(limit) => format!("limit {}: {}", limit.name(), limit.in_words()),
        Verdict::Pass => failure.signature.clone(),
    }
}

fn missed(screen: &mut Screen<'_>, scenario: &ScenarioResult) -> io::Result<()> {
    let missed: Vec<_> = scenario.missed_goals().collect();
    if missed.is_empty() {
        return Ok(());
    }
    screen.gap()?;
    let runs = counted(scenario.report.runs, "run");
    let title = format!("{}: goals not reached in {runs}", scenario.subject.title());
    screen.line(0, BAD, &title)?;
    missed.iter().try_for_each(|goal| screen.line(4, TITLE, &goal.name))?;
    screen.line(2, PLAIN, "a campaign that misses a goal proves little: give it more runs (--seeds, --time), harsher faults (--faults), or a workload that gets there")
}

fn verdict(screen: &mut Screen<'_>, result: &CampaignResult) -> io::Result<()> {
    let runs: u64 = result.scenarios.iter().map(|scenario| scenario.report.runs).sum();
    let ways: usize = result.scenarios.iter().map(|scenario| scenario.findings.len()).sum();
    let missed: usize = result.scenarios.iter().map(|scenario| scenario.missed_goals().count()).sum();
    let stuck = result.scenarios.iter().filter(|scenario| scenario.report.stuck.is_some()).count();
    let mut facts = vec![
        counted(result.scenarios.len() as u64, "scenario"),
        counted(runs, "run"),
        counted(ways as u64, "distinct failure"),
    ];
    if stuck > 0 {
        facts.push(counted(stuck as u64, "stuck actor"));
    }
    if missed > 0 {
        facts.push(format!("{} not reached", counted(missed as u64, "goal")));
    }
    let verdict = if result.passed() { (GOOD, "pass:") } else { (BAD, "FAIL:") };
    screen.parts(0, &[verdict, (PLAIN, &facts.join(", "))])
}
