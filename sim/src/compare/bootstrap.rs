//! Intervals by the bootstrap: seeds are drawn again and again from those that were run, and the middle 95 % of what comes out are the interval.
//!
//! It asks nothing of the distribution, and keeps what belongs to one seed together. A round draws as many seeds as there are, and all metrics of
//! all policies are looked at with the same ones: so a difference between two policies is that of their values in the same round. With seeds that
//! have nothing to do with each other, it is that of one policy's value in a round and the other's in a second drawing.

use super::statistics::{Interval, mean_of};
use crate::choice::generator;
use crate::measure::{Effect, Statistic};

/// One metric under each policy: the samples of each seed.
pub(super) struct Sampled<'a> {
    pub(super) statistic: Statistic,
    pub(super) effect: Effect,
    pub(super) by_policy: Vec<Vec<&'a [i64]>>,
}

/// The intervals of one metric; `None` where nothing was measured.
#[derive(Debug, PartialEq)]
pub(super) struct Intervals {
    /// Of the value under each policy.
    pub(super) values: Vec<Option<Interval>>,
    /// Of the difference of each pair: with seeds in common, and with seeds that each policy has for itself.
    pub(super) pairs: Vec<Option<(Interval, Interval)>>,
}

/// How often seeds are drawn.
const ROUNDS: u64 = 1_000;
/// It draws the same each time.
const SEED: u64 = 0x5EED;

/// The intervals of some metrics and of the differences between these pairs of policies, made by so many threads.
///
/// # Panics
///
/// If the system has no room for threads.
pub(super) fn intervals(metrics: &[Sampled<'_>], pairs: &[(usize, usize)], jobs: usize) -> Vec<Intervals> {
    let columns: Vec<Metric> = metrics.iter().map(|metric| Metric::of(metric, pairs)).collect();
    let seeds = metrics.first().and_then(|metric| metric.by_policy.first()).map_or(0, Vec::len);
    let rounds: Vec<u64> = (0..ROUNDS).collect();
    let share = rounds.len().div_ceil(jobs.max(1));
    let drawn: Vec<Vec<Drawn>> = std::thread::scope(|scope| {
        let work = |rounds: &[u64]| rounds.iter().map(|round| draw_all(&columns, seeds, *round)).collect();
        let spawn = |rounds| scope.spawn(move || -> Vec<Vec<Drawn>> { work(rounds) });
        let workers: Vec<_> = rounds.chunks(share).map(spawn).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("sums do not panic")).collect()
    });
    let of = |metric: usize| {
        let all = |of: &dyn Fn(&Drawn) -> Option<f64>| {
            middle(drawn.iter().filter_map(|round| of(&round[metric])).collect())
        };
        let pair = |pair: usize| {
            let common = all(&|drawn| drawn.pairs[pair].map(|(common, _)| common))?;
            Some((common, all(&|drawn| drawn.pairs[pair].map(|(_, apart)| apart))?))
        };
        Intervals {
            values: (0..columns[metric].by_policy.len())
                .map(|policy| all(&|drawn| drawn.values[policy]))
                .collect(),
            pairs: (0..pairs.len()).map(pair).collect(),
        }
    };
    (0..metrics.len()).map(of).collect()
}

/// What came out of a round for one metric.
struct Drawn {
    values: Vec<Option<f64>>,
    pairs: Vec<Option<(f64, f64)>>,
}

fn draw_all(metrics: &[Metric], seeds: usize, round: u64) -> Vec<Drawn> {
    let (ours, others) = (times(round << 1, seeds), times(round << 1 | 1, seeds));
    metrics.iter().map(|metric| metric.drawn(&ours, &others)).collect()
}

/// How often each seed is drawn.
fn times(stream: u64, seeds: usize) -> Vec<u32> {
    let mut times = vec![0; seeds];
    for at in 0..seeds {
        times[generator::draw(SEED, stream, at as u32) as usize % seeds] += 1;
    }
    times
}

/// A metric as it is fast to draw from.
struct Metric {
    effect: Effect,
    by_policy: Vec<Column>,
    pairs: Vec<Pair>,
}

struct Pair {
    a: usize,
    b: usize,
    /// The means of seeds that have something to measure under both, if that is not all of them.
    both: Option<(Column, Column)>,
}

/// The samples of one policy.
enum Column {
    /// The mean of each seed, and 1; or 0 and 0 if there is nothing.
    Means(Vec<f64>, Vec<f64>),
    /// All samples, the least first, with the places of their seeds; and how many each seed has.
    Samples { percent: u8, sorted: Vec<(i64, u32)>, each: Vec<u32> },
}

