//! Differences between policies as comma-separated values, one line for each metric and pair.

use std::io::{self, Write};

use crate::compare::CompareResult;

/// Writes all differences; values are in the unit of their metric, differences as well unless its effect is `relative`:
/// then they are parts of the value of `a`.
///
/// # Errors
///
/// If the writer fails.
pub fn compare(out: &mut dyn Write, result: &CompareResult) -> io::Result<()> {
    let comparison = &result.comparison;
    let mut lines = csv::Writer::from_writer(out);
    lines.write_record([
        "metric",
        "unit",
        "effect",
        "a",
        "b",
        "value_a",
        "value_b",
        "mean_difference",
        "low",
        "high",
        "independent_low",
        "independent_high",
        "variance_reduction",
        "seeds",
    ])?;
    for metric in &comparison.metrics {
        for pair in &metric.pairs {
            let found = pair.difference.as_ref();
            let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
            lines.write_record([
                metric.metric.name.to_owned(),
                metric.metric.unit.name().to_owned(),
                metric.metric.effect.name().to_owned(),
                comparison.policies[pair.a].clone(),
                comparison.policies[pair.b].clone(),
                number(metric.values[pair.a]),
                number(metric.values[pair.b]),
                number(found.map(|found| found.mean)),
                number(found.map(|found| found.interval.low)),
                number(found.map(|found| found.interval.high)),
                number(found.map(|found| found.independent.low)),
                number(found.map(|found| found.independent.high)),
                number(found.and_then(|found| found.variance_reduction)),
                found.map_or(0, |found| found.seeds).to_string(),
            ])?;
        }
    }
    lines.flush()
}
