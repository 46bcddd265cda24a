//! Values, differences and verdicts.

use crate::measure::{Effect, Statistic};

/// The difference between two policies, in the unit of the metric, or as a part of what the first has; see [`Effect`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// How much the one has more than the other.
    pub mean: f64,
    /// 95 % of the bootstrap lie in it.
    pub interval: Interval,
    /// The same with seeds that have nothing to do with each other, as if each policy had been run on seeds of its own.
    pub independent: Interval,
    /// Which part of the variance the common seeds took away: 0 none, 1 all of it. `None` if nothing varies.
    pub variance_reduction: Option<f64>,
    /// How many seeds had something to measure under both.
    pub seeds: usize,
}

/// An interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// From here.
    pub low: f64,
    /// To here.
    pub high: f64,
}

impl Interval {
    /// How wide it is.
    pub fn width(self) -> f64 {
        self.high - self.low
    }

    /// Whether it has no zero in it: there is a difference.
    pub fn is_clear(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// How many seeds are named that differ most.
const SWINGS: usize = 5;

/// The value of a metric, given the samples of each seed.
pub fn value(statistic: Statistic, samples: &[&[i64]]) -> Option<f64> {
    match statistic {
        Statistic::Mean => {
            let values: Vec<f64> = samples.iter().filter_map(|samples| mean_of(samples)).collect();
            mean(&values)
        }
        Statistic::Quantile(percent) => {
            let mut all: Vec<i64> = samples.iter().flat_map(|samples| samples.iter().copied()).collect();
            quantile(&mut all, percent)
        }
    }
}

/// How much `b` is more than `a`, given the samples of each seed under each policy, and how many seeds have something to measure under both.
pub(super) fn gap(statistic: Statistic, effect: Effect, a: &[&[i64]], b: &[&[i64]]) -> Option<(f64, usize)> {
    let is_whole =
        |(a, b): &(&&[i64], &&[i64])| statistic != Statistic::Mean || !(a.is_empty() || b.is_empty());
    let (a, b): (Vec<&[i64]>, Vec<&[i64]>) = a.iter().zip(b).filter(is_whole).unzip();
    Some((effect.between(value(statistic, &a)?, value(statistic, &b)?)?, a.len()))
}

/// `1 - var(b - a) / (var(a) + var(b))`, of the means of each seed; each as a part of the mean of all if they are compared so.
pub(super) fn variance_reduction(effect: Effect, a: &[&[i64]], b: &[&[i64]]) -> Option<f64> {
    let means = a.iter().zip(b).filter_map(|(a, b)| Some((mean_of(a)?, mean_of(b)?)));
    let mut means: Vec<(f64, f64)> = means.collect();
    if effect == Effect::Relative {
        let sums = means.iter().fold((0.0, 0.0), |sums, (a, b)| (sums.0 + a, sums.1 + b));
        means.iter_mut().for_each(|(a, b)| (*a, *b) = (*a / sums.0, *b / sums.1));
    }
    let of = |part: fn(&(f64, f64)) -> f64| variance(&means.iter().map(part).collect::<Vec<_>>());
    let apart = of(|(a, _)| *a) + of(|(_, b)| *b);
    (apart > 0.0).then(|| 1.0 - of(|(a, b)| b - a) / apart)
}

/// The places of the seeds that differ most, with their differences.
pub fn swings(a: &[&[i64]], b: &[&[i64]]) -> Vec<(usize, f64)> {
    let gaps = a.iter().zip(b).enumerate();
    let gaps = gaps.filter_map(|(place, (a, b))| Some((place, mean_of(b)? - mean_of(a)?)));
    let mut gaps: Vec<(usize, f64)> = gaps.filter(|(_, gap)| *gap != 0.0).collect();
    gaps.sort_by(|x, y| y.1.abs().total_cmp(&x.1.abs()).then(x.0.cmp(&y.0)));
    gaps.truncate(SWINGS);
    gaps
}

/// How likely a split at least as uneven is if either side is as likely: the binomial test of McNemar, two-sided and exact.
pub fn mcnemar(only_a: u64, only_b: u64) -> f64 {
    let (fewer, of) = (only_a.min(only_b), only_a + only_b);
    if of == 0 {
        return 1.0;
    }
    // The logarithm of the binomial coefficient grows by one factor at a time, so nothing overflows.
    let mut log = -(of as f64) * std::f64::consts::LN_2;
    let mut sum = 0.0;
    for k in 0..=fewer {
        sum += log.exp();
        log += ((of - k) as f64 / (k + 1) as f64).ln();
    }
    (2.0 * sum).min(1.0)
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

pub(super) fn mean_of(samples: &[i64]) -> Option<f64> {
    (!samples.is_empty())
        .then(|| samples.iter().map(|sample| *sample as f64).sum::<f64>() / samples.len() as f64)
}

fn variance(values: &[f64]) -> f64 {
    let Some(mean) = mean(values) else { return 0.0 };
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
}

/// The nearest rank.
fn quantile(samples: &mut [i64], percent: u8) -> Option<f64> {
    if samples.is_empty() {
        return None;
    }
    let rank = (samples.len() * usize::from(percent)).div_ceil(100).clamp(1, samples.len()) - 1;
    let (_, found, _) = samples.select_nth_unstable(rank);
    Some(*found as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each(values: &[i64]) -> Vec<Vec<i64>> {
        values.iter().map(|value| vec![*value]).collect()
    }

    fn slices(samples: &[Vec<i64>]) -> Vec<&[i64]> {
        samples.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn what_is_common_to_both_is_taken_from_the_variance() {
        let weather: Vec<i64> = (0..400).map(|n| n * 7_919 % 1_000).collect();
        let a = each(&weather);
        let b = each(&(0..).zip(&weather).map(|(n, w)| w + 10 + n % 3).collect::<Vec<_>>());
        let (gap, seeds) = gap(Statistic::Mean, Effect::Difference, &slices(&a), &slices(&b)).unwrap();
        assert!((gap - 11.0).abs() < 0.1 && seeds == 400, "{gap} over {seeds}");
        assert!(variance_reduction(Effect::Difference, &slices(&a), &slices(&b)).unwrap() > 0.99);
    }

    #[test]
    fn a_gap_is_of_the_seeds_that_have_something_to_measure_under_both() {
        let (a, b) = (vec![vec![1], vec![], vec![3]], vec![vec![2], vec![9], vec![]]);
        assert_eq!(gap(Statistic::Mean, Effect::Difference, &slices(&a), &slices(&b)), Some((1.0, 1)));
        assert_eq!(
            gap(Statistic::Quantile(99), Effect::Difference, &slices(&a), &slices(&b)),
            Some((6.0, 3))
        );
        assert_eq!(gap(Statistic::Mean, Effect::Difference, &slices(&a[1..2]), &slices(&b[1..2])), None);
    }

    #[test]
    fn what_is_done_twice_as_often_each_time_is_one_more_and_nothing_else_varies() {
        let once: Vec<i64> = (0..400).map(|n| n * 7_919 % 10).collect();
        let (a, b) = (each(&once), each(&once.iter().map(|n| 2 * n).collect::<Vec<_>>()));
        let (a, b) = (slices(&a), slices(&b));
        assert_eq!(gap(Statistic::Mean, Effect::Relative, &a, &b), Some((1.0, 400)));
        assert!(variance_reduction(Effect::Relative, &a, &b).unwrap() > 0.999);
        assert!(variance_reduction(Effect::Difference, &a, &b).unwrap() < 0.9);
        let none: Vec<Vec<i64>> = each(&[0; 400]);
        assert_eq!(gap(Statistic::Mean, Effect::Relative, &slices(&none), &b), None);
    }

    #[test]
    fn quantiles_are_of_the_samples_of_all_seeds() {
        let samples = vec![vec![1, 2, 3], vec![], vec![100]];
        assert_eq!(value(Statistic::Quantile(50), &slices(&samples)), Some(2.0));
        assert_eq!(value(Statistic::Quantile(99), &slices(&samples)), Some(100.0));
        assert_eq!(
            value(Statistic::Mean, &slices(&samples)),
            Some(51.0),
            "of the means of seeds that have any"
        );
    }

    #[test]
    fn an_even_split_says_nothing_and_an_uneven_one_does() {
        assert!((mcnemar(0, 0) - 1.0).abs() < 1e-12 && (mcnemar(8, 8) - 1.0).abs() < 1e-12);
        assert!((mcnemar(0, 10) - 2.0 / 1_024.0).abs() < 1e-12);
        assert!(mcnemar(1_000, 1_500) < 1e-20);
    }

    #[test]
    fn the_seeds_that_swing_most_come_first() {
        let (a, b) = (each(&[5, 5, 5, 5]), each(&[6, 5, 1, 8]));
        assert_eq!(swings(&slices(&a), &slices(&b)), [(2, -4.0), (3, 3.0), (0, 1.0)]);
    }
}
