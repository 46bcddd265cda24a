//! A case made smaller.

use std::io;

use super::figures::{count, counted, span};
use super::{BAD, FAINT, GOOD, ODD, PLAIN, Screen, failure};
use crate::result::{ShrinkEnd, ShrinkResult, Shrinking};
use crate::subject::Tool;

/// What came out of shrinking a case.
///
/// # Errors
///
/// If the stream fails.
pub fn shrink(screen: &mut Screen<'_>, tool: &Tool, result: &ShrinkResult) -> io::Result<()> {
    let (shrinking, story, written) = match &result.end {
        ShrinkEnd::NotReproduced(how) => {
            let how = format!("{how}; the file stays as it is");
            return screen.parts(0, &[(BAD, "not reproduced:"), (PLAIN, &how)]);
        }
        ShrinkEnd::Shrunk { shrinking, story, written } => (shrinking, story, *written),
    };
    failure::failure(screen, tool, &result.subject, story, Some(&result.case))?;
    how(screen, 2, shrinking)?;
    screen.gap()?;
    let took = format!("in {} and {}", counted(u64::from(shrinking.runs), "run"), span(result.wall));
    let (before, after) = (count(shrinking.before as u64), counted(shrinking.after as u64, "deviation"));
    if written {
        let what = format!("from {before} to {after} {took}; the smaller case is in its place");
        screen.parts(0, &[(GOOD, "shrunk:"), (PLAIN, &what)])
    } else {
        let what = format!("{after}, and none of them can be left out, as far as {took} can tell");
        screen.parts(0, &[(GOOD, "as small as before:"), (PLAIN, &what)])
    }
}

/// How a failure was shrunk, and what has to be known about it.
///
/// # Errors
///
/// If the stream fails.
pub fn how(screen: &mut Screen<'_>, indent: usize, shrinking: &Shrinking) -> io::Result<()> {
    let runs = counted(u64::from(shrinking.runs), "run");
    let (before, after) = (count(shrinking.before as u64), counted(shrinking.after as u64, "deviation"));
    let settings: Vec<String> =
        shrinking.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let size = if settings.is_empty() { String::new() } else { format!(", with {}", settings.join(", ")) };
    screen.line(indent, FAINT, &format!("shrunk from {before} to {after} in {runs}{size}"))?;
    if shrinking.cut_short {
        let text = "shrinking was cut short; `shrink CASE --budget RUNS` with more runs may leave out more";
        screen.line(indent, ODD, text)?;
    }
    for slip in &shrinking.slips {
        screen.parts(
            indent,
            &[(ODD, "met another failure on the way, and did not follow it:"), (PLAIN, slip)],
        )?;
    }
    Ok(())
}
