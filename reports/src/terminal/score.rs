//! An exam of search strategies as a table.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use rehearsal::score::interval::Interval;

use super::figures::count;
use super::{BAD, FAINT, GOOD, ODD, PLAIN, Screen, TITLE};
use crate::score::{ScoreResult, ScoreRow, is_weak};

/// How wide a cell is: `1,234 [987–2,345]`.
const CELL: usize = 18;

/// How wide the column of deviations is: `162.5 → 2`.
const DEVIATIONS: usize = 12;

/// The table, its reading, and the verdict.
///
/// # Errors
///
/// If the stream fails.
pub fn score(screen: &mut Screen<'_>, result: &ScoreResult, picture: Option<&Path>) -> io::Result<()> {
    let titles = result.rows.iter().map(title).map(|title| title.chars().count());
    let width = titles.max().unwrap_or(0).max("planted bug".len());
    let mut head = format!("{:width$}  {:8}", "planted bug", "trips");
    for strategy in result.strategies() {
        let _ = write!(head, "{:<CELL$}", strategy.name);
    }
    screen.gap()?;
    screen.verbatim(0, &format!("{head}{:<DEVIATIONS$}slice", "deviations"))?;
    for rows in result.by_variant() {
        screen.verbatim(0, &line(rows, width))?;
    }
    means(screen, result, width)?;
    screen.gap()?;
    screen.line(
        0,
        FAINT,
        "runs to the first find: median and its 95% interval; > is beyond the budget; deviations of a plain find, before and after shrinking; slice: the events that lead to what remains; weak: plain draws find it in one run",
    )?;
    shrinking(screen, result)?;
    notes(screen, result)?;
    if let Some(path) = picture {
        screen.parts(0, &[(TITLE, "picture"), (PLAIN, &path.display().to_string())])?;
    }
    verdict(screen, result)
}

fn title(row: &ScoreRow) -> String {
    format!("{} {}", row.entry.name, row.variant.name)
}

fn line(rows: &[ScoreRow], width: usize) -> String {
    let first = &rows[0];
    let mut line = format!("{:width$}  {:8}", title(first), first.variant.trips);
    for row in rows {
        let _ = write!(line, "{:<CELL$}", interval(row.score.runs_to_find()));
    }
    if let Some((found, shrunk)) = first.score.deviations_found().zip(first.score.deviations_shrunk()) {
        let _ = write!(line, "{:<DEVIATIONS$}", format!("{found} → {shrunk}"));
    }
    if let Some(events) = first.score.slice_events() {
        let _ = write!(line, "{events}");
    }
    if is_weak(rows) { line + "  weak" } else { line }
}

/// A median and its interval: `12 [7–20]`.
fn interval(interval: Interval) -> String {
    let number = |value: Option<f64>| match value {
        Some(value) => format!("{value}"),
        None => ">".to_owned(),
    };
    format!("{} [{}–{}]", number(interval.median), number(interval.low), number(interval.high))
}

fn means(screen: &mut Screen<'_>, result: &ScoreResult, width: usize) -> io::Result<()> {
    let strategies = result.strategies();
    let means = strategies.into_iter().map(|strategy| result.geometric_means(strategy));
    let (mut runs, mut times) =
        (format!("{:width$}  {:8}", "geometric mean", ""), format!("{:width$}  {:8}", "", ""));
    for (mean, seconds) in means.flatten() {
        let _ = write!(runs, "{:<CELL$}", format!("{mean:.2} runs"));
        let _ = write!(times, "{:<CELL$}", format!("{:.2} ms", seconds * 1e3));
    }
    screen.verbatim(0, runs.trim_end())?;
    screen.verbatim(0, times.trim_end())
}

/// What shrinking came to, over all finds.
fn shrinking(screen: &mut Screen<'_>, result: &ScoreResult) -> io::Result<()> {
    let Some(shrunk) = result.shrinking() else { return Ok(()) };
    let text = format!(
        "{} finds, in the median to {} deviations in {} runs and {:.1} ms; slices of {} events, {} of them whole",
        count(shrunk.finds as u64),
        shrunk.deviations,
        shrunk.runs,
        shrunk.seconds * 1e3,
        shrunk.slice_events,
        count(shrunk.whole as u64)
    );
    screen.parts(0, &[(TITLE, "shrunk"), (PLAIN, &text)])
}

/// What was found that should not have been, and what was not found.
fn notes(screen: &mut Screen<'_>, result: &ScoreResult) -> io::Result<()> {
    for row in result.rows.iter().filter(|row| row.trips_its_own() == Some(false)) {
        let others: Vec<String> = row
            .score
            .beside(row.variant)
            .map(|find| {
                format!("{} by seed {:#x}", find.invariant.as_deref().unwrap_or("a limit"), find.seed)
            })
            .collect();
        let text = format!("by {}: {}", row.strategy.name, others.join(", "));
        screen.parts(0, &[(BAD, &title(row)), (PLAIN, "breaks something else first"), (PLAIN, &text)])?;
    }
    for rows in result.by_variant().filter(|rows| rows.iter().all(|row| row.score.found() == 0)) {
        screen.parts(0, &[(BAD, &title(&rows[0])), (PLAIN, "was found by no strategy")])?;
    }
    Ok(())
}

fn verdict(screen: &mut Screen<'_>, result: &ScoreResult) -> io::Result<()> {
    let bugs = result.by_variant().count();
    let weak = result.by_variant().filter(|rows| is_weak(rows)).count();
    let text = format!(
        "{bugs} planted bugs, {weak} of them weak; {} repetitions each, up to {} runs, faults {}",
        result.repetitions,
        count(result.budget),
        result.profile.name
    );
    let verdict = match (result.interrupted, result.passed()) {
        (true, _) => (ODD, "interrupted:"),
        (false, true) => (GOOD, "pass:"),
        (false, false) => (BAD, "FAIL:"),
    };
    screen.parts(0, &[verdict, (PLAIN, &text)])
}
