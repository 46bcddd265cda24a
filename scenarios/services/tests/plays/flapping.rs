use rehearsal::Profile;
use rehearsal_scenarios_services::flapping::FLAPPING;

use rehearsal::exam::{difference, every_variant_trips_its_own, reference_holds};

#[test]
fn the_reference_holds_under_chaos() {
    reference_holds(&FLAPPING, &Profile::CHAOS, 3_000);
}

#[test]
fn every_variant_trips_its_own_invariant() {
    every_variant_trips_its_own(&FLAPPING, 20_000);
}

#[test]
fn a_breaker_spares_the_dependency_calls_the_supervisor_restarts_and_clients_time() {
    let between = ["restart-at-once", "circuit-breaker"];
    for metric in ["calls in vain", "time to know p95", "restarts"] {
        let found = difference(&FLAPPING, metric, between, 300);
        assert!(found.mean < 0.0 && found.interval.is_clear(), "{metric}: {found:?}");
    }
}
