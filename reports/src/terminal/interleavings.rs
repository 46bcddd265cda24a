//! What trying all orders came to.

use std::io;

use super::explore::in_full;
use super::figures::{counted, rate, span};
use super::{BAD, FAINT, GOOD, ODD, PLAIN, Screen, TITLE};
use crate::interleavings::InterleavingsResult;
use crate::subject::{Subject, Tool};

/// What is about to be tried.
///
/// # Errors
///
/// If the stream fails.
pub fn before(screen: &mut Screen<'_>, subject: &Subject, depth: usize) -> io::Result<()> {
    let what = format!("all orders of the events of {},", subject.title());
    let most = counted(depth as u64, "event");
    screen.parts(0, &[(PLAIN, &what), (TITLE, &format!("{most} deep")), (PLAIN, "with dull choices")])
}

/// The end: what failed, and whether anything was left out.
///
/// # Errors
///
/// If the stream fails.
pub fn interleavings(screen: &mut Screen<'_>, tool: &Tool, result: &InterleavingsResult) -> io::Result<()> {
    let found = &result.found;
    for ((invariant, disorder), finding) in found.violations.iter().zip(&result.findings) {
        screen.gap()?;
        match &finding.story {
            Some(story) => in_full(screen, tool, &result.subject, story, finding)?,
            None => screen.line(0, BAD, &format!("{invariant} violated: {}", disorder.message))?,
        }
    }
    if !found.violations.is_empty() {
        screen.gap()?;
    }
    let runs = counted(found.runs, "run");
    let (outcomes, events) =
        (counted(found.outcomes.len() as u64, "outcome"), counted(found.events, "event"));
    let how = format!("{events}, {}, {}", rate(found.runs + found.cut, result.wall), span(result.wall));
    screen.line(0, FAINT, &how)?;
    let failed = counted(found.violations.len() as u64, "invariant");
    let verdict = format!("{runs} to their end, {outcomes}, {failed} violated");
    if found.complete {
        let style = if found.violations.is_empty() { GOOD } else { BAD };
        return screen.line(0, style, &format!("complete: {verdict}"));
    }
    let cut = counted(found.cut, "run");
    let why = match found.cut {
        0 => format!("the budget of {} is used up", counted(result.reach.runs, "run")),
        _ => format!("{cut} cut off after {}", counted(result.reach.depth as u64, "event")),
    };
    screen.line(0, ODD, &format!("not complete, {why}: {verdict}"))
}
