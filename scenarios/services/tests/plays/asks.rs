//! The scenario against itself.

use rehearsal::Profile;
use rehearsal_scenarios_services::asks::ASKS;

use rehearsal::exam;

#[test]
fn the_reference_holds_under_every_profile() {
    for profile in [&Profile::NONE, &Profile::CHAOS] {
        exam::reference_holds(&ASKS, profile, 300);
    }
}

#[test]
fn every_planted_bug_trips_its_own_invariant() {
    exam::every_variant_trips_its_own(&ASKS, 20_000);
}

#[test]
fn every_goal_is_reached_without_faults() {
    exam::every_goal_is_reached_without_faults(&ASKS, 2_000);
}
