use std::time::Duration;

use rehearsal::Profile;
use rehearsal_scenarios_services::escalation::ESCALATION;
use rehearsal_services::service::stage::WORK_TIME;

use rehearsal::exam::{compared, difference, every_variant_trips_its_own, reference_holds};

#[test]
fn the_reference_holds_under_chaos() {
    reference_holds(&ESCALATION, &Profile::CHAOS, 2_000);
}

#[test]
fn every_variant_trips_its_own_invariant() {
    every_variant_trips_its_own(&ESCALATION, 20_000);
}

#[test]
fn what_had_passed_the_worker_that_failed_is_no_recovery() {
    let comparison = compared(&ESCALATION, ["otp-defaults", "rest-for-one"], 200);
    let found = comparison.distributions.iter().find(|found| found.name == "time to recovery").unwrap();
    // A worker's clock may be a little fast.
    let is_whole = |nanos: &i64| 2 * Duration::from_nanos(nanos.unsigned_abs()) > WORK_TIME;
    for samples in &found.samples {
        assert!(samples.len() > 50 && samples.iter().all(is_whole), "{samples:?}");
    }
}

#[test]
fn patience_at_the_lowest_level_keeps_failures_from_going_up() {
    let between = ["patient-top", "patient-workers"];
    let found = difference(&ESCALATION, "escalations from workers", between, 300);
    assert!(found.mean < 0.0 && found.interval.is_clear(), "{found:?}");
}
