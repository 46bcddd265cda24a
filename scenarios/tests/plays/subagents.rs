//! The scenario against itself.

use rehearsal::registry::rehearsal;
use rehearsal::run::{RunSpec, Verdict};
use rehearsal::{Profile, Scenario};
use rehearsal_scenarios_agents::subagents::{Delegation, SUBAGENTS};

use super::exam::{every_goal_is_reached_without_faults, every_variant_trips_its_own, reference_holds};

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
fn every_policy_holds() {
    let usual = Delegation::default();
    for name in usual.policies() {
        let mut runner = rehearsal(usual.under(name).expect(name)).runner();
        for seed in 0..1_000 {
            let outcome = runner.run(&RunSpec::seeded(seed, &Profile::CHAOS));
            assert_eq!(outcome.verdict, Verdict::Pass, "seed {seed:#x} under {name}");
        }
    }
}
