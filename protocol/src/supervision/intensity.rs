//! How many restarts in how long are too many (`actors.md` C.1: intensity).

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::millis;
use crate::time::Time;

/// More restarts than `max` within this long are too many. OTP's default is 1 in 5 s; 0 makes the first one fatal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intensity {
    /// How many restarts are not too many.
    pub max: u32,
    /// Within how long; as data, in milliseconds.
    #[serde(rename = "within_ms", with = "millis")]
    pub within: Duration,
}

impl Default for Intensity {
    fn default() -> Self {
        Self { max: 1, within: Duration::from_secs(5) }
    }
}

/// The restarts of late.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Restarts {
    times: VecDeque<Time>,
}

impl Restarts {
    /// Counts a restart. `false` if there are too many now.
    ///
    /// A restart that is exactly as old as the window still counts, as in OTP.
    pub fn count(&mut self, now: Time, intensity: Intensity) -> bool {
        self.times.push_back(now);
        while self.times.front().is_some_and(|first| now.since(*first) > intensity.within) {
            self.times.pop_front();
        }
        self.of_late() <= intensity.max
    }

    /// How many restarts there were within the window, when one was counted last.
    pub fn of_late(&self) -> u32 {
        self.times.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWICE: Intensity = Intensity { max: 2, within: Duration::from_secs(5) };

    fn at(seconds: u64) -> Time {
        Time::from_nanos(seconds * 1_000_000_000)
    }

    #[test]
    fn one_more_than_the_most_is_too_many() {
        let mut restarts = Restarts::default();
        assert!(restarts.count(at(1), TWICE) && restarts.count(at(2), TWICE));
        assert!(!restarts.count(at(3), TWICE));
    }

    #[test]
    fn a_restart_as_old_as_the_window_counts_and_an_older_one_does_not() {
        let mut restarts = Restarts::default();
        assert!(restarts.count(at(0), TWICE) && restarts.count(at(1), TWICE));
        assert!(!restarts.clone().count(at(5), TWICE));
        assert!(restarts.count(at(6), TWICE), "the first is 6 s old, the second 5");
        assert_eq!(restarts.of_late(), 2);
    }

    #[test]
    fn none_allowed_means_that_the_first_is_fatal() {
        let none = Intensity { max: 0, ..TWICE };
        assert!(!Restarts::default().count(at(0), none));
    }
}
