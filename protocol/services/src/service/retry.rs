//! How often a client asks again, and how long it waits before it does (`actors.md` C.3).

use std::time::Duration;

use rehearsal_protocol::supervision::Backoff;
use rehearsal_protocol::time::nanos;
use serde::{Deserialize, Serialize};

use super::client::PATIENCE;

/// When a client asks again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// How often it asks for each request, the first time included.
    pub attempts: u8,
    /// How long it waits before it asks again; not at all if absent.
    #[serde(default)]
    pub wait: Option<Backoff>,
    /// What chance has to do with that.
    #[serde(default)]
    pub jitter: Jitter,
    /// How many requests it may ask for again, over all; any number if absent.
    #[serde(default)]
    pub budget: Option<Budget>,
}

/// What chance has to do with a wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Jitter {
    /// The jitter of the backoff is added to it.
    #[default]
    Added,
    /// Any time up to it is as likely as another.
    Full,
}

/// How much may be asked for again: so much at once, and a share of all requests on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// So many in any case.
    pub reserve: u32,
    /// Each request allows so many hundredths of another.
    pub percent: u32,
}

/// What is left of a budget, in hundredths.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Purse {
    budget: Option<Budget>,
    left: u64,
}

impl Retry {
    /// So many attempts, each as soon as the one before has failed.
    pub const fn at_once(attempts: u8) -> Self {
        Self { attempts, wait: None, jitter: Jitter::Added, budget: None }
    }

    /// So many attempts, with waits that double up to a cap.
    pub const fn doubling(attempts: u8, initial: Duration, cap: Duration) -> Self {
        let wait = Backoff { initial, factor_percent: 200, cap, jitter_percent: 0 };
        Self { wait: Some(wait), ..Self::at_once(attempts) }
    }

    /// The mode cowork: three attempts, 2 s doubled up to 30 s.
    pub const fn cowork() -> Self {
        Self::doubling(3, Duration::from_secs(2), Duration::from_secs(30))
    }

    /// The mode deep: five attempts, 2 s doubled up to 60 s.
    pub const fn deep() -> Self {
        Self::doubling(5, Duration::from_secs(2), Duration::from_secs(60))
    }

    /// The same with full jitter.
    #[must_use]
    pub fn with_full_jitter(self) -> Self {
        Self { jitter: Jitter::Full, ..self }
    }

    /// The same on a budget.
    #[must_use]
    pub fn on_budget(self, reserve: u32, percent: u32) -> Self {
        Self { budget: Some(Budget { reserve, percent }), ..self }
    }

    /// The same without its cap: the planted bug.
    pub(super) fn uncapped(self) -> Self {
        let wait = self.wait.map(|wait| Backoff { cap: Duration::MAX, ..wait });
        Self { wait, ..self }
    }

    /// The wait before the next attempt when `made` were made, given raw bits; with full jitter none if they are 0.
    pub fn wait(&self, made: u8, bits: u64) -> Duration {
        let (Some(wait), earlier) = (self.wait, u32::from(made.saturating_sub(1))) else {
            return Duration::ZERO;
        };
        match self.jitter {
            Jitter::Added => wait.delay_with(earlier, bits),
            Jitter::Full => {
                let part = (u128::from(nanos(wait.delay(earlier))) * u128::from(bits)) >> 64;
                Duration::from_nanos(u64::try_from(part).unwrap_or(u64::MAX))
            }
        }
    }

    /// The shortest and the longest wait before the next attempt when `made` were made.
    pub fn bounds(&self, made: u8) -> (Duration, Duration) {
        (self.wait(made, 0), self.wait(made, u64::MAX))
    }

    /// No request is open for longer: every attempt takes all of a client's patience, and every wait is the longest.
    pub fn longest(&self) -> Duration {
        let waits: Duration = (1..self.attempts).map(|made| self.bounds(made).1).sum();
        PATIENCE * u32::from(self.attempts) + waits
    }
}

impl Purse {
    /// A full one.
    pub fn new(budget: Option<Budget>) -> Self {
        let reserve = budget.map_or(0, |budget| budget.reserve);
        Self { budget, left: u64::from(reserve) * 100 }
    }

    /// A request pays in.
    pub fn pay_in(&mut self) {
        if let Some(budget) = self.budget {
            self.left += u64::from(budget.percent);
        }
    }

    /// Pays for asking again, if there is enough; without a budget there always is.
    pub fn pay_out(&mut self) -> bool {
        if self.budget.is_none() {
            return true;
        }
        let left = self.left.checked_sub(100);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn waits_double_up_to_the_cap() {
        let retry = Retry::doubling(6, MS(50), MS(400));
        let waits = [1, 2, 3, 4, 5].map(|made| retry.wait(made, u64::MAX).as_millis());
        assert_eq!(waits, [50, 100, 200, 400, 400]);
        assert_eq!(Retry::at_once(3).wait(2, u64::MAX), Duration::ZERO);
    }

    #[test]
    fn full_jitter_takes_any_part_of_the_wait() {
        let retry = Retry::doubling(6, MS(100), MS(400)).with_full_jitter();
        assert_eq!(retry.wait(2, 0), Duration::ZERO);
        assert_eq!(retry.wait(2, 1 << 63), MS(100), "half of 200 ms");
        assert!(retry.bounds(2).1 < MS(200) && retry.bounds(2).1 > MS(199));
    }

    #[test]
    fn the_modes_of_agents_are_those_of_the_specification() {
        let waits =
            |retry: Retry| (1..retry.attempts).map(|made| retry.wait(made, 0).as_secs()).collect::<Vec<_>>();
        assert_eq!(waits(Retry::cowork()), [2, 4]);
        assert_eq!(waits(Retry::deep()), [2, 4, 8, 16]);
    }

    #[test]
    fn a_purse_pays_its_reserve_and_a_share_of_what_was_asked_for() {
        let mut purse = Purse::new(Some(Budget { reserve: 1, percent: 50 }));
        assert!(purse.pay_out() && !purse.pay_out());
        purse.pay_in();
        assert!(!purse.pay_out(), "half of one is not enough");
        purse.pay_in();
        assert!(purse.pay_out() && !purse.pay_out());
        assert!(Purse::new(None).pay_out(), "who has no budget pays nothing");
    }
}
