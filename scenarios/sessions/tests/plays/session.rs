//! The scenario against itself: the reference passes, every goal is reached, every planted bug trips its own invariant.

use std::collections::BTreeSet;

use rehearsal::Scenario;
use rehearsal::check::Properties;
use rehearsal::choice::Base;
use rehearsal::fault::{PROFILES, Profile};
use rehearsal::registry::rehearsal;
use rehearsal::run::{RunSpec, Verdict};
use rehearsal_scenarios_sessions::session::{SESSION, Sessions, invariants};
use rehearsal_sessions::session::GENERATIONS;

use rehearsal::exam::{every_goal_is_reached_without_faults, every_variant_trips_its_own, reference_holds};

#[test]
fn the_reference_holds_under_every_profile() {
    PROFILES.iter().for_each(|profile| reference_holds(&SESSION, profile, 500));
}

#[test]
fn a_dull_run_trips_no_variant() {
    for variant in SESSION.variants {
        let mut runner = SESSION.built(Some(variant.name)).runner();
        let dull = RunSpec { base: Base::Benign, ..RunSpec::seeded(0, &Profile::NONE) };
        assert_eq!(runner.run(&dull).verdict, Verdict::Pass, "{}", variant.name);
    }
}

#[test]
fn every_goal_is_reached_even_without_faults() {
    every_goal_is_reached_without_faults(&SESSION, 2_000);
}

#[test]
fn every_variant_trips_its_own_invariant_first() {
    every_variant_trips_its_own(&SESSION, 3_000);
}

#[test]
fn every_generation_trips_several_invariants() {
    for name in GENERATIONS {
        let mut runner = SESSION.built(Some(name)).runner();
        let mut tripped = BTreeSet::new();
        for seed in 0..300 {
            match runner.run(&RunSpec::seeded(seed, &Profile::CHAOS)).verdict {
                Verdict::Violation(violation) => drop(tripped.insert(violation.invariant)),
                Verdict::Pass | Verdict::Limit(_) => {}
            }
        }
        assert!(tripped.len() > 1, "{name} trips {tripped:?}");
    }
}

#[test]
fn every_invariant_has_a_variant_that_trips_it() {
    let mut properties = Properties::default();
    invariants::state(&mut properties, &Sessions::default().config);
    let trips = |id: &str| SESSION.variants.iter().any(|variant| variant.trips == id);
    let untested: Vec<_> =
        properties.invariants().map(|invariant| &*invariant.id).filter(|id| !trips(id)).collect();
    assert_eq!(untested, [""; 0]);
}

#[test]
fn every_policy_is_one_of_its_own_and_holds() {
    let usual = Sessions::default();
    let under = |name: &&str| usual.under(name).expect(name);
    let configs: BTreeSet<_> =
        usual.policies().iter().map(|name| format!("{:?}", under(name).config)).collect();
    assert_eq!(configs.len(), usual.policies().len(), "two policies are the same");
    for name in usual.policies() {
        let mut runner = rehearsal(under(name)).runner();
        for seed in 0..1_500 {
            let outcome = runner.run(&RunSpec::seeded(seed, &Profile::CHAOS));
            assert_eq!(outcome.verdict, Verdict::Pass, "seed {seed:#x} under {name}");
        }
    }
}
