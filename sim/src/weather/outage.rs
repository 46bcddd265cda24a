//! How long an episode lasts, relative to the protocol's own timeouts.
//!
//! Instant restarts find little: real outages straddle timeouts (FIELD 3.6). So the classes are: short; just below, at and
//! just above each declared timeout; and long.

use std::time::Duration;

use rehearsal_protocol::time::nanos;

use crate::choice::menu::between;

/// The classes of lengths of one system.
#[derive(Clone, Debug)]
pub struct Outages {
    timeouts: Vec<(String, u64)>,
}

const MILLISECOND: u64 = 1_000_000;
const MOST_TIMEOUTS: usize = 5;

impl Outages {
    /// The classes around these timeouts. The first five count; a menu has no room for more.
    pub fn around(timeouts: &[(String, Duration)]) -> Self {
        let timeouts = timeouts.iter().take(MOST_TIMEOUTS).map(|(name, span)| (name.clone(), nanos(*span)));
        Self { timeouts: timeouts.collect() }
    }

    /// How many classes there are.
    pub fn classes(&self) -> u8 {
        2 + 3 * self.timeouts.len() as u8
    }

    /// The length, in nanoseconds, at `share / 2^32` of the range of a class.
    pub fn length(&self, class: u8, share: u32) -> u64 {
        let longest = self.timeouts.iter().map(|(_, span)| *span).max().unwrap_or(1_000 * MILLISECOND);
        match class {
            0 => between(MILLISECOND, 50 * MILLISECOND, share),
            1 => between(longest, longest.saturating_mul(3), share),
            class => {
                let (timeout, where_) = ((class - 2) / 3, (class - 2) % 3);
                let span = self.timeouts[usize::from(timeout) % self.timeouts.len().max(1)].1;
                match where_ {
                    0 => between(span - span / 10, span, share),
                    1 => span,
                    _ => between(span, span + span / 10, share) + 1,
                }
            }
        }
    }

    /// The class in words: `just above lease`.
    pub fn in_words(&self, class: u8) -> String {
        match class {
            0 => "short".to_owned(),
            1 => "long".to_owned(),
            class => {
                let name = &self.timeouts[usize::from((class - 2) / 3) % self.timeouts.len().max(1)].0;
                let place = ["just below", "exactly", "just above"][usize::from((class - 2) % 3)];
                format!("{place} {name}")
            }
        }
    }

    /// The declared timeouts that count, by name, in nanoseconds.
    pub fn timeouts(&self) -> &[(String, u64)] {
        &self.timeouts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_lie_just_below_at_and_just_above_each_timeout() {
        let second = 1_000 * MILLISECOND;
        let outages = Outages::around(&[
            ("lease".to_owned(), Duration::from_secs(1)),
            ("retry".to_owned(), Duration::from_secs(3)),
        ]);
        assert_eq!(outages.classes(), 8);
        for share in [0, 1 << 31, u32::MAX] {
            assert!((900 * MILLISECOND..second).contains(&outages.length(2, share)));
            assert_eq!(outages.length(3, share), second);
            assert!((second + 1..=second + 101 * MILLISECOND).contains(&outages.length(4, share)));
            assert!((3 * second..=9 * second).contains(&outages.length(1, share)));
        }
        assert_eq!(outages.in_words(4), "just above lease");
        assert_eq!(outages.in_words(5), "just below retry");
    }
}
