//! The document of `compare`.

use rehearsal::compare::{Better, Interval, MetricPair, Statistic};
use serde::Serialize;

use super::{StuckActor, nanos, seed};
use crate::compare::CompareResult;

/// The document of a comparison. Values and differences are in the unit of their metric: `count`, `ppm` or `ns`; where its `effect` is `relative`,
/// differences are parts of the value of `a`, and those of single seeds are in the unit all the same.
#[derive(Debug, Serialize)]
pub struct CompareDocument {
    scenario: &'static str,
    profile: &'static str,
    seeds: u64,
    policies: Vec<String>,
    metrics: Vec<MetricDocument>,
    verdicts: Vec<VerdictDocument>,
    cut_short: bool,
    /// The turn that ended it, if one never returned.
    stuck: Option<HungActor>,
    wall_ns: u64,
}

#[derive(Debug, Serialize)]
struct HungActor {
    policy: String,
    #[serde(flatten)]
    actor: StuckActor,
}

#[derive(Debug, Serialize)]
struct MetricDocument {
    name: &'static str,
    unit: &'static str,
    better: &'static str,
    /// `mean`, or a quantile as `p95`.
    statistic: String,
    /// How two policies are compared: `difference`, or `relative`.
    effect: &'static str,
    /// By policy, in their order.
    values: Vec<Option<f64>>,
    pairs: Vec<PairDocument>,
}

#[derive(Debug, Serialize)]
struct PairDocument {
    a: String,
    b: String,
    /// `b - a`, or `b / a - 1` if the effect is relative.
    mean_difference: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    independent_low: Option<f64>,
    independent_high: Option<f64>,
    variance_reduction: Option<f64>,
    seeds: usize,
    swings: Vec<Swing>,
}

#[derive(Debug, Serialize)]
struct Swing {
    seed: String,
    difference: f64,
}

#[derive(Debug, Serialize)]
struct VerdictDocument {
    a: String,
    b: String,
    only_a_passed: u64,
    only_b_passed: u64,
    mcnemar_p: f64,
}

/// The document of a comparison.
pub fn compare(result: &CompareResult) -> CompareDocument {
    let comparison = &result.comparison;
    let name = |place: usize| comparison.policies[place].clone();
    let pair = |pair: &MetricPair| {
        let found = pair.difference;
        let low = |interval: fn(&rehearsal::compare::Difference) -> Interval| {
            found.as_ref().map(|found| interval(found).low)
        };
        let high = |interval: fn(&rehearsal::compare::Difference) -> Interval| {
            found.as_ref().map(|found| interval(found).high)
        };
        PairDocument {
            a: name(pair.a),
            b: name(pair.b),
            mean_difference: found.map(|found| found.mean),
            low: low(|found| found.interval),
            high: high(|found| found.interval),
            independent_low: low(|found| found.independent),
            independent_high: high(|found| found.independent),
            variance_reduction: found.and_then(|found| found.variance_reduction),
            seeds: found.map_or(0, |found| found.seeds),
            swings: pair.swings.iter().map(|(at, by)| Swing { seed: seed(*at), difference: *by }).collect(),
        }
    };
    let metrics = comparison.metrics.iter().map(|metric| MetricDocument {
        name: metric.metric.name,
        unit: metric.metric.unit.name(),
        better: match metric.metric.better {
            Better::Lower => "lower",
            Better::Higher => "higher",
        },
        statistic: match metric.metric.statistic {
            Statistic::Mean => "mean".to_owned(),
            Statistic::Quantile(percent) => format!("p{percent}"),
        },
        effect: metric.metric.effect.name(),
        values: metric.values.clone(),
        pairs: metric.pairs.iter().map(pair).collect(),
    });
    let verdicts = comparison.verdicts.iter().map(|verdict| VerdictDocument {
        a: name(verdict.a),
        b: name(verdict.b),
        only_a_passed: verdict.only_a,
        only_b_passed: verdict.only_b,
        mcnemar_p: verdict.p,
    });
    CompareDocument {
        scenario: result.subject.entry.name,
        profile: result.subject.profile.name,
        seeds: comparison.seeds,
        policies: comparison.policies.clone(),
        metrics: metrics.collect(),
        verdicts: verdicts.collect(),
        cut_short: comparison.cut_short,
        stuck: comparison
            .hung
            .as_ref()
            .map(|hung| HungActor { policy: name(hung.policy), actor: (&hung.stuck).into() }),
        wall_ns: nanos(result.wall),
    }
}
