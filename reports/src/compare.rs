//! What comparing policies came to: the input of its reports.

use std::time::Duration;

use rehearsal::compare::{Better, Comparison, Difference, Effect, Metric, Unit};

use crate::subject::{Chosen, Subject};

/// A comparison with what was compared.
pub struct CompareResult {
    /// The scenario.
    pub subject: Subject,
    /// The policies, in their order.
    pub policies: Vec<Chosen>,
    /// What came out.
    pub comparison: Comparison,
    /// How long it took.
    pub wall: Duration,
}

/// A value in its unit, for reading: `99.2 %`, `54.0 ms`, `1.25`.
pub fn in_unit(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Count if value.abs() >= 100.0 => format!("{value:.0}"),
        Unit::Count => format!("{value:.2}"),
        Unit::Share => format!("{:.2} %", value / 1e4),
        Unit::Nanos => format!("{:.1} ms", value / 1e6),
    }
}

/// A difference in the unit of what differs, with its sign; that of two shares is told in percentage points: `+7.42 pp`.
pub fn signed(unit: Unit, value: f64) -> String {
    let text = match unit {
        Unit::Share => format!("{:.2} pp", value.abs() / 1e4),
        _ => in_unit(unit, value.abs()),
    };
    with_sign(value, &text)
}

/// How much one value of the metric is more than another, as they are compared: a difference, or a part of the first: `+157.8 %`.
pub fn effect(metric: &Metric, value: f64) -> String {
    match metric.effect {
        Effect::Difference => signed(metric.unit, value),
        Effect::Relative => with_sign(value, &format!("{:.1} %", value.abs() * 100.0)),
    }
}

fn with_sign(value: f64, text: &str) -> String {
    let is_zero = !text.chars().any(|c| c.is_ascii_digit() && c != '0');
    let sign = match value {
        _ if is_zero => "",
        value if value > 0.0 => "+",
        _ => "-",
    };
    format!("{sign}{text}")
}

/// Whether a difference is clear and which of the two is better by it: -1 the first, 1 the second, 0 neither for certain.
pub fn better(metric: &Metric, difference: &Difference) -> i8 {
    if !difference.interval.is_clear() {
        return 0;
    }
    let more = difference.mean > 0.0;
    match metric.better {
        Better::Higher => {
            if more {
                1
            } else {
                -1
            }
        }
        Better::Lower => {
            if more {
                -1
            } else {
                1
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rehearsal::compare::Statistic;

    use super::*;

    #[test]
    fn a_difference_has_a_sign_unless_nothing_is_left_of_it() {
        assert_eq!(signed(Unit::Share, 74_200.0), "+7.42 pp");
        assert_eq!(signed(Unit::Nanos, -1_500_000.0), "-1.5 ms");
        assert_eq!(signed(Unit::Count, -0.001), "0.00");
        assert_eq!(signed(Unit::Count, -0.25), "-0.25");
    }

    #[test]
    fn what_is_compared_as_a_part_is_told_in_percent() {
        let (unit, better, statistic) = (Unit::Count, Better::Lower, Statistic::Mean);
        let mut metric =
            Metric { name: "restarts", unit, better, statistic, effect: Effect::Difference, source: 0 };
        assert_eq!(effect(&metric, 1.578), "+1.58");
        metric.relative();
        assert_eq!(effect(&metric, 1.578), "+157.8 %");
        assert_eq!(effect(&metric, -0.0001), "0.0 %");
    }
}
