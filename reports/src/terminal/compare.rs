//! Policies side by side.

use std::io;
use std::ops::Range;

use rehearsal::compare::{Difference, MetricPair, MetricResult};

use super::failure;
use super::figures::{counted, span};
use super::{FAINT, GOOD, NAME, ODD, PLAIN, Screen, TITLE};
use crate::compare::{CompareResult, better, effect, in_unit, signed};
use crate::subject::{Subject, Tool};

/// What is about to be run.
///
/// # Errors
///
/// If the stream fails.
pub fn before(screen: &mut Screen<'_>, subject: &Subject, seeds: &Range<u64>) -> io::Result<()> {
    let text = format!(
        "seeds {:#x}..{:#x} under each policy, faults {}",
        seeds.start, seeds.end, subject.profile.name
    );
    screen.parts(0, &[(NAME, &format!("{}:", subject.title())), (PLAIN, &text)])
}

/// What came out of comparing policies.
///
/// # Errors
///
/// If the stream fails.
pub fn compare(screen: &mut Screen<'_>, tool: &Tool, result: &CompareResult) -> io::Result<()> {
    values(screen, result)?;
    let comparison = &result.comparison;
    for verdict in &comparison.verdicts {
        let (a, b) = (&comparison.policies[verdict.a], &comparison.policies[verdict.b]);
        screen.gap()?;
        screen.parts(0, &[(NAME, b), (TITLE, "beside"), (NAME, a)])?;
        for metric in &comparison.metrics {
            let pair = metric.pairs.iter().find(|pair| (pair.a, pair.b) == (verdict.a, verdict.b));
            if let Some(pair) = pair {
                difference(screen, result, metric, pair)?;
            }
        }
        let passed = format!(
            "violations: {} of {a} only, {} of {b} only (McNemar p {:.3})",
            verdict.only_b, verdict.only_a, verdict.p
        );
        screen.line(2, FAINT, &passed)?;
        swings(screen, tool, result, verdict.a, verdict.b)?;
    }
    screen.gap()?;
    screen.line(
        0,
        FAINT,
        "differences are of means over seeds, or of quantiles over all samples; in percent, of the other's mean; in brackets 95 % of the bootstrap over seeds; apart: how much wider the interval is if each policy has seeds of its own",
    )?;
    let done = format!("{} under each policy in {}", counted(comparison.seeds, "seed"), span(result.wall));
    let done = if comparison.cut_short { format!("{done}, cut short") } else { done };
    screen.line(0, PLAIN, &done)?;
    let Some(hung) = &comparison.hung else { return Ok(()) };
    let policy = Some(result.policies[hung.policy].clone());
    screen.gap()?;
    failure::stuck(screen, tool, &Subject { policy, ..result.subject.clone() }, &hung.stuck)
}

/// One line a metric, one column a policy.
fn values(screen: &mut Screen<'_>, result: &CompareResult) -> io::Result<()> {
    let comparison = &result.comparison;
    let names = comparison.metrics.iter().map(|metric| metric.metric.name.len()).max().unwrap_or(0);
    let widths: Vec<usize> = comparison.policies.iter().map(|name| name.len().max(11)).collect();
    let cells = |texts: Vec<String>| {
        texts
            .iter()
            .zip(&widths)
            .map(|(text, width)| format!("{text:>width$}"))
            .collect::<Vec<_>>()
            .join("  ")
    };
    screen.gap()?;
    let head = cells(comparison.policies.iter().map(ToString::to_string).collect());
    screen.verbatim(0, &format!("{:names$}  {head}", ""))?;
    for MetricResult { metric, values, .. } in &comparison.metrics {
        let value = |value: &Option<f64>| value.map_or("–".to_owned(), |value| in_unit(metric.unit, value));
        screen
            .verbatim(0, &format!("{:names$}  {}", metric.name, cells(values.iter().map(value).collect())))?;
    }
    Ok(())
}

fn difference(
    screen: &mut Screen<'_>,
    result: &CompareResult,
    metric: &MetricResult,
    pair: &MetricPair,
) -> io::Result<()> {
    let names = result.comparison.metrics.iter().map(|metric| metric.metric.name.len()).max().unwrap_or(0);
    let name = format!("{:names$}", metric.metric.name);
    let Some(found) = &pair.difference else {
        return screen.parts(2, &[(PLAIN, &name), (FAINT, "nothing to compare")]);
    };
    let effect = |value: f64| effect(&metric.metric, value);
    let (style, word) = match better(&metric.metric, found) {
        1 => (GOOD, "better"),
        -1 => (ODD, "worse"),
        _ => (FAINT, "no clear difference"),
    };
    let interval = format!("[{}, {}]", effect(found.interval.low), effect(found.interval.high));
    screen.parts(
        2,
        &[
            (PLAIN, &name),
            (TITLE, &format!("{:>11}", effect(found.mean))),
            (PLAIN, &interval),
            (style, word),
            (FAINT, &apart(found)),
        ],
    )
}

/// How much wider the interval is with seeds of their own.
fn apart(found: &Difference) -> String {
    if found.interval.width() > 0.0 {
        return format!("(apart {:.1}×)", found.independent.width() / found.interval.width());
    }
    String::new()
}

/// The seeds in which the two differ most by the first metric, with the command that shows one.
fn swings(
    screen: &mut Screen<'_>,
    tool: &Tool,
    result: &CompareResult,
    a: usize,
    b: usize,
) -> io::Result<()> {
    let comparison = &result.comparison;
    let Some(metric) = comparison.metrics.first() else { return Ok(()) };
    let Some(pair) = metric.pairs.iter().find(|pair| (pair.a, pair.b) == (a, b)) else { return Ok(()) };
    let Some((first, _)) = pair.swings.first() else { return Ok(()) };
    let swing = |(seed, by): &(u64, f64)| format!("{seed:#x} ({})", signed(metric.metric.unit, *by));
    let seeds = pair.swings.iter().map(swing).collect::<Vec<_>>().join(", ");
    screen.line(2, FAINT, &format!("{} swings most in seeds {seeds}", metric.metric.name))?;
    let policies = format!("{},{}", result.policies[a].typed, result.policies[b].typed);
    screen.command(4, &tool.compare(&result.subject, &policies, *first))
}
