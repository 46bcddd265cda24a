//! The scenario against itself.

use rehearsal::fault::PROFILES;
use rehearsal_scenarios_sessions::retries::RETRIES;

use rehearsal::exam::{every_goal_is_reached_without_faults, every_variant_trips_its_own, reference_holds};

#[test]
fn the_reference_holds_under_every_profile() {
    PROFILES.iter().for_each(|profile| reference_holds(&RETRIES, profile, 500));
}

#[test]
fn every_variant_trips_its_own_invariant_first() {
    every_variant_trips_its_own(&RETRIES, 10_000);
}

#[test]
fn every_goal_is_reached_even_without_faults() {
    every_goal_is_reached_without_faults(&RETRIES, 2_000);
}
