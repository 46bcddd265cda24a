//! Differences with intervals.
//!
//! Intervals are those of the bootstrap: seeds are drawn again and again from those that were run, and the middle 95 % of the differences that come
//! out are the interval. It asks nothing of the distribution, and keeps what belongs to one seed together.

use super::measure::Statistic;
use crate::choice::generator;

/// The difference between two policies.
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

/// How often the bootstrap draws.
const DRAWS: u32 = 1_000;
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

/// 95 % of the bootstrap of the value of a metric, given the samples of each seed.
pub fn interval(statistic: Statistic, samples: &[&[i64]]) -> Option<Interval> {
    let found = value(statistic, samples)?;
    let drawn = (0..DRAWS).filter_map(|round| {
        let pick = |at: usize| samples[draw(u64::from(round) << 1, at, samples.len())];
        value(statistic, &(0..samples.len()).map(pick).collect::<Vec<_>>())
    });
    Some(middle(drawn.collect(), found))
}

/// The difference `b - a`, given the samples of each seed under each policy.
pub fn difference(statistic: Statistic, a: &[&[i64]], b: &[&[i64]]) -> Option<Difference> {
    let both: Vec<(&[i64], &[i64])> = a
        .iter()
        .zip(b)
        .filter(|(a, b)| statistic != Statistic::Mean || !(a.is_empty() || b.is_empty()))
        .map(|(a, b)| (*a, *b))
        .collect();
    let gap = |pick: &dyn Fn(usize) -> (usize, usize)| -> Option<f64> {
        let left: Vec<&[i64]> = (0..both.len()).map(|at| both[pick(at).0].0).collect();
        let right: Vec<&[i64]> = (0..both.len()).map(|at| both[pick(at).1].1).collect();
        Some(value(statistic, &right)? - value(statistic, &left)?)
    };
    let mean = gap(&|at| (at, at))?;
    let bootstrap = |independent: bool| {
        let gaps = (0..DRAWS).filter_map(|round| {
            let base = u64::from(round) << 1;
            gap(&|at| {
                let left = draw(base, at, both.len());
                (left, if independent { draw(base | 1, at, both.len()) } else { left })
            })
        });
        middle(gaps.collect(), mean)
    };
    Some(Difference {
        mean,
        interval: bootstrap(false),
        independent: bootstrap(true),
        variance_reduction: variance_reduction(&both),
        seeds: both.len(),
    })
}

/// The bootstrap draws the same each time.
const SEED: u64 = 0x5EED;

/// The place of a seed among so many that a round of the bootstrap draws.
fn draw(stream: u64, at: usize, of: usize) -> usize {
    generator::draw(SEED, stream, at as u32) as usize % of
}

/// The middle 95 % of some values.
fn middle(mut values: Vec<f64>, otherwise: f64) -> Interval {
    if values.is_empty() {
        return Interval { low: otherwise, high: otherwise };
    }
    values.sort_by(f64::total_cmp);
    let at = |thousandths: usize| values[(values.len() - 1) * thousandths / 1_000];
    Interval { low: at(25), high: at(975) }
}

/// `1 - var(b - a) / (var(a) + var(b))`, of the means of each seed.
fn variance_reduction(both: &[(&[i64], &[i64])]) -> Option<f64> {
    let means: Vec<(f64, f64)> = both.iter().filter_map(|(a, b)| Some((mean_of(a)?, mean_of(b)?))).collect();
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

fn mean_of(samples: &[i64]) -> Option<f64> {
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
    fn what_is_common_to_both_takes_no_part_in_the_interval() {
        let weather: Vec<i64> = (0..400).map(|n| n * 7_919 % 1_000).collect();
        let a = each(&weather);
        let b = each(&(0..).zip(&weather).map(|(n, w)| w + 10 + n % 3).collect::<Vec<_>>());
        let found = difference(Statistic::Mean, &slices(&a), &slices(&b)).unwrap();
        assert!((found.mean - 11.0).abs() < 0.1, "{found:?}");
        assert!(found.interval.is_clear() && !found.independent.is_clear(), "{found:?}");
        assert!(found.interval.width() * 20.0 < found.independent.width(), "{found:?}");
        assert!(found.variance_reduction.unwrap() > 0.99, "{found:?}");
    }

    #[test]
    fn the_interval_of_a_value_lies_around_it_and_narrows_with_more_seeds() {
        let width = |seeds: i64| {
            let samples = each(&(0..seeds).map(|n| n * 7_919 % 1_000).collect::<Vec<_>>());
            let found = interval(Statistic::Mean, &slices(&samples)).unwrap();
            let value = value(Statistic::Mean, &slices(&samples)).unwrap();
            assert!(found.low < value && value < found.high, "{value} in {found:?}");
            found.width()
        };
        assert!(width(1_600) < 0.6 * width(400));
        assert_eq!(interval(Statistic::Mean, &[&[]]), None);
    }

    #[test]
    fn the_same_differs_by_nothing() {
        let a = each(&[1, 5, 9, 2]);
        let found = difference(Statistic::Mean, &slices(&a), &slices(&a)).unwrap();
        assert_eq!((found.mean, found.interval), (0.0, Interval { low: 0.0, high: 0.0 }));
        assert!(swings(&slices(&a), &slices(&a)).is_empty());
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
