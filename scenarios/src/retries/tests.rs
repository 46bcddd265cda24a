//! The scenario against itself.

use rehearsal::Profile;
use rehearsal::fault::PROFILES;
use rehearsal::run::{RunSpec, Verdict};

use super::RETRIES;

#[test]
fn the_reference_holds_under_every_profile() {
    for profile in PROFILES {
        let mut runner = RETRIES.built(None).runner();
        for seed in 0..500 {
            let outcome = runner.run(&RunSpec::seeded(seed, profile));
            assert_eq!(outcome.verdict, Verdict::Pass, "seed {seed:#x} of {}", profile.name);
        }
    }
}

#[test]
fn every_variant_trips_its_own_invariant_first() {
    for variant in RETRIES.variants {
        let mut runner = RETRIES.built(Some(variant.name)).runner();
        let found =
            (0..10_000).find_map(|seed| match runner.run(&RunSpec::seeded(seed, &Profile::CHAOS)).verdict {
                Verdict::Violation(violation) => Some(violation.invariant),
                Verdict::Pass | Verdict::Limit(_) => None,
            });
        assert_eq!(found.as_deref(), Some(variant.trips), "{}", variant.name);
    }
}

#[test]
fn every_goal_is_reached_even_without_faults() {
    let goals = RETRIES.built(None).goals();
    let mut reached = vec![false; goals.len()];
    let mut runner = RETRIES.built(None).runner();
    for seed in 0..2_000 {
        let outcome = runner.run(&RunSpec::seeded(seed, &Profile::NONE));
        reached.iter_mut().zip(outcome.goals).for_each(|(reached, now)| *reached |= now);
    }
    let missed: Vec<_> =
        goals.iter().zip(&reached).filter(|(_, reached)| !**reached).map(|(goal, _)| &*goal.name).collect();
    assert_eq!(missed, [""; 0]);
}
