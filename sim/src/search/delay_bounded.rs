//! A dull run but for a few deviations, placed anywhere in it.
//!
//! Many bugs need two or three things to go wrong and everything else to go right; a run in which everything varies hides
//! them under noise. So here the world is benign but for one to four choice points, uniform over those that a dull run has,
//! and at each of them every entry that is offered is as likely. What actors draw for themselves, their workload, is drawn
//! from the seed as ever.
//!
//! How many choice points there are is measured in a few dull runs of fixed seeds before the first run, so a run is a
//! function of its seed and the scenario, and not of what ran before.

use super::{Strategy, Way};
use crate::choice::asked::{Afterwards, Counted};
use crate::choice::generator::{draw, name};
use crate::choice::{Asked, Insists, Source, Value};

/// The swarm decides which kinds of faults are offered.
pub static STRATEGY: Strategy = Strategy {
    name: "delay-bounded",
    sentence: "a dull run but for one to four deviations, placed anywhere in it",
    insists_on: Insists::Nothing,
    way: Way::Measured(|seed, size| Box::new(DelayBounded::new(seed, size))),
};

const PLACE: u64 = name("delay-bounded place");

const MOST_DEVIATIONS: u64 = 4;

/// The few places at which one run deviates.
#[derive(Clone, Debug)]
pub(crate) struct DelayBounded {
    /// How many choices of the world were made so far.
    asked: u32,
    places: Vec<u32>,
}

impl DelayBounded {
    fn new(seed: u64, size: Counted) -> Self {
        let count = 1 + draw(seed, PLACE, 0) % MOST_DEVIATIONS;
        let place = |n: u64| draw(seed, PLACE, n as u32) % u64::from(size.choices.max(1));
        Self { asked: 0, places: (1..=count).map(|n| place(n) as u32).collect() }
    }

    /// No deviation at all, for measuring.
    pub(crate) fn dull() -> Self {
        Self { asked: 0, places: Vec::new() }
    }
}

impl Source for DelayBounded {
    fn choose(&mut self, asked: &Asked<'_>) -> Value {
        if asked.is_of_an_actor() {
            return asked.drawn;
        }
        let place = self.asked;
        self.asked += 1;
        if self.places.contains(&place) { asked.offer.deviation(asked.bits) } else { Value::BENIGN }
    }

    /// In a dull schedule, everything that was sent arrives as soon as it can: it is fair.
    fn healed(&mut self) -> Afterwards {
        Afterwards::GoesOn
    }
}
