//! What differs between policies for stages that depend on each other.

use std::time::Duration;

use rehearsal_protocol::service::stage::WORK_TIME;
use rehearsal_scenarios::pipeline::PIPELINE;

use super::exam::{compared, difference};

#[test]
fn a_policy_differs_from_itself_by_nothing() {
    for metric in compared(&PIPELINE, ["rest-for-one", "rest-for-one"], 200).metrics {
        let pair = &metric.pairs[0];
        if let Some(found) = pair.difference {
            assert_eq!((found.mean, found.interval.width()), (0.0, 0.0), "{}", metric.metric.name);
        }
        assert!(pair.swings.is_empty());
    }
}

#[test]
fn stages_that_depend_on_each_other_had_better_be_started_together() {
    let found = difference(&PIPELINE, "availability", ["one-for-one", "rest-for-one"], 200);
    assert!(found.mean > 0.0 && found.interval.is_clear(), "{found:?}");
}

#[test]
fn common_seeds_more_than_halve_the_intervals_of_what_the_weather_decides() {
    for name in ["availability", "requests lost", "requests duplicated", "work asked for again", "restarts"] {
        let found = difference(&PIPELINE, name, ["one-for-one", "rest-for-one"], 200);
        assert!(2.0 * found.interval.width() <= found.independent.width(), "{name}: {found:?}");
    }
}

#[test]
fn what_had_passed_the_stage_that_failed_is_no_recovery() {
    let comparison = compared(&PIPELINE, ["one-for-one", "rest-for-one"], 200);
    let found = comparison.distributions.iter().find(|found| found.name == "time to recovery").unwrap();
    // A request passes three stages, whose clocks may be a little fast.
    let is_whole = |nanos: &i64| Duration::from_nanos(nanos.unsigned_abs()) > 2 * WORK_TIME;
    for samples in &found.samples {
        assert!(samples.len() > 50 && samples.iter().all(is_whole), "{samples:?}");
    }
}
