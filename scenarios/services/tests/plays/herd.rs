use rehearsal::Profile;
use rehearsal_scenarios_services::herd::HERD;

use rehearsal::exam::{difference, every_variant_trips_its_own, reference_holds};

#[test]
fn the_reference_holds_under_chaos() {
    reference_holds(&HERD, &Profile::CHAOS, 2_000);
}

#[test]
fn every_variant_trips_its_own_invariant() {
    every_variant_trips_its_own(&HERD, 20_000);
}

#[test]
fn full_jitter_keeps_a_herd_apart() {
    let found = difference(&HERD, "peak queue", ["no-jitter", "full-jitter"], 300);
    assert!(found.mean < 0.0 && found.interval.is_clear(), "{found:?}");
}

#[test]
fn a_limit_bounds_the_queue() {
    let found = difference(&HERD, "peak queue", ["no-jitter", "admission-limit"], 300);
    assert!(found.mean < 0.0 && found.interval.is_clear(), "{found:?}");
}
