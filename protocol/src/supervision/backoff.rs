//! How long to wait before a restart (`actors.md` C.2).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::millis;
use crate::time::nanos;

/// Waits longer the more restarts there were of late, with a part that is drawn, so that what failed together does not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backoff {
    /// Before the first restart; as data, in milliseconds.
    #[serde(rename = "initial_ms", with = "millis")]
    pub initial: Duration,
    /// Each next one waits so many percent of the one before; 200 doubles.
    #[serde(default = "doubling")]
    pub factor_percent: u32,
    /// None waits longer, but for jitter; as data, in milliseconds.
    #[serde(rename = "cap_ms", with = "millis")]
    pub cap: Duration,
    /// Up to so many percent are added by chance.
    #[serde(default)]
    pub jitter_percent: u32,
}

/// Each wait is twice the one before, if nothing else is said.
const fn doubling() -> u32 {
    200
}

impl Backoff {
    /// The wait before a restart that had `earlier` others before it of late, without jitter. Whole numbers, so that every machine waits as long.
    pub fn delay(&self, earlier: u32) -> Duration {
        let cap = nanos(self.cap);
        let grow = |delay: u64| {
            let grown = u128::from(delay) * u128::from(self.factor_percent) / 100;
            u64::try_from(grown).unwrap_or(u64::MAX).min(cap)
        };
        let mut delay = nanos(self.initial).min(cap);
        for _ in 0..earlier {
            let next = grow(delay);
            if next == delay {
                break;
            }
            delay = next;
        }
        Duration::from_nanos(delay)
    }

    /// The same with its part of chance, given raw bits; none if they are 0.
    pub fn delay_with(&self, earlier: u32, bits: u64) -> Duration {
        let delay = self.delay(earlier);
        let most = u128::from(nanos(delay)) * u128::from(self.jitter_percent) / 100;
        let jitter = (most * u128::from(bits)) >> 64;
        delay + Duration::from_nanos(u64::try_from(jitter).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOUBLING: Backoff = Backoff {
        initial: Duration::from_secs(1),
        factor_percent: 200,
        cap: Duration::from_secs(16),
        jitter_percent: 50,
    };

    #[test]
    fn it_grows_by_its_factor_up_to_its_cap() {
        let delays = [0, 1, 2, 4, 5, 4_000_000_000].map(|earlier| DOUBLING.delay(earlier).as_secs());
        assert_eq!(delays, [1, 2, 4, 16, 16, 16]);
    }

    #[test]
    fn jitter_adds_at_most_its_share_and_nothing_if_the_draw_is_dull() {
        assert_eq!(DOUBLING.delay_with(1, 0), Duration::from_secs(2));
        let most = DOUBLING.delay_with(1, u64::MAX);
        assert!(most > Duration::from_millis(2_999) && most <= Duration::from_secs(3), "{most:?}");
    }
}
