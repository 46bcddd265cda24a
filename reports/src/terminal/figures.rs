//! Numbers for reading.

use std::time::Duration;

/// A count with its thousands apart: `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut result = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    result
}

/// A count and what is counted: `1 run`, `2 runs`.
pub fn counted(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", count(number))
}

/// How many a second: `950/s`, `1.2 M/s`.
pub fn rate(number: u64, within: Duration) -> String {
    let seconds = within.as_secs_f64();
    let rate = if seconds > 0.0 { number as f64 / seconds } else { 0.0 };
    if rate >= 1e6 {
        format!("{:.1} M/s", rate / 1e6)
    } else if rate >= 1e4 {
        format!("{:.0} k/s", rate / 1e3)
    } else if rate >= 10.0 {
        format!("{rate:.0}/s")
    } else {
        format!("{rate:.1}/s")
    }
}

/// A span of wall time with about three digits: `4.12ms`, `10.0s`, `2m05s`.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs_f64();
    if seconds >= 60.0 {
        let whole = span.as_secs();
        return format!("{}m{:02}s", whole / 60, whole % 60);
    }
    if seconds >= 1.0 {
        format!("{seconds:.1}s")
    } else if seconds >= 1e-3 {
        format!("{:.1}ms", seconds * 1e3)
    } else {
        format!("{:.0}µs", seconds * 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([counted(1, "run"), counted(2_000, "run")], ["1 run", "2,000 runs"]);
    }

    #[test]
    fn rates_and_spans_keep_the_digits_that_matter() {
        let second = Duration::from_secs(1);
        assert_eq!(
            [3, 950, 12_345, 4_200_000].map(|n| rate(n, second)),
            ["3.0/s", "950/s", "12 k/s", "4.2 M/s"]
        );
        assert_eq!(rate(7, Duration::ZERO), "0.0/s");
        let spans = [250, 4_120, 9_960_000, 125_000_000].map(|micros| span(Duration::from_micros(micros)));
        assert_eq!(spans, ["250µs", "4.1ms", "10.0s", "2m05s"]);
    }
}
