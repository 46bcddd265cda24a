//! Everything that a person needs to go on from a failure.

use std::io;
use std::path::Path;

use rehearsal::campaign::Stuck;
use rehearsal::story::Story;

use super::figures::{count, counted, span};
use super::{BAD, FAINT, NAME, ODD, PLAIN, Screen, TITLE};
use crate::subject::{Subject, Tool};

/// A failure and its cure: the sentence, what broke it, how it came about, and the commands to paste.
///
/// # Errors
///
/// If the stream fails.
pub fn failure(
    screen: &mut Screen<'_>,
    tool: &Tool,
    subject: &Subject,
    story: &Story,
    case: Option<&Path>,
) -> io::Result<()> {
    head(screen, subject, story)?;
    for (title, lines) in story.sections() {
        screen.gap()?;
        screen.line(2, TITLE, &title)?;
        lines.iter().try_for_each(|line| screen.parts(4, &[(PLAIN, line)]))?;
    }
    screen.gap()?;
    again(screen, tool, subject, story.orders.are_timed().then_some(story.seed), case)?;
    let Some(case) = case else { return Ok(()) };
    screen.line(2, TITLE, "why")?;
    screen.command(4, &tool.explain(case))
}

/// What failed, where and by what.
///
/// # Errors
///
/// If the stream fails.
pub fn head(screen: &mut Screen<'_>, subject: &Subject, story: &Story) -> io::Result<()> {
    let is_limit = story.title.starts_with("limit ");
    let style = if is_limit { ODD } else { BAD };
    let violated = if is_limit { "reached:" } else { "violated:" };
    screen.parts(0, &[(style, &story.title), (style, violated), (TITLE, &story.sentence)])?;
    screen.line(2, PLAIN, &story.message)?;
    let place = format!("at {}, event {},", story.at, story.event);
    let from = if story.before.is_some() { "shrunk from " } else { "" };
    let seed = if story.orders.are_timed() {
        format!("{from}seed {:#x}{},", story.seed, by(subject, story.seed))
    } else {
        format!("{from}an order of its own,")
    };
    let faults = format!("faults {},", story.profile);
    let deviations = match story.before {
        None => counted(story.deviations as u64, "deviation"),
        Some(before) => {
            format!("{} of {}", count(story.deviations as u64), counted(before as u64, "deviation"))
        }
    };
    let title = format!("{},", subject.title());
    let parts = [title.as_str(), &seed, &faults, &place, &deviations].map(|text| (FAINT, text));
    screen.parts(2, &parts)
}

/// The strategy that made the run of a seed, unless it is the plain draw: ` by pct`.
fn by(subject: &Subject, seed: u64) -> String {
    subject.special_strategy(seed).map_or(String::new(), |strategy| format!(" by {strategy}"))
}

/// The case, and the commands that run it again; a seed is given if one makes the run.
///
/// # Errors
///
/// If the stream fails.
pub fn again(
    screen: &mut Screen<'_>,
    tool: &Tool,
    subject: &Subject,
    seed: Option<u64>,
    case: Option<&Path>,
) -> io::Result<()> {
    if let Some(case) = case {
        screen.item(2, 5, (TITLE, "case"), &case.display().to_string())?;
    }
    screen.line(2, TITLE, "again")?;
    if let Some(case) = case {
        screen.command(4, &tool.replay(case))?;
    }
    match seed {
        Some(seed) => screen.command(4, &tool.run(subject, seed)),
        None => Ok(()),
    }
}

/// An actor that never returned from a turn.
///
/// # Errors
///
/// If the stream fails.
pub fn stuck(screen: &mut Screen<'_>, tool: &Tool, subject: &Subject, stuck: &Stuck) -> io::Result<()> {
    let (actor, after) = (format!("{},", stuck.actor), span(stuck.after));
    let seed = format!("seed {:#x}{}", stuck.seed, by(subject, stuck.seed));
    screen.parts(
        0,
        &[
            (BAD, "stuck:"),
            (NAME, &actor),
            (TITLE, "which did not return from its turn for"),
            (TITLE, &after),
        ],
    )?;
    screen.parts(2, &[(PLAIN, &format!("{}, {seed}, faults {}", subject.title(), subject.profile.name))])?;
    screen.line(
        2,
        PLAIN,
        "a turn is one input handled at once; it must end by itself, so look for its loop",
    )?;
    screen.gap()?;
    again(screen, tool, subject, Some(stuck.seed), None)
}
