//! One run, and a case run again.

use std::io;

use rehearsal::run::Verdict;

use super::figures::{counted, span};
use super::{BAD, FAINT, GOOD, NAME, ODD, PLAIN, Screen, TITLE, failure};
use crate::result::{Look, Over, ReplayResult, RunEnd, RunResult};
use crate::subject::{Subject, Tool};

/// What is about to be run: the seed goes before the run that uses it.
///
/// # Errors
///
/// If the stream fails.
pub fn before(screen: &mut Screen<'_>, subject: &Subject, seed: u64) -> io::Result<()> {
    let stage = subject.stage.map_or(String::new(), |stage| format!(", stage {}", stage.name()));
    let choices = format!("seed {seed:#x}, faults {}{stage}", subject.profile.name);
    screen.parts(0, &[(NAME, &format!("{}:", subject.title())), (PLAIN, &choices)])
}

/// What came out of a run.
///
/// # Errors
///
/// If the stream fails.
pub fn run(screen: &mut Screen<'_>, tool: &Tool, result: &RunResult) -> io::Result<()> {
    match &result.end {
        RunEnd::Stuck(stuck) => failure::stuck(screen, tool, &result.subject, stuck),
        RunEnd::Over(over) => {
            numbers(screen, result, over)?;
            goals(screen, over)?;
            let Some(story) = &over.story else { return violated(screen, over) };
            screen.gap()?;
            failure::failure(screen, tool, &result.subject, story, over.case.as_deref())
        }
    }
}

/// A violation of which no more is known than what its monitor says.
fn violated(screen: &mut Screen<'_>, over: &Over) -> io::Result<()> {
    let Verdict::Violation(found) = &over.outcome.verdict else { return Ok(()) };
    screen.gap()?;
    screen.parts(0, &[(BAD, &found.invariant), (BAD, "violated:"), (TITLE, &found.sentence)])?;
    screen.line(2, PLAIN, &format!("{}, at {}, fact {}", found.message, found.at, found.event))
}

fn numbers(screen: &mut Screen<'_>, result: &RunResult, over: &Over) -> io::Result<()> {
    let outcome = &over.outcome;
    let verdict = match outcome.verdict {
        Verdict::Pass => (GOOD, "pass"),
        Verdict::Violation(_) => (BAD, "violation"),
        Verdict::Limit(_) => (ODD, "limit"),
    };
    let (events, clock, hash) = match result.subject.stage {
        None => ("event", "of virtual time", "trace"),
        Some(_) => ("fact", "on the clock of the stage", "fact"),
    };
    let numbers = format!(
        "{}, {}, {} {clock} in {}",
        counted(outcome.turns, "turn"),
        counted(outcome.events, events),
        outcome.virtual_time,
        span(result.wall),
    );
    screen.parts(0, &[(verdict.0, &format!("{}:", verdict.1)), (PLAIN, &numbers)])?;
    if over.reproducible {
        screen.line(2, FAINT, &format!("{hash} hash {:#018x}", outcome.trace_hash))?;
    }
    over.notes.iter().try_for_each(|note| screen.line(2, FAINT, note))
}

fn goals(screen: &mut Screen<'_>, over: &Over) -> io::Result<()> {
    if over.goals.is_empty() {
        return Ok(());
    }
    let reached = over.outcome.goals.iter().filter(|reached| **reached).count();
    screen.line(2, PLAIN, &format!("reached {reached} of {}", counted(over.goals.len() as u64, "goal")))?;
    for (goal, reached) in over.goals.iter().zip(&over.outcome.goals) {
        let mark = if *reached { (GOOD, "yes") } else { (FAINT, "no") };
        screen.item(4, 3, mark, &goal.name)?;
    }
    Ok(())
}

/// What came out of a case that was run again.
///
/// # Errors
///
/// If the stream fails.
pub fn replay(screen: &mut Screen<'_>, tool: &Tool, result: &ReplayResult) -> io::Result<()> {
    match &result.run.end {
        RunEnd::Stuck(stuck) => failure::stuck(screen, tool, &result.run.subject, stuck)?,
        RunEnd::Over(over) => {
            if let Some(story) = &over.story {
                failure::failure(screen, tool, &result.run.subject, story, Some(&result.case))?;
                screen.gap()?;
            }
            numbers(screen, &result.run, over)?;
        }
    }
    look(screen, &result.look)?;
    screen.gap()?;
    match &result.divergence {
        None => screen.parts(0, &[(GOOD, "reproduced:"), (PLAIN, "the same failure, the same trace hash")]),
        Some(divergence) if result.reproduced => {
            screen.parts(0, &[(GOOD, "reproduced,"), (ODD, "tolerantly:"), (PLAIN, divergence)])
        }
        Some(divergence) => screen.parts(0, &[(BAD, "not reproduced:"), (PLAIN, divergence)]),
    }
}

fn look(screen: &mut Screen<'_>, look: &Look) -> io::Result<()> {
    if let Some(moment) = &look.until {
        screen.gap()?;
        screen.line(0, TITLE, &format!("before event {}, at {}", moment.event, moment.at))?;
        moment.before.iter().try_for_each(|line| screen.parts(2, &[(PLAIN, line)]))?;
    }
    let Some(inspected) = &look.inspected else { return Ok(()) };
    let when = look.until.as_ref().map_or_else(
        || "at the end of the run".to_owned(),
        |moment| format!("before event {}", moment.event),
    );
    screen.gap()?;
    screen.line(0, TITLE, &format!("{} {when}", inspected.actor))?;
    match &inspected.state {
        Some(state) => state.lines().try_for_each(|line| screen.verbatim(2, line)),
        None => screen.line(2, ODD, "not alive"),
    }
}
