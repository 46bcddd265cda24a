//! Medians and ratios, as a table in Markdown.

use std::fmt;

use crate::measurement::Measurement;
use crate::rounds::Measured;

/// A row for each case, by work.
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    work: String,
    program: &'static str,
    case: String,
    unit: String,
    rates: Vec<f64>,
    of_limit: Option<f64>,
    of_ours: Option<f64>,
    cpu_per_wall: f64,
    memory_mib: f64,
    result: &'static str,
}

impl Table {
    /// The table of what was measured.
    pub fn of(measured: &Measured<'_>) -> Self {
        let rounds_of = |program: &str, name: Option<&str>| {
            let mut rows = measured.rows.iter();
            rows.find(|(case, _)| case.program == program && Some(&*case.name) == name)
                .map(|(_, rounds)| rounds)
        };
        let mut rows: Vec<Row> = measured
            .rows
            .iter()
            .map(|(case, rounds)| {
                // One program measures three libraries.
                let name = without_library(&case.name);
                let of = |by: Option<&Vec<Measurement>>| {
                    by.map(|by| median(rounds.iter().zip(by).map(|(ours, by)| ours.rate / by.rate)))
                };
                Row {
                    work: name.split('_').next().unwrap_or_default().to_owned(),
                    program: case.program,
                    case: case.name.clone(),
                    unit: rounds[0].unit.clone(),
                    rates: rounds.iter().map(|round| round.rate).collect(),
                    of_limit: of(rounds_of("limit", limit_of(name))),
                    of_ours: of(rounds_of("rehearsal", ours_of(name))),
                    cpu_per_wall: median(rounds.iter().map(|round| round.cpu / round.wall)),
                    memory_mib: median(rounds.iter().map(|round| round.memory_kib / 1024.0)),
                    result: match rounds.iter().all(|round| round.is_same(&rounds[0])) {
                        true if rounds[0].is_count_only() => "count only",
                        true => "yes",
                        false => "NO",
                    },
                }
            })
            .collect();
        rows.sort_by(|a, b| a.work.cmp(&b.work));
        Self { rows }
    }
}

/// `kameo_w1` is W1.
fn without_library(case: &str) -> &str {
    let mut libraries = ["ractor_", "kameo_", "tokio_"].into_iter();
    libraries.find_map(|library| case.strip_prefix(library)).unwrap_or(case)
}

/// The limit's case that a case is compared with.
fn limit_of(case: &str) -> Option<&str> {
    Some(match case {
        case if case.starts_with("scale_") => case,
        case if case.ends_with("_dev") => "w3_a_sorted_dev",
        "w3_trace_hash" => return None, // It counts deliveries, and its visitor makes it slow.
        case if case.starts_with("w1") => "w1_sorted",
        case if case.starts_with("w2_x1m") => "w2_x1m_calendar",
        case if case.starts_with("w2_x") => "w2_x100k_calendar",
        case if case.starts_with("w2") => "w2_a_calendar",
        case if case.starts_with("w3_burst") => "w3_burst_a",
        case if case.starts_with("w3") => "w3_a_sorted",
        case if case.starts_with("w4_2pc5") => "w4_2pc5",
        case if case.starts_with("w4_2pc7") => "w4_2pc7",
        case if case.starts_with("w4_tokens") => "w4_tokens",
        case if case.starts_with("w4_dfs_k2") => "w4_dfs_k2",
        case if case.starts_with("w4_dfs") => "w4_dfs_k3",
        _ => return None,
    })
}

/// Our case that a case is compared with.
fn ours_of(case: &str) -> Option<&str> {
    Some(match case {
        case if case.starts_with("scale_") => case,
        case if case.ends_with("_dev") => "w3_dev",
        "w3_trace_hash" => return None,
        case if case.starts_with("w1") => "w1",
        case if case.starts_with("w2_x100k") => "w2_x100k",
        case if case.starts_with("w2_x1m") => "w2_x1m",
        case if case.starts_with("w2") => "w2",
        case if case.starts_with("w3_burst") => "w3_burst",
        case if case.starts_with("w3") => "w3",
        case if case.starts_with("w4_2pc5") => "w4_2pc5",
        case if case.starts_with("w4_2pc7") => "w4_2pc7",
        case if case.starts_with("w4_tokens") => "w4_tokens",
        _ => return None,
    })
}

/// The middle one; of an even number, what lies between the two in the middle.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) {
        f64::midpoint(values[middle - 1], values[middle])
    } else {
        values[middle]
    }
}

/// A rate in four characters or so.
pub fn short(rate: f64) -> String {
    match rate {
        rate if rate >= 1e7 => format!("{:.1} M", rate / 1e6),
        rate if rate >= 1e6 => format!("{:.2} M", rate / 1e6),
        rate if rate >= 1e5 => format!("{:.0} k", rate / 1e3),
        rate if rate >= 1e4 => format!("{:.1} k", rate / 1e3),
        rate => format!("{rate:.0}"),
    }
}

fn ratio(ratio: Option<f64>) -> String {
    match ratio {
        None => "–".to_owned(),
        Some(ratio) if ratio >= 0.1 => format!("{ratio:.2}"),
        Some(ratio) => format!("1/{:.0}", 1.0 / ratio),
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| program | case | median /s | min–max /s | of the limit | of ours | CPU/wall | memory MiB | same in all rounds |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|---|")?;
        for row in &self.rows {
            writeln!(
                f,
                "| {} | {} | {} {} | {}–{} | {} | {} | {:.2} | {:.1} | {} |",
                row.program,
                row.case,
                short(median(row.rates.iter().copied())),
                row.unit,
                short(row.rates.iter().copied().fold(f64::MAX, f64::min)),
                short(row.rates.iter().copied().fold(0.0, f64::max)),
                ratio(row.of_limit),
                ratio(row.of_ours),
                row.cpu_per_wall,
                row.memory_mib,
                row.result,
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!(median([4.0, 1.0, 3.0, 2.0].into_iter()), 2.5);
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
    }

    #[test]
    fn rates_and_ratios_are_short() {
        assert_eq!(
            [123.4, 12_345.0, 123_456.0, 1_234_567.0, 12_345_678.0].map(short),
            ["123", "12.3 k", "123 k", "1.23 M", "12.3 M"]
        );
        assert_eq!([None, Some(0.55), Some(0.01)].map(ratio), ["–", "0.55", "1/100"]);
    }
}
