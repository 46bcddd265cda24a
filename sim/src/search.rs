//! Search strategies: ways to fill choices in, so that rare bugs are found.
//!
//! - [`random`] — the plain draw by the weights of the menus, a random half of the faults on in each seed;
//! - [`pct`] — chains of messages with priorities, and a few moments at which one is demoted;
//! - [`pos`] — an independent priority for each message, so that delays spread wide;
//! - [`delay_bounded`] — a dull run but for a few deviations, placed anywhere in it;
//! - [`coverage`] — draws of earlier runs that saw something new, mixed with others;
//! - [`portfolio`] — several of them, by the seed.
//!
//! What makes no draws at all, but every run with at most so many deviations, is [`explore`](crate::explore).
//!
//! A strategy is a file here and one line in [`STRATEGIES`]. Each is a [`Source`] of choices that is a function of the seed
//! and the scenario, so that a seed and the name of its strategy are enough to have a run again. Whatever one finds is a list
//! of deviations like any other.
//!
//! **Fair tails.** Adversarial delays end with the faulty phase: from then on a source steps aside and plain draws follow
//! (see [`Source::healed`]). Before that, no delay is unbounded: the latest entry of a menu is a bounded time. So what is owed
//! after the healing is judged under a fair schedule whatever the strategy, and no strategy for that is needed beside.

pub mod coverage;
pub mod delay_bounded;
pub mod pct;
pub mod portfolio;
pub mod pos;
pub mod random;

use crate::choice::asked::Counted;
use crate::choice::{Insists, Source};

/// A way to fill choices in.
#[derive(Debug)]
pub struct Strategy {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it does, in words.
    pub sentence: &'static str,
    /// Kinds of faults that are on in each of its runs, if the profile has them.
    pub insists_on: Insists,
    /// Where its choices come from.
    pub way: Way,
}

/// Where the choices of a strategy come from.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// The plain draw: the fast path.
    Plain,
    /// A source for each run, from its seed.
    Source(fn(seed: u64) -> Box<dyn Source>),
    /// A source for each run, from its seed and the size of dull runs.
    Measured(fn(seed: u64, size: Counted) -> Box<dyn Source>),
    /// Earlier runs of the same block of seeds, see [`coverage`].
    Blocks,
    /// Other strategies, by the seed.
    Arms(fn(seed: u64) -> &'static Strategy),
}

/// Every strategy there is.
pub static STRATEGIES: &[&Strategy] = &[
    &random::STRATEGY,
    &pct::STRATEGY,
    &pos::STRATEGY,
    &delay_bounded::STRATEGY,
    &coverage::STRATEGY,
    &portfolio::STRATEGY,
];

/// The strategy of campaigns and tests that name none. On the planted bugs it needs no more runs than plain draws, and it sees
/// what those are blind to; `score` measures both.
pub static DEFAULT: &Strategy = &portfolio::STRATEGY;

impl Strategy {
    /// The strategy of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        STRATEGIES.iter().find(|strategy| strategy.name == name).copied()
    }

    /// The strategy that makes the run of a seed: itself, unless it is a portfolio.
    pub fn arm(&'static self, seed: u64) -> &'static Self {
        match self.way {
            Way::Arms(arm) => arm(seed),
            Way::Plain | Way::Source(_) | Way::Measured(_) | Way::Blocks => self,
        }
    }
}

/// Two strategies are the same if they have the same name.
impl PartialEq for Strategy {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Strategy {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_strategy_has_a_name_of_its_own_by_which_it_is_found() {
        for strategy in STRATEGIES {
            let found = Strategy::named(strategy.name).expect("it is in the registry");
            assert!(std::ptr::eq(found, *strategy), "two strategies are called {}", strategy.name);
        }
    }

    #[test]
    fn an_arm_is_in_the_registry_and_no_portfolio_itself() {
        for seed in 0..1_000 {
            let arm = portfolio::STRATEGY.arm(seed);
            assert!(STRATEGIES.contains(&arm) && !matches!(arm.way, Way::Arms(_)), "{}", arm.name);
        }
    }
}
