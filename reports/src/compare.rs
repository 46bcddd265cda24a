//! What comparing policies came to: the input of its reports.

use std::time::Duration;

use rehearsal::compare::{Better, Comparison, Difference, Metric, Unit};

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
