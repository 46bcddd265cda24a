//! The page of `fuzz`.

use std::io::{self, Write};

use maud::{Markup, html};
use rehearsal::run::Verdict;

use super::frame::{self, Mark};
use super::trace::TraceData;
use super::{failure, viewer};
use crate::result::{CampaignResult, Finding, ScenarioResult};
use crate::subject::Tool;
use crate::terminal::figures::{count, counted, rate, span};

/// The run of a finding, to walk through.
pub struct FoundRun {
    /// The place of the scenario in the campaign.
    pub scenario: usize,
    /// The place of the finding in the scenario.
    pub finding: usize,
    /// The run.
    pub trace: TraceData,
}

/// The page of a campaign, with the runs of some findings.
///
/// # Errors
///
/// If the writer fails.
pub fn fuzz(out: &mut dyn Write, tool: &Tool, result: &CampaignResult, runs: &[FoundRun]) -> io::Result<()> {
    let (mark, verdict) = if result.passed() { (Mark::Good, "pass") } else { (Mark::Bad, "FAIL") };
    let failures: usize = result.scenarios.iter().map(|scenario| scenario.findings.len()).sum();
    let title = format!("campaign: {verdict}");
    let body = html! {
        header { h1 { "campaign " span class=(mark.class()) { (verdict) } } }
        main {
            div.words {
                p { (counted(result.scenarios.len() as u64, "scenario")) ", " (counted(failures as u64, "distinct failure")) }
                (summary(result))
                @if !result.not_run.is_empty() { p.odd { "not run: " (result.not_run.join(", ")) } }
            }
            @for (place, scenario) in result.scenarios.iter().enumerate() {
                (goals(scenario))
                @for (number, finding) in scenario.findings.iter().enumerate() {
                    @let run = runs.iter().find(|run| (run.scenario, run.finding) == (place, number));
                    (found(tool, scenario, finding, &id_of(place, number), run.is_some()))
                }
            }
        }
    };
    let data = runs.iter().map(|run| {
        let id = format!("{}-run", id_of(run.scenario, run.finding));
        (id, &run.trace)
    });
    frame::write(out, &title, &body, &data.collect::<Vec<_>>())
}

/// The id of a failure, by its place and that of its scenario.
fn id_of(scenario: usize, finding: usize) -> String {
    format!("failure-{scenario}-{finding}")
}

fn summary(result: &CampaignResult) -> Markup {
    html! {
        table.summary {
            thead { tr { th { "scenario" } th { "verdict" } th.number { "runs" } th.number { "turns" } th.number { "a second" } th.number { "time" } th.number { "goals" } th { "failures" } } }
            tbody {
                @for (place, scenario) in result.scenarios.iter().enumerate() {
                    @let report = &scenario.report;
                    @let reached = report.goals.iter().filter(|(_, seed)| seed.is_some()).count();
                    tr {
                        td { (scenario.subject.title()) }
                        td { @if scenario.passed() { span.good { "pass" } } @else { span.bad { "FAIL" } } }
                        td.number { (count(report.runs)) }
                        td.number { (count(report.turns)) }
                        td.number { (rate(report.turns, report.wall)) }
                        td.number { (span(report.wall)) }
                        td.number { (reached) " of " (report.goals.len()) }
                        td {
                            @for (number, finding) in scenario.findings.iter().enumerate() {
                                a href=(format!("#{}", id_of(place, number))) { (name(finding)) } " "
                            }
                            @if let Some(error) = &report.internal_error { span.bad { "the campaign broke off: " (error) } }
                            @if let Some(stuck) = &report.stuck { span.bad { (stuck.actor) " never returned from a turn of seed " (format!("{:#x}", stuck.seed)) } }
                        }
                    }
                }
            }
        }
    }
}

fn goals(scenario: &ScenarioResult) -> Markup {
    let report = &scenario.report;
    let reached = report.goals.iter().filter(|(_, seed)| seed.is_some()).count();
    html! {
        div.words {
            h2 { (scenario.subject.title()) }
            @if report.arms.len() > 1 && !report.failures.is_empty() {
                table.summary {
                    thead { tr { th { "strategy" } th.number { "runs" } th.number { "failed" } th.number { "ways" } th.number { "found first" } } }
                    tbody { @for arm in &report.arms {
                        tr { td { (arm.strategy.name) } td.number { (count(arm.runs)) } td.number { (count(arm.failed)) } td.number { (arm.distinct) } td.number { (arm.first.len()) } }
                    } }
                }
            }
            @if !report.goals.is_empty() {
                details open[reached < report.goals.len()] {
                    summary { "reached " (reached) " of " (counted(report.goals.len() as u64, "goal")) }
                    ul.goals {
                        @for (goal, seed) in &report.goals {
                            li class=(if seed.is_some() { "reached" } else { "missed" }) {
                                (goal.name)
                                @if let Some(seed) = seed { span.faint { ", first by seed " (format!("{seed:#x}")) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn found(tool: &Tool, scenario: &ScenarioResult, finding: &Finding, id: &str, has_run: bool) -> Markup {
    let failed = format!(
        "{} of {} failed so; the lowest seed is {:#x}",
        counted(finding.failure.count, "seed"),
        counted(scenario.report.runs, "run"),
        finding.failure.seed
    );
    html! {
        section.failure id=(id) {
            div.words {
                h3.bad { (finding.failure.signature) }
                @if let Some(story) = &finding.story {
                    (failure::failure(tool, &scenario.subject, story, finding.case.as_deref()))
                } @else {
                    (failure::again(tool, &scenario.subject, Some(finding.failure.seed), finding.case.as_deref()))
                }
                p.faint {
                    (failed)
                    @if let Some(shrinking) = &finding.shrinking {
                        "; shrunk from " (shrinking.before) " to " (shrinking.after) " deviations by " (counted(u64::from(shrinking.runs), "run"))
                    }
                }
            }
            @if has_run { (viewer::viewer(&format!("{id}-run"))) }
        }
    }
}

/// What failed, by its name.
fn name(finding: &Finding) -> &str {
    match &finding.failure.outcome.verdict {
        Verdict::Violation(found) => &found.invariant,
        Verdict::Limit(limit) => limit.name(),
        Verdict::Pass => "failure",
    }
}
