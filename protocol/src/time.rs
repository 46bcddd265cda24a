//! Virtual time.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A point in time, in nanoseconds since the start of the run (in the world) or of the host (elsewhere).
///
/// Additions saturate at [`Time::MAX`], which no run reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(u64);

impl Time {
    /// The start of the run.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens.
    pub const MAX: Self = Self(u64::MAX);

    /// The point `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The time passed since `earlier`, or zero if that lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Time {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(nanos(span)))
    }
}

impl AddAssign<Duration> for Time {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub<Duration> for Time {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(nanos(span)))
    }
}

/// Prints seconds with as many digits as are needed, at least three: `1.203s`, `0.000000250s`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, rest) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        let text = if rest % 1_000_000 == 0 {
            format!("{seconds}.{:03}s", rest / 1_000_000)
        } else if rest % 1_000 == 0 {
            format!("{seconds}.{:06}s", rest / 1_000)
        } else {
            format!("{seconds}.{rest:09}s")
        };
        f.pad(&text)
    }
}

/// The nanoseconds of a span, saturating.
pub fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_prints_as_seconds_with_the_digits_that_matter() {
        assert_eq!(Time::from_nanos(1_203_000_000).to_string(), "1.203s");
        assert_eq!(Time::from_nanos(250).to_string(), "0.000000250s");
        assert_eq!(Time::from_nanos(2_000_500_000).to_string(), "2.000500s");
    }

    #[test]
    fn addition_saturates() {
        assert_eq!(Time::MAX + Duration::from_secs(1), Time::MAX);
        assert_eq!(Time::ZERO - Duration::from_secs(1), Time::ZERO);
    }
}
