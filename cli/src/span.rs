//! Times as they are typed: `30s`, `1.5m`, `250ms`.

use std::time::Duration;

const UNITS: [(&str, f64); 4] = [("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3_600.0)];

/// A time above zero, with its unit.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let mend = |why: &str| format!("{why}\n  a time is a number with a unit: `500ms`, `30s`, `10m`, `1h`");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &text[digits.len()..];
    if unit.is_empty() && !digits.is_empty() {
        return Err(mend(&format!("`{text}` has no unit")));
    }
    let plain = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    let number = digits.parse::<f64>().ok().filter(|_| plain);
    let seconds = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, seconds)| *seconds);
    let (Some(number), Some(seconds)) = (number, seconds) else {
        return Err(mend(&format!("`{text}` is not a time")));
    };
    let span = Duration::try_from_secs_f64(number * seconds).unwrap_or(Duration::MAX);
    if span.is_zero() {
        return Err(mend("a time of zero leaves no time"));
    }
    // Longer than anyone waits, and short enough to be added to without overflow.
    Ok(span.min(Duration::from_secs(u64::from(u32::MAX))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit() {
        let spans = ["500ms", "30s", "1.5m", "1h"].map(|text| parse(text).unwrap().as_millis());
        assert_eq!(spans, [500, 30_000, 90_000, 3_600_000]);
        assert!(parse("30").unwrap_err().contains("no unit"));
        for text in ["", "s", "-1s", "1x", "1e3s", "1..2s", "0s", "30 s", "ß"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
