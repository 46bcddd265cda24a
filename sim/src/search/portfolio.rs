//! Several strategies, by the seed: what one is blind to, another sees.

use super::{Strategy, Way, delay_bounded, pct, pos, random};
use crate::choice::Insists;
use crate::choice::generator::{draw, name};

/// Which strategy makes the run of a seed is a function of the seed alone, so the report of a range of seeds depends
/// neither on the number of workers nor on what was found before.
pub static STRATEGY: Strategy = Strategy {
    name: "portfolio",
    sentence: "all of these in turns, by the seed; the campaign says what each found",
    insists_on: Insists::Nothing,
    way: Way::Arms(arm),
};

/// The arms, with their shares of the seeds. What finds most bugs soonest on `score` has most; what is slower but sees other
/// failures has some.
static ARMS: [(&Strategy, u64); 4] =
    [(&random::STRATEGY, 3), (&pct::STRATEGY, 4), (&pos::STRATEGY, 1), (&delay_bounded::STRATEGY, 1)];

fn arm(seed: u64) -> &'static Strategy {
    let total: u64 = ARMS.iter().map(|(_, share)| share).sum();
    let mut place = draw(seed, name("portfolio arm"), 0) % total;
    for (strategy, share) in ARMS {
        match place.checked_sub(share) {
            Some(rest) => place = rest,
            None => return strategy,
        }
    }
    unreachable!("a place lies below the sum of all shares")
}
