//! What each metric differs by between two policies, with intervals.

use plotters::prelude::*;
use rehearsal::compare::{Comparison, Difference, Interval, MetricResult};

use super::style::{Area, BAD, Drawn, FAINT, GOOD, INK, LINE, drawn, rows as counted, text, width};
use crate::compare::{better, effect};

const ROW: i32 = 26;
const HEAD: i32 = 22;
const PLOT: i32 = 380;
const GAP: i32 = 14;

/// The differences between two policies, by their places: a row a metric, each with a scale of its own around zero. A thick bar is the interval of
/// the same seeds, a thin one that of seeds of their own.
pub fn differences(comparison: &Comparison, a: usize, b: usize) -> String {
    let rows: Vec<(&MetricResult, &Difference)> = comparison
        .metrics
        .iter()
        .filter_map(|metric| {
            let pair = metric.pairs.iter().find(|pair| (pair.a, pair.b) == (a, b))?;
            Some((metric, pair.difference.as_ref()?))
        })
        .collect();
    let names = rows.iter().map(|(metric, _)| width(metric.metric.name)).max().unwrap_or(0);
    let figures: Vec<String> = rows.iter().map(|(metric, found)| figure(metric, found)).collect();
    let numbers = figures.iter().map(|figure| width(figure)).max().unwrap_or(0);
    let size = (names + PLOT + numbers + 3 * GAP, HEAD + ROW * counted(rows.len()) + GAP);
    drawn(size, |area| {
        let left = names + GAP;
        let middle = left + PLOT / 2;
        head(area, &comparison.policies[b], left)?;
        area.draw(&PathElement::new([(middle, HEAD - 4), (middle, size.1 - GAP / 2)], LINE))?;
        for (place, ((metric, found), figure)) in rows.iter().zip(&figures).enumerate() {
            let y = HEAD + ROW * counted(place) + ROW / 2;
            area.draw(&Text::new(metric.metric.name, (0, y - 6), text(INK)))?;
            row(area, metric, found, (middle, y))?;
            area.draw(&Text::new(figure.clone(), (left + PLOT + GAP, y - 6), text(INK)))?;
        }
        Ok(())
    })
}

/// Which side is whose.
fn head(area: &Area<'_>, policy: &str, left: i32) -> Drawn {
    let (less, more) = (format!("← less under {policy}"), format!("more under {policy} →"));
    let from = left + PLOT - width(&more);
    area.draw(&Text::new(less, (left, 0), text(FAINT)))?;
    area.draw(&Text::new(more, (from, 0), text(FAINT)))
}

fn row(area: &Area<'_>, metric: &MetricResult, found: &Difference, (middle, y): (i32, i32)) -> Drawn {
    let colour = match better(&metric.metric, found) {
        1 => GOOD,
        -1 => BAD,
        _ => FAINT,
    };
    let both = [found.interval, found.independent];
    let most = both.iter().flat_map(|interval| [interval.low.abs(), interval.high.abs()]);
    let most = most.fold(found.mean.abs(), f64::max);
    let half = f64::from(PLOT / 2 - 8);
    let at = |value: f64| middle + if most > 0.0 { (value / most * half).round() as i32 } else { 0 };
    let bar = |interval: Interval, thick: u32| {
        PathElement::new([(at(interval.low), y), (at(interval.high), y)], colour.stroke_width(thick))
    };
    area.draw(&bar(found.independent, 1))?;
    for end in [found.independent.low, found.independent.high] {
        area.draw(&PathElement::new([(at(end), y - 4), (at(end), y + 4)], colour))?;
    }
    area.draw(&bar(found.interval, 5))?;
    area.draw(&Circle::new((at(found.mean), y), 5, colour.filled()))
}

/// The difference in figures.
fn figure(metric: &MetricResult, found: &Difference) -> String {
    let effect = |value| effect(&metric.metric, value);
    format!("{} [{}, {}]", effect(found.mean), effect(found.interval.low), effect(found.interval.high))
}
