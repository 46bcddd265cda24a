//! Two metrics against each other, and which policies no other beats in both.

use plotters::prelude::*;
use rehearsal::compare::{Better, Comparison, Interval, MetricResult};

use super::distribution::axis;
use super::style::{Axis, chart, drawn, series, text, width};

const SIZE: (i32, i32) = (620, 380);

/// Labels are at least so far apart.
const APART: i32 = 15;

/// The policies by two metrics; none if a policy has no value, or all have the same.
pub fn pareto(comparison: &Comparison, across: &MetricResult, up: &MetricResult) -> Option<String> {
    let points: Option<Vec<Point>> = (0..comparison.policies.len())
        .map(|place| {
            Some(Point {
                x: across.values[place]?,
                y: up.values[place]?,
                across: across.intervals[place]?,
                up: up.intervals[place]?,
            })
        })
        .collect();
    let points = points?;
    let horizontal = range(points.iter().map(|point| point.across))?;
    let vertical = range(points.iter().map(|point| point.up))?;
    let beaten = beaten(&points, across.metric.better, up.metric.better);
    Some(drawn(SIZE, |area| {
        let names = comparison.policies.iter().map(|name| width(name)).max().unwrap_or(0);
        let (x_label, y_label) =
            (|value| axis(across.metric.unit, value), |value| axis(up.metric.unit, value));
        let (from, to) = horizontal;
        let x = Axis { from, to, ticks: 5, label: &x_label, title: described(across) };
        let (from, to) = vertical;
        let y = Axis { from, to, ticks: 6, label: &y_label, title: described(up) };
        let mut chart = chart(area, names + 24, &x, &y)?;
        for (place, point) in points.iter().enumerate() {
            let colour = series(place);
            chart.draw_series([
                PathElement::new([(point.across.low, point.y), (point.across.high, point.y)], colour),
                PathElement::new([(point.x, point.up.low), (point.x, point.up.high)], colour),
            ])?;
            let dot = if beaten[place] { ShapeStyle::from(colour).stroke_width(2) } else { colour.filled() };
            chart.draw_series([Circle::new((point.x, point.y), 6, dot)])?;
        }
        let pixels: Vec<(i32, i32)> =
            points.iter().map(|point| chart.backend_coord(&(point.x, point.y))).collect();
        for (place, y) in spread(&pixels).into_iter().enumerate() {
            let name = comparison.policies[place].clone();
            area.draw(&Text::new(name, (pixels[place].0 + 8, y - 18), text(series(place))))?;
        }
        Ok(())
    }))
}

struct Point {
    x: f64,
    y: f64,
    across: Interval,
    up: Interval,
}

/// The name of a metric, and where it is better.
fn described(result: &MetricResult) -> String {
    let better = match result.metric.better {
        Better::Higher => "more is better",
        Better::Lower => "less is better",
    };
    format!("{} ({better})", result.metric.name)
}

/// From the least to the greatest, with room on both sides.
fn range(intervals: impl Iterator<Item = Interval>) -> Option<(f64, f64)> {
    let (low, high) = intervals.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), interval| {
        (low.min(interval.low), high.max(interval.high))
    });
    let room = (high - low) * 0.08;
    (high > low).then_some((low - room, high + room))
}

/// Whether some other policy is at least as good in both and better in one.
fn beaten(points: &[Point], across: Better, up: Better) -> Vec<bool> {
    let good = |value: f64, better| if better == Better::Higher { value } else { -value };
    let goods: Vec<(f64, f64)> =
        points.iter().map(|point| (good(point.x, across), good(point.y, up))).collect();
    let beats = |one: &(f64, f64), other: &(f64, f64)| one != other && one.0 >= other.0 && one.1 >= other.1;
    goods.iter().map(|other| goods.iter().any(|one| beats(one, other))).collect()
}

/// Where labels stand, so that none lies on another.
fn spread(points: &[(i32, i32)]) -> Vec<i32> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by_key(|place| points[*place].1);
    let mut at = vec![0; points.len()];
    let mut last = i32::MIN / 2;
    for place in order {
        last = points[place].1.max(last + APART);
        at[place] = last;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_beaten_by_one_that_is_better_in_one_and_not_worse_in_the_other() {
        let point = |x, y| {
            let nowhere = Interval { low: 0.0, high: 0.0 };
            Point { x, y, across: nowhere, up: nowhere }
        };
        let points = [point(1.0, 5.0), point(2.0, 5.0), point(3.0, 9.0), point(3.0, 9.0)];
        // More across, less up.
        assert_eq!(beaten(&points, Better::Higher, Better::Lower), [true, false, false, false]);
        assert_eq!(beaten(&points, Better::Lower, Better::Lower), [false, true, true, true]);
    }

    #[test]
    fn labels_keep_apart() {
        assert_eq!(spread(&[(0, 50), (0, 52), (9, 10), (9, 52)]), [50, 65, 10, 80]);
    }
}
