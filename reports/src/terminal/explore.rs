//! What exhaustive search came to.

use std::io;

use rehearsal::explore::Explored;
use rehearsal::story::Story;

use super::figures::{count, counted, rate, span};
use super::{BAD, FAINT, GOOD, ODD, PLAIN, Screen, TITLE, failure};
use crate::explore::{ExploreResult, Finding};
use crate::subject::{Subject, Tool};

/// What makes states equal, in words.
const EQUAL: &str =
    "the same actors, mailboxes, disks, nodes, links, pending events, time and memories of monitors";
/// How many violations are told in full.
const IN_FULL: usize = 3;

/// What is about to be explored.
///
/// # Errors
///
/// If the stream fails.
pub fn before(screen: &mut Screen<'_>, subject: &Subject, deviations: u32) -> io::Result<()> {
    let what = format!("every run of {} with at most", subject.title());
    let faults = format!("from the dull run; faults {}", subject.profile.name);
    let most = counted(u64::from(deviations), "deviation");
    screen.parts(0, &[(PLAIN, &what), (TITLE, &most), (PLAIN, &faults)])
}

/// How far it is.
///
/// # Errors
///
/// If the stream fails.
pub fn progress(screen: &mut Screen<'_>, explored: &Explored, seconds: u64) -> io::Result<()> {
    let level = explored.by_deviations.len().saturating_sub(1) as u64;
    let text = format!(
        "{}s: {}, now those with {}; {}",
        seconds,
        counted(explored.runs, "run"),
        counted(level, "deviation"),
        counted(explored.violations.len() as u64, "distinct failure")
    );
    screen.line(0, FAINT, &text)
}

/// The end: what failed, and whether anything was left out.
///
/// # Errors
///
/// If the stream fails.
pub fn explore(screen: &mut Screen<'_>, tool: &Tool, result: &ExploreResult) -> io::Result<()> {
    let explored = &result.explored;
    for (number, (violation, finding)) in explored.violations.iter().zip(&result.findings).enumerate() {
        screen.gap()?;
        match finding.story.as_ref().filter(|_| number < IN_FULL) {
            Some(story) => in_full(screen, tool, &result.subject, story, finding)?,
            None => screen.line(0, BAD, &violation.signature)?,
        }
        let few = counted(violation.deviations.len() as u64, "deviation");
        let runs = counted(violation.count, "run");
        screen.line(
            2,
            FAINT,
            &format!("{runs} failed so; none has fewer deviations than this one: {few}"),
        )?;
    }
    screen.gap()?;
    let by = explored.by_deviations.iter().map(|runs| count(*runs)).collect::<Vec<_>>().join(" + ");
    let states = counted(explored.states, "state");
    let rate = rate(explored.runs, result.wall);
    let how = format!("{by} runs with 0, 1, … deviations, from {states}; {rate}, {}", span(result.wall));
    screen.line(0, FAINT, &how)?;
    if explored.pruned > 0 {
        let pruned = counted(explored.pruned, "more run");
        screen.line(0, FAINT, &format!("{pruned} ended in a state that was seen before: {EQUAL}"))?;
    }
    verdict(screen, result)
}

/// A violation in full. It has no seed: only its case makes it again.
pub(super) fn in_full(
    screen: &mut Screen<'_>,
    tool: &Tool,
    subject: &Subject,
    story: &Story,
    finding: &Finding,
) -> io::Result<()> {
    failure::head(screen, subject, story)?;
    for (title, lines) in story.sections() {
        screen.gap()?;
        screen.line(2, TITLE, &title)?;
        lines.iter().try_for_each(|line| screen.parts(4, &[(PLAIN, line)]))?;
    }
    let Some(case) = &finding.case else { return Ok(()) };
    screen.gap()?;
    screen.item(2, 5, (TITLE, "case"), &case.display().to_string())?;
    screen.line(2, TITLE, "again")?;
    screen.command(4, &tool.replay(case))
}

fn verdict(screen: &mut Screen<'_>, result: &ExploreResult) -> io::Result<()> {
    let explored = &result.explored;
    let runs = counted(explored.runs, "run");
    let violations = counted(explored.violations.iter().map(|violation| violation.count).sum(), "violation");
    let style = if explored.violations.is_empty() { GOOD } else { BAD };
    if result.is_complete() {
        let text = format!("complete up to {}:", counted(u64::from(result.deviations), "deviation"));
        return screen.parts(0, &[(style, &text), (PLAIN, &format!("{runs}, {violations}"))]);
    }
    let up_to = match explored.complete_up_to {
        Some(level) => format!("complete up to {}", counted(u64::from(level), "deviation")),
        None => "complete up to none".to_owned(),
    };
    let why = result.left_out.map_or(String::new(), |why| format!(": {}", why.in_words()));
    let text = format!("{up_to}, and not beyond{why}; {runs}, {violations}");
    let style = if explored.violations.is_empty() { ODD } else { BAD };
    screen.parts(0, &[(style, "NOT complete:"), (PLAIN, &text)])
}
