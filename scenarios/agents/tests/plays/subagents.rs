//! The scenario against itself.

use rehearsal::Profile;
use rehearsal::exam::{
    every_goal_is_reached_without_faults, every_policy_holds, every_variant_trips_its_own, reference_holds,
};
use rehearsal_scenarios_agents::subagents::SUBAGENTS;

#[test]
fn nothing_below_an_interrupted_run_goes_on() {
    reference_holds(&SUBAGENTS, &Profile::CHAOS, 2_000);
}

#[test]
fn every_goal_is_reached_even_without_faults() {
    every_goal_is_reached_without_faults(&SUBAGENTS, 2_000);
}

#[test]
fn every_variant_trips_its_own_invariant_first() {
    every_variant_trips_its_own(&SUBAGENTS, 20_000);
}

#[test]
fn every_policy_holds_under_chaos() {
    every_policy_holds(&SUBAGENTS, &Profile::CHAOS, 1_000);
}
