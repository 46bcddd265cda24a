//! What differs between policies for workers that know nothing of each other.

use rehearsal_scenarios_services::pool::POOL;

use rehearsal::exam::difference;

#[test]
fn workers_that_know_nothing_of_each_other_had_better_be_started_alone() {
    let found = difference(&POOL, "availability", ["one-for-all", "one-for-one"], 400);
    assert!(found.mean > 0.0 && found.interval.is_clear(), "{found:?}");
}