impl Metric {
    fn of(sampled: &Sampled<'_>, pairs: &[(usize, usize)]) -> Self {
        let column = |samples: &Vec<&[i64]>| Column::of(sampled.statistic, samples.iter().copied());
        let pair = |&(a, b): &(usize, usize)| {
            let (of_a, of_b) = (&sampled.by_policy[a], &sampled.by_policy[b]);
            let lacks = |of: &Vec<&[i64]>| of.iter().any(|samples| samples.is_empty());
            let both = (sampled.statistic == Statistic::Mean && (lacks(of_a) || lacks(of_b))).then(|| {
                let masked = |of: &[&'_ [i64]], by: &[&[i64]]| {
                    let masked = of.iter().zip(by).map(|(of, by)| if by.is_empty() { &[] } else { *of });
                    Column::of(Statistic::Mean, masked)
                };
                (masked(of_a, of_b), masked(of_b, of_a))
            });
            Pair { a, b, both }
        };
        Self {
            effect: sampled.effect,
            by_policy: sampled.by_policy.iter().map(column).collect(),
            pairs: pairs.iter().map(pair).collect(),
        }
    }

    fn drawn(&self, ours: &[u32], others: &[u32]) -> Drawn {
        let under = |times: &[u32]| self.by_policy.iter().map(|column| column.value(times)).collect();
        let (values, apart): (Vec<Option<f64>>, Vec<Option<f64>>) = (under(ours), under(others));
        let gap = |pair: &Pair| {
            let (a, b, other) = match &pair.both {
                Some((a, b)) => (a.value(ours), b.value(ours), b.value(others)),
                None => (values[pair.a], values[pair.b], apart[pair.b]),
            };
            Some((self.effect.between(a?, b?)?, self.effect.between(a?, other?)?))
        };
        Drawn { pairs: self.pairs.iter().map(gap).collect(), values }
    }
}

impl Column {
    fn of<'a>(statistic: Statistic, seeds: impl Iterator<Item = &'a [i64]> + Clone) -> Self {
        match statistic {
            Statistic::Mean => {
                let means = seeds.map(|samples| mean_of(samples).map_or((0.0, 0.0), |mean| (mean, 1.0)));
                let (means, there) = means.unzip();
                Self::Means(means, there)
            }
            Statistic::Quantile(percent) => {
                let each = seeds.clone().map(|samples| samples.len() as u32).collect();
                let of =
                    |(place, samples): (u32, &'a [i64])| samples.iter().map(move |sample| (*sample, place));
                let mut sorted: Vec<(i64, u32)> = (0..).zip(seeds).flat_map(of).collect();
                sorted.sort_unstable();
                Self::Samples { percent, sorted, each }
            }
        }
    }

    /// The value, if each seed was drawn so often.
    fn value(&self, times: &[u32]) -> Option<f64> {
        match self {
            Self::Means(means, there) => {
                let sum =
                    |of: &[f64]| of.iter().zip(times).map(|(of, times)| of * f64::from(*times)).sum::<f64>();
                let count = sum(there);
                (count > 0.0).then(|| sum(means) / count)
            }
            Self::Samples { percent, sorted, each } => {
                let count: u64 =
                    each.iter().zip(times).map(|(each, times)| u64::from(*each) * u64::from(*times)).sum();
                let rank = (count * u64::from(*percent)).div_ceil(100).max(1);
                let mut so_far = 0;
                let found = sorted.iter().find(|(_, place)| {
                    so_far += u64::from(times[*place as usize]);
                    so_far >= rank
                });
                found.map(|(sample, _)| *sample as f64)
            }
        }
    }
}

