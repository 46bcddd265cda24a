//! Policies side by side: the same seeds, and so the same weather, for all of them.
//!
//! - `runs` — makes the runs, under the eye of the watchdog;
//! - [`statistics`] — values, differences and verdicts;
//! - `bootstrap` — the intervals around them.
//!
//! Choices are keyed by stable names, so a policy shifts none that it has no part in: arrivals, latencies and faults are the same for all. What
//! differs between two runs of a seed is what the policies make of it, which is why so few seeds tell so much.

mod bootstrap;
mod runs;
pub mod statistics;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::campaign::Stuck;
use crate::fault::Profile;
pub use crate::measure::{Better, Effect, Measured, Measures, Metric, Statistic, Unit};
use crate::registry::Rehearsal;
use crate::search::Strategy;
use bootstrap::Sampled;
pub use statistics::{Difference, Interval};

/// What is compared.
#[derive(Clone, Debug)]
pub struct CompareSpec {
    /// The seeds.
    pub seeds: Range<u64>,
    /// The mixture of faults.
    pub profile: &'static Profile,
    /// How choices are filled in.
    pub strategy: &'static Strategy,
    /// How many runs at the same time.
    pub jobs: usize,
    /// How long one turn may take before its actor counts as stuck.
    pub turn_limit: Duration,
}

/// A turn that never returned, under one of the policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hung {
    /// The policy, by its place.
    pub policy: usize,
    /// The actor, and the seed.
    pub stuck: Stuck,
}

/// A scenario under a policy.
pub struct Under {
    /// The name of the policy.
    pub policy: String,
    /// The scenario.
    pub rehearsal: Box<dyn Rehearsal>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The names of the policies.
    pub policies: Vec<String>,
    /// How many seeds each ran.
    pub seeds: u64,
    /// What was measured, in its order, over all policies.
    pub metrics: Vec<MetricResult>,
    /// All samples behind the metrics, each once.
    pub distributions: Vec<Distribution>,
    /// For each pair of policies, in how many seeds only one of them passed.
    pub verdicts: Vec<VerdictPair>,
    /// Whether it ended before all seeds were run.
    pub cut_short: bool,
    /// The turn that ended it, if one never returned.
    pub hung: Option<Hung>,
}

/// One metric under all policies.
#[derive(Clone, Debug)]
pub struct MetricResult {
    /// What is measured.
    pub metric: Metric,
    /// Its value under each policy; `None` if there was nothing to measure.
    pub values: Vec<Option<f64>>,
    /// 95 % of the bootstrap of each value.
    pub intervals: Vec<Option<Interval>>,
    /// The differences, for each pair of policies.
    pub pairs: Vec<MetricPair>,
}

/// The samples of one source under each policy.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// What was measured.
    pub name: &'static str,
    /// In what.
    pub unit: Unit,
    /// By policy, in their order: the samples of all seeds, the least first.
    pub samples: Vec<Vec<i64>>,
}

/// Two policies by one metric.
#[derive(Clone, Debug)]
pub struct MetricPair {
    /// The one, by its place.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// How much `b` has more than `a`; `None` if there is nothing to compare.
    pub difference: Option<Difference>,
    /// The seeds in which they differ most, with the difference of that seed.
    pub swings: Vec<(u64, f64)>,
}

/// In how many seeds only one of two policies passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VerdictPair {
    /// The one, by its place.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// Seeds in which only `a` passed.
    pub only_a: u64,
    /// Seeds in which only `b` passed.
    pub only_b: u64,
    /// How likely a split at least as uneven is if neither is better (McNemar's test, exact).
    pub p: f64,
}

