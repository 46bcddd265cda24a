//! The empirical distribution of something under each policy: which share of all samples is at most so much.

use plotters::prelude::*;
use rehearsal::compare::{Distribution, Unit};

use super::style::{Axis, chart, drawn, series};
use crate::compare::in_unit;

const SIZE: (i32, i32) = (560, 260);
/// More points are not seen.
const POINTS: usize = 300;

/// Where the distribution is cut off on the right, if its tail would press all else to the left: so many thousandths are shown.
const SHOWN: usize = 995;

/// The distribution; none if there are no samples, or all are the same.
pub fn distribution(found: &Distribution) -> Option<String> {
    let least = found.samples.iter().filter_map(|samples| samples.first()).min()?;
    let most = found.samples.iter().filter_map(|samples| shown(samples)).max()?;
    if least >= most {
        return None;
    }
    let (low, high) = (*least as f64, *most as f64);
    Some(drawn(SIZE, |area| {
        let name = |value| axis(found.unit, value);
        let share = |share: f64| format!("{:.0} %", share * 100.0);
        let x = Axis { from: low, to: high, ticks: 6, label: &name, title: found.name.to_owned() };
        let y = Axis { from: 0.0, to: 1.0, ticks: 5, label: &share, title: String::new() };
        let mut chart = chart(area, 20, &x, &y)?;
        for (place, samples) in found.samples.iter().enumerate() {
            let line = steps(samples, low, high);
            chart.draw_series(LineSeries::new(line, series(place).stroke_width(2)))?;
        }
        Ok(())
    }))
}

/// The greatest sample that is shown.
fn shown(samples: &[i64]) -> Option<&i64> {
    let place = samples.len() * SHOWN / 1_000;
    samples.get(place).or(samples.last())
}

/// The steps of the distribution, of samples of which the least is first.
fn steps(samples: &[i64], low: f64, high: f64) -> Vec<(f64, f64)> {
    let stride = samples.len().div_ceil(POINTS).max(1);
    let mut line = vec![(low, 0.0)];
    let places = (0..samples.len()).filter(|place| {
        let last_of_its_value = samples.get(place + 1) != Some(&samples[*place]);
        last_of_its_value && (place % stride == 0 || stride == 1 || run_of(samples, *place) >= stride)
    });
    for place in places {
        let (at, share) = (samples[place] as f64, (place + 1) as f64 / samples.len() as f64);
        if at > high {
            break;
        }
        let before = line[line.len() - 1].1;
        line.extend([(at, before), (at, share)]);
    }
    let end = line[line.len() - 1].1;
    line.push((high, end));
    line
}

/// How many samples before this one have its value, about.
fn run_of(samples: &[i64], place: usize) -> usize {
    place - samples[..place].partition_point(|sample| *sample < samples[place]) + 1
}

/// A value at an axis, as short as can be.
pub(super) fn axis(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Nanos if value >= 1e9 => format!("{} s", short(value / 1e9)),
        Unit::Nanos => format!("{} ms", short(value / 1e6)),
        Unit::Share => format!("{} %", short(value / 1e4)),
        Unit::Count if value >= 100.0 => in_unit(unit, value),
        Unit::Count => short(value),
    }
}

fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_as_high_as_the_share_of_what_is_at_most_so_much() {
        assert_eq!(
            steps(&[1, 1, 3, 4], 1.0, 4.0),
            [
                (1.0, 0.0),
                (1.0, 0.0),
                (1.0, 0.5),
                (3.0, 0.5),
                (3.0, 0.75),
                (4.0, 0.75),
                (4.0, 1.0),
                (4.0, 1.0)
            ]
        );
    }

    #[test]
    fn many_samples_are_thinned_out_and_none_of_the_large_steps_is_lost() {
        let mut samples: Vec<i64> = (0..30_000).collect();
        samples.extend(std::iter::repeat_n(40_000, 30_000));
        let line = steps(&samples, 0.0, 40_000.0);
        assert!(line.len() < 3 * POINTS, "{}", line.len());
        assert!(line.contains(&(40_000.0, 1.0)));
    }

    #[test]
    fn what_never_varies_has_no_plot() {
        let found = |samples| Distribution { name: "x", unit: Unit::Count, samples };
        assert_eq!(distribution(&found(vec![vec![3, 3], vec![3]])), None);
        assert_eq!(distribution(&found(vec![vec![], vec![]])), None);
        assert!(distribution(&found(vec![vec![3, 4], vec![3]])).is_some());
    }

    #[test]
    fn values_at_an_axis_are_short() {
        assert_eq!(axis(Unit::Nanos, 2.5e9), "2.5 s");
        assert_eq!(axis(Unit::Nanos, 40e6), "40 ms");
        assert_eq!(axis(Unit::Share, 997_500.0), "99.75 %");
        assert_eq!(axis(Unit::Count, 4.0), "4");
    }
}