/// The middle 95 % of some values.
fn middle(mut values: Vec<f64>) -> Option<Interval> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |thousandths: usize| values[last * thousandths / 1_000];
    Some(Interval { low: at(25), high: at(975) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::statistics::value;
    use super::*;

    fn each(values: &[i64]) -> Vec<Vec<i64>> {
        values.iter().map(|value| vec![*value]).collect()
    }

    fn of(statistic: Statistic, policies: &[Vec<Vec<i64>>]) -> Intervals {
        by(statistic, Effect::Difference, policies)
    }

    fn by(statistic: Statistic, effect: Effect, policies: &[Vec<Vec<i64>>]) -> Intervals {
        let by_policy = policies.iter().map(|seeds| seeds.iter().map(Vec::as_slice).collect()).collect();
        let pairs: Vec<_> = (1..policies.len()).map(|other| (0, other)).collect();
        intervals(&[Sampled { statistic, effect, by_policy }], &pairs, 2).remove(0)
    }

    #[test]
    fn what_is_common_to_both_takes_no_part_in_the_interval() {
        let weather: Vec<i64> = (0..400).map(|n| n * 7_919 % 1_000).collect();
        let shifted: Vec<i64> = (0..).zip(&weather).map(|(n, w)| w + 10 + n % 3).collect();
        let (common, apart) = of(Statistic::Mean, &[each(&weather), each(&shifted)]).pairs[0].unwrap();
        assert!(common.low > 10.0 && common.high < 12.0, "{common:?}");
        assert!(common.is_clear() && !apart.is_clear(), "{common:?} {apart:?}");
        assert!(common.width() * 20.0 < apart.width(), "{common:?} {apart:?}");
    }

    #[test]
    fn twice_as_often_each_time_is_certain_as_a_part_and_not_as_a_difference() {
        let once: Vec<i64> = (0..400).map(|n| n * 7_919 % 10).collect();
        let policies = [each(&once), each(&once.iter().map(|n| 2 * n).collect::<Vec<_>>())];
        let (common, apart) = by(Statistic::Mean, Effect::Relative, &policies).pairs[0].unwrap();
        assert_eq!(common, Interval { low: 1.0, high: 1.0 });
        assert!(apart.width() > 0.1, "{apart:?}");
        assert!(of(Statistic::Mean, &policies).pairs[0].unwrap().0.width() > 0.1);
    }

    #[test]
    fn the_interval_of_a_value_lies_around_it_and_narrows_with_more_seeds() {
        let width = |seeds: i64| {
            let samples = each(&(0..seeds).map(|n| n * 7_919 % 1_000).collect::<Vec<_>>());
            let slices: Vec<&[i64]> = samples.iter().map(Vec::as_slice).collect();
            let value = value(Statistic::Mean, &slices).unwrap();
            let found = of(Statistic::Mean, &[samples]).values[0].unwrap();
            assert!(found.low < value && value < found.high, "{value} in {found:?}");
            found.width()
        };
        assert!(width(1_600) < 0.6 * width(400));
    }

    #[test]
    fn the_same_differs_by_nothing() {
        let some = each(&[1, 5, 9, 2]);
        for statistic in [Statistic::Mean, Statistic::Quantile(95)] {
            let (common, apart) = of(statistic, &[some.clone(), some.clone()]).pairs[0].unwrap();
            assert_eq!(common, Interval { low: 0.0, high: 0.0 });
            assert!(apart.width() > 0.0);
        }
    }

    #[test]
    fn where_nothing_was_measured_there_is_no_interval() {
        let found = of(Statistic::Mean, &[vec![vec![]], vec![vec![1]]]);
        assert_eq!((found.values[0], found.pairs[0]), (None, None));
        assert!(found.values[1].is_some());
        assert!(intervals(&[], &[], 2).is_empty());
    }

    #[test]
    fn a_difference_of_means_is_of_the_seeds_that_have_both() {
        // The seeds that only one policy measured would pull the difference to about 50.
        let a = vec![vec![1], vec![], vec![3], vec![4]];
        let b = vec![vec![2], vec![100], vec![4], vec![]];
        let (common, _) = of(Statistic::Mean, &[a, b]).pairs[0].unwrap();
        assert!((common.low - 1.0).abs() < 1e-9 && (common.high - 1.0).abs() < 1e-9, "{common:?}");
    }

    proptest! {
        /// What is fast comes to the same as to write down every seed that is drawn.
        #[test]
        fn a_value_of_drawn_seeds_is_the_value_of_these_seeds(
            seeds in prop::collection::vec(prop::collection::vec(-9i64..9, 0..4), 1..30),
            stream in 0u64..50,
            percent in 1u8..100,
        ) {
            let slices: Vec<&[i64]> = seeds.iter().map(Vec::as_slice).collect();
            let times = times(stream, seeds.len());
            let mut written: Vec<&[i64]> = Vec::new();
            for (samples, times) in slices.iter().zip(&times) {
                written.extend(std::iter::repeat_n(samples, *times as usize));
            }
            for statistic in [Statistic::Mean, Statistic::Quantile(percent)] {
                let (fast, slow) = (Column::of(statistic, slices.iter().copied()).value(&times), value(statistic, &written));
                prop_assert_eq!(fast.is_some(), slow.is_some());
                prop_assert!((fast.unwrap_or(0.0) - slow.unwrap_or(0.0)).abs() < 1e-9, "{:?} and {:?}", fast, slow);
            }
        }
    }
}