/// Runs every seed under every policy, and compares what was measured.
///
/// # Panics
///
/// If the system has no room for threads, or a run panics outside any turn.
pub fn compare(policies: &[Under], spec: &CompareSpec, stop: &Arc<AtomicBool>) -> Comparison {
    let metrics = policies.first().map(|under| under.rehearsal.metrics()).unwrap_or_default();
    // What was cut short is compared as far as it goes without a gap.
    let runs::Runs { measured: runs, cut_short, hung } = runs::all(policies, spec, stop);
    let pairs: Vec<(usize, usize)> =
        (0..policies.len()).flat_map(|a| (a + 1..policies.len()).map(move |b| (a, b))).collect();
    let distributions = distributions(&metrics, &runs, policies.len());
    let sampled: Vec<Sampled<'_>> =
        metrics.iter().map(|metric| sampled(metric, &runs, policies.len())).collect();
    let intervals = bootstrap::intervals(&sampled, &pairs, spec.jobs);
    let results = metrics.iter().zip(&sampled).zip(intervals).map(|((metric, sampled), intervals)| {
        let Sampled { statistic, effect, by_policy } = sampled;
        let pair = |(&(a, b), interval): (&(usize, usize), Option<(Interval, Interval)>)| {
            let (of_a, of_b) = (&by_policy[a], &by_policy[b]);
            let difference = || {
                let ((mean, seeds), (interval, independent)) =
                    (statistics::gap(*statistic, *effect, of_a, of_b)?, interval?);
                let variance_reduction = statistics::variance_reduction(*effect, of_a, of_b);
                Some(Difference { mean, interval, independent, variance_reduction, seeds })
            };
            let swings = statistics::swings(of_a, of_b).into_iter();
            let swings = swings.map(|(place, by)| (spec.seeds.start + place as u64, by)).collect();
            MetricPair { a, b, difference: difference(), swings }
        };
        MetricResult {
            metric: metric.clone(),
            values: by_policy.iter().map(|samples| statistics::value(*statistic, samples)).collect(),
            intervals: intervals.values,
            pairs: pairs.iter().zip(intervals.pairs).map(pair).collect(),
        }
    });
    let verdicts = pairs.iter().map(|&(a, b)| {
        let only = |one: usize, other: usize| {
            runs.iter().filter(|runs| runs[one].passed && !runs[other].passed).count() as u64
        };
        let (only_a, only_b) = (only(a, b), only(b, a));
        VerdictPair { a, b, only_a, only_b, p: statistics::mcnemar(only_a, only_b) }
    });
    Comparison {
        policies: policies.iter().map(|under| under.policy.clone()).collect(),
        seeds: runs.len() as u64,
        metrics: results.collect(),
        distributions,
        verdicts: verdicts.collect(),
        cut_short,
        hung,
    }
}

/// A metric under each policy.
fn sampled<'a>(metric: &Metric, runs: &'a [Vec<Measured>], policies: usize) -> Sampled<'a> {
    let samples =
        |policy: usize| runs.iter().map(|runs| runs[policy].samples[metric.source].as_slice()).collect();
    let by_policy = (0..policies).map(samples).collect();
    Sampled { statistic: metric.statistic, effect: metric.effect, by_policy }
}

/// The samples of each source once, under the name that its metrics have in common.
fn distributions(metrics: &[Metric], runs: &[Vec<Measured>], policies: usize) -> Vec<Distribution> {
    let of_one_source = metrics.chunk_by(|a, b| a.source == b.source);
    let distribution = |metrics: &[Metric]| {
        let Metric { name, unit, source, .. } = metrics[0];
        let common = metrics.iter().fold(name.len(), |common, metric| {
            let same = name.bytes().zip(metric.name.bytes()).take_while(|(a, b)| a == b).count();
            common.min(same)
        });
        let whole = name.get(..common).unwrap_or(name);
        let name = if metrics.len() > 1 { whole.trim_end_matches(" p").trim_end() } else { name };
        let samples = |policy: usize| {
            let all = runs.iter().flat_map(|runs| runs[policy].samples[source].iter().copied());
            let mut all: Vec<i64> = all.collect();
            all.sort_unstable();
            all
        };
        Distribution { name, unit, samples: (0..policies).map(samples).collect() }
    };
    of_one_source.map(distribution).collect()
}
