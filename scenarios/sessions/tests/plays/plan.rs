//! The scenario against itself.

use rehearsal::Profile;
use rehearsal_scenarios_sessions::plan::PLAN;

use rehearsal::exam::{every_variant_trips_its_own, reference_holds};

#[test]
fn the_reference_holds_whatever_crashes_and_whoever_decides() {
    reference_holds(&PLAN, &Profile::CHAOS, 2_000);
}

#[test]
fn every_variant_trips_its_own_invariant_first() {
    every_variant_trips_its_own(&PLAN, 10_000);
}
