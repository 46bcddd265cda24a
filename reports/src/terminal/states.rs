//! What a search of states came to.

use std::io;

use rehearsal::states::{Counterexample, Progress, StatesSpec};

use super::explore::in_full;
use super::figures::{counted, rate, span};
use super::{BAD, FAINT, GOOD, ODD, PLAIN, Screen, TITLE};
use crate::states::{StatesResult, left_out_in_words};
use crate::subject::{Subject, Tool};

/// What is about to be searched.
///
/// # Errors
///
/// If the stream fails.
pub fn before(screen: &mut Screen<'_>, subject: &Subject, spec: &StatesSpec) -> io::Result<()> {
    let what = format!("every state of {}, without a clock;", subject.title());
    let jobs = format!("({})", counted(spec.jobs as u64, "worker"));
    screen.parts(0, &[(PLAIN, &what), (TITLE, spec.network.in_words()), (FAINT, &jobs)])
}

/// How far it is.
///
/// # Errors
///
/// If the stream fails.
pub fn progress(screen: &mut Screen<'_>, so_far: &Progress, seconds: u64) -> io::Result<()> {
    let states = counted(so_far.states, "state");
    let steps = counted(u64::from(so_far.depth), "step");
    let memory = megabytes(so_far.memory);
    screen.line(0, FAINT, &format!("{seconds}s: {states}, now those behind {steps}; {memory}"))
}

/// The end: what is wrong, and whether anything was left out.
///
/// # Errors
///
/// If the stream fails.
pub fn states(screen: &mut Screen<'_>, tool: &Tool, result: &StatesResult) -> io::Result<()> {
    let reached = &result.reached;
    for (wrong, finding) in reached.violations.iter().zip(&result.findings) {
        screen.gap()?;
        match &finding.story {
            Some(story) => in_full(screen, tool, &result.subject, story, finding)?,
            None => in_steps(screen, wrong)?,
        }
    }
    if !reached.violations.is_empty() {
        screen.gap()?;
    }
    let generated = counted(reached.generated, "step");
    let (turns, wall) = (counted(reached.turns, "turn"), span(result.wall));
    let (rate, memory) = (rate(reached.generated, result.wall), megabytes(reached.memory));
    screen.line(0, FAINT, &format!("{generated} from {turns} of actors, {rate}, {wall}, {memory}"))?;
    let odds = format!("{:.0e}", reached.collision());
    let same = format!("two states were taken for one with a probability of about {odds}");
    screen.line(0, FAINT, &same)?;
    for goal in result.unreached().filter(|_| reached.is_complete()) {
        screen.line(0, ODD, &format!("no state reaches: {goal}"))?;
    }
    verdict(screen, result)
}

/// A violation that does not come in the world, by the steps of the search.
fn in_steps(screen: &mut Screen<'_>, wrong: &Counterexample) -> io::Result<()> {
    screen.line(0, BAD, &format!("{} violated: {}", wrong.violation.invariant, wrong.violation.sentence))?;
    screen.line(2, PLAIN, &wrong.violation.message)?;
    if let Err(why) = &wrong.deviations {
        screen.line(2, ODD, &format!("no case was written: {why}"))?;
    }
    screen.gap()?;
    screen.line(
        2,
        TITLE,
        &format!("after the first turns, {}", counted(wrong.steps.len() as u64, "step")),
    )?;
    wrong.steps.iter().try_for_each(|step| screen.line(4, PLAIN, step))
}

fn verdict(screen: &mut Screen<'_>, result: &StatesResult) -> io::Result<()> {
    let reached = &result.reached;
    let states = counted(reached.states, "state");
    let depth = counted(u64::from(reached.depth), "step");
    let failed = counted(reached.violations.len() as u64, "invariant");
    let verdict = format!("{states}, the farthest behind {depth}, {failed} violated");
    let style = if reached.violations.is_empty() { GOOD } else { BAD };
    match reached.left_out {
        None => screen.parts(0, &[(style, "complete:"), (PLAIN, &verdict)]),
        Some(left_out) => {
            let style = if reached.violations.is_empty() { ODD } else { BAD };
            let text = format!("{}; {verdict}", left_out_in_words(left_out));
            screen.parts(0, &[(style, "NOT complete:"), (PLAIN, &text)])
        }
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
