//! The plain draw: every choice by the weights of its menu.

use super::{Strategy, Way};
use crate::choice::Insists;

/// Swarm testing: a random half of the kinds of faults is on in each seed, at rates that differ between seeds.
pub static STRATEGY: Strategy = Strategy {
    name: "random",
    sentence: "every choice is drawn by the weights of its menu; a random half of the faults is on in each seed",
    insists_on: Insists::Nothing,
    way: Way::Plain,
};
