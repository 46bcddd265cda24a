//! The registry: what is in it is there to fail or to be measured, and campaigns take none of it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rehearsal::Profile;
use rehearsal::campaign::{self, CampaignSpec, Unobserved};
use rehearsal_scenarios_testbed::SCENARIOS;

#[test]
fn the_last_scenario_is_the_canary_that_must_fail() {
    let canary = SCENARIOS.last().unwrap();
    let spec = CampaignSpec::new(0..100, &Profile::CHAOS);
    let stop = Arc::new(AtomicBool::new(false));
    assert_eq!(canary.name, "canary");
    assert!(!campaign::run(&canary.built(None).into(), &spec, &stop, &mut Unobserved).passed());
}
