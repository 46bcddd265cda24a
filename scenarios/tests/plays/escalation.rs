use rehearsal::Profile;
use rehearsal_scenarios::escalation::ESCALATION;

use super::exam::{difference, every_variant_trips_its_own, reference_holds};

#[test]
fn the_reference_holds_under_chaos() {
    reference_holds(&ESCALATION, &Profile::CHAOS, 2_000);
}

#[test]
fn every_variant_trips_its_own_invariant() {
    every_variant_trips_its_own(&ESCALATION, 20_000);
}

#[test]
fn patience_at_the_lowest_level_keeps_failures_from_going_up() {
    let between = ["patient-top", "patient-workers"];
    let found = difference(&ESCALATION, "escalations from workers", between, 300);
    assert!(found.mean < 0.0 && found.interval.is_clear(), "{found:?}");
}
