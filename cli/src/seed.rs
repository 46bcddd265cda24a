//! Seeds as they are typed: hex as printed, `0x1f`, or decimal.

use std::ops::Range;

use rehearsal_reports::terminal::figures::count;

use crate::error::Error;

/// The seeds of a campaign as they are typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seeds {
    /// So many.
    Count(u64),
    /// From the first to before the last.
    Range(Range<u64>),
}

impl Seeds {
    /// Which ones, if `--seed` says where to begin.
    pub(crate) fn from(&self, first: Option<u64>) -> Result<Range<u64>, Error> {
        match (self, first) {
            (Self::Range(range), None) => Ok(range.clone()),
            (Self::Range(range), Some(_)) => Err(Error::Usage(format!(
                "--seed and the range --seeds {:#x}..{:#x} both say where to begin\n  leave --seed out, or give --seeds a number",
                range.start, range.end
            ))),
            (Self::Count(number), first) => {
                let first = first.unwrap_or(0);
                let end = first.checked_add(*number).ok_or_else(|| {
                    let number = count(*number);
                    Error::Usage(format!(
                        "there are not {number} seeds from {first:#x} on\n  begin lower, or take fewer"
                    ))
                })?;
                Ok(first..end)
            }
        }
    }
}

/// One seed.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    number(text)
        .map_err(|why| format!("{why}\n  a seed is a 64-bit number, in hex as `0x1f` or in decimal as `31`"))
}

/// `1000`, or `0x100..0x200`.
pub(crate) fn parse_seeds(text: &str) -> Result<Seeds, String> {
    let mend = |why| format!("{why}\n  give a number of seeds as `1000`, or a range as `0x100..0x200`");
    let Some((first, end)) = text.split_once("..") else {
        return match number(text).map_err(mend)? {
            0 => Err(mend("0 seeds are none".to_owned())),
            count => Ok(Seeds::Count(count)),
        };
    };
    let range = number(first).map_err(mend)?..number(end).map_err(mend)?;
    if range.is_empty() {
        return Err(mend("the range is empty: its end is not part of it".to_owned()));
    }
    Ok(Seeds::Range(range))
}

fn number(text: &str) -> Result<u64, String> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let digits = hex.unwrap_or(text);
    let radix = if hex.is_some() { 16 } else { 10 };
    if !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix)) {
        return u64::from_str_radix(digits, radix).map_err(|_| format!("`{text}` does not fit into 64 bits"));
    }
    if hex.is_none() && !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(format!("`{text}` has hex digits but no `0x`: write `0x{text}`"));
    }
    Err(format!("`{text}` is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_hex_or_decimal() {
        assert_eq!(parse("0x1f"), Ok(31));
        assert_eq!(parse("31"), Ok(31));
        assert_eq!(parse("0xffffffffffffffff"), Ok(u64::MAX));
    }

    #[test]
    fn a_malformed_seed_says_how_to_write_one() {
        assert!(parse("1f").unwrap_err().contains("write `0x1f`"));
        assert!(parse("0x1ffffffffffffffff").unwrap_err().contains("64 bits"));
        for text in ["", "0x", "seed", "-1", "+1", "0x-1", "1 2", "1_000"] {
            assert!(parse(text).unwrap_err().contains("is not a number"), "{text}");
        }
    }

    #[test]
    fn seeds_of_a_campaign_are_a_number_or_a_range() {
        assert_eq!(parse_seeds("1000"), Ok(Seeds::Count(1_000)));
        assert_eq!(parse_seeds("0x10..32"), Ok(Seeds::Range(16..32)));
        for text in ["0", "5..5", "6..5", "..", "1..", "..5", "1...5", "1..=5"] {
            assert!(parse_seeds(text).is_err(), "{text}");
        }
    }
}
