//! For CI: one suite per scenario, one test case per invariant and one per goal.
//!
//! What belongs to no invariant has test cases of its own: that every run ends within its limits, that every turn returns,
//! and, if the tool itself failed, that.

use std::io;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use rehearsal::run::Verdict;

use crate::result::{CampaignResult, Finding, ScenarioResult};
use crate::subject::Tool;

/// Writes the report of a campaign.
///
/// # Errors
///
/// If the writer fails.
pub fn write(out: &mut dyn io::Write, tool: &Tool, result: &CampaignResult) -> io::Result<()> {
    let mut report = Report::new("rehearsal");
    for scenario in &result.scenarios {
        report.add_test_suite(suite(tool, scenario));
    }
    for name in &result.not_run {
        let mut status = TestCaseStatus::skipped();
        status.set_message("the campaign ended before");
        let mut suite = TestSuite::new(*name);
        suite.add_test_case(TestCase::new("not run", status));
        report.add_test_suite(suite);
    }
    report.serialize(out).map_err(io::Error::other)
}

fn suite(tool: &Tool, scenario: &ScenarioResult) -> TestSuite {
    let title = scenario.subject.title();
    let mut suite = TestSuite::new(title.as_str());
    suite.set_time(scenario.report.wall);
    for (name, value) in [
        ("faults", scenario.subject.profile.name.to_owned()),
        ("runs", scenario.report.runs.to_string()),
        ("turns", scenario.report.turns.to_string()),
    ] {
        suite.add_property((name, value.as_str()));
    }
    let mut add = |name: &str, status: TestCaseStatus| {
        let mut case = TestCase::new(name, status);
        case.set_classname(title.as_str());
        suite.add_test_case(case);
    };
    for invariant in scenario.subject.rehearsal().invariants() {
        let name = format!("{}: {}", invariant.id, invariant.sentence);
        add(&name, judged(tool, scenario, Some(&invariant.id)));
    }
    add("every run ends within its limits", judged(tool, scenario, None));
    add("every turn returns", returned(tool, scenario));
    for (goal, _) in &scenario.report.goals {
        add(&format!("goal: {}", goal.name), goal_status(scenario, goal));
    }
    if let Some(error) = &scenario.report.internal_error {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(error.as_str());
        add("the tool itself", status);
    }
    suite
}

/// The status of an invariant, or of the limits if it is `None`.
fn judged(tool: &Tool, scenario: &ScenarioResult, invariant: Option<&str>) -> TestCaseStatus {
    let findings = scenario.findings.iter().filter(|finding| match &finding.failure.outcome.verdict {
        Verdict::Violation(found) => Some(found.invariant.as_str()) == invariant,
        Verdict::Limit(_) => invariant.is_none(),
        Verdict::Pass => false,
    });
    let findings: Vec<&Finding> = findings.collect();
    let Some(first) = findings.first() else { return TestCaseStatus::success() };
    let texts: Vec<String> = findings.iter().map(|finding| text(tool, scenario, finding)).collect();
    failed(&message(first), &texts.join("\n\n"))
}

fn returned(tool: &Tool, scenario: &ScenarioResult) -> TestCaseStatus {
    let Some(stuck) = &scenario.report.stuck else { return TestCaseStatus::success() };
    let message = format!("{} did not return from its turn for {:?}", stuck.actor, stuck.after);
    failed(&message, &format!("seed {:#x}\n{}", stuck.seed, tool.run(&scenario.subject, stuck.seed)))
}

fn goal_status(scenario: &ScenarioResult, goal: &rehearsal::check::Goal) -> TestCaseStatus {
    if scenario.missed_goals().any(|missed| missed == goal) {
        return failed(&format!("no run of {} reached this goal", scenario.report.runs), "");
    }
    if scenario.report.unreached().any(|unreached| unreached == goal) {
        let mut status = TestCaseStatus::skipped();
        status.set_message("not reached, but the campaign was cut short");
        return status;
    }
    TestCaseStatus::success()
}

fn failed(message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(message);
    if !text.is_empty() {
        status.set_description(text);
    }
    status
}

fn message(finding: &Finding) -> String {
    match &finding.failure.outcome.verdict {
        Verdict::Violation(found) => found.message.clone(),
        Verdict::Limit(limit) => limit.in_words(),
        Verdict::Pass => String::new(),
    }
}

/// The story of a failure, and the commands that run it again.
fn text(tool: &Tool, scenario: &ScenarioResult, finding: &Finding) -> String {
    let seed = finding.failure.seed;
    let story = finding.story.as_ref().map_or_else(|| message(finding), ToString::to_string);
    let mut text = format!("{story}\nagain: {}", tool.run(&scenario.subject, seed));
    if let Some(case) = &finding.case {
        text.push_str("\nor:    ");
        text.push_str(&tool.replay(case));
    }
    text
}
