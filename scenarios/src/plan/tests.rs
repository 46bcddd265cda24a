//! The scenario against itself.

use rehearsal::Profile;
use rehearsal::run::{RunSpec, Verdict};

use super::PLAN;

#[test]
fn the_reference_holds_whatever_crashes_and_whoever_decides() {
    let mut runner = PLAN.built(None).runner();
    for seed in 0..2_000 {
        let outcome = runner.run(&RunSpec::seeded(seed, &Profile::CHAOS));
        assert_eq!(outcome.verdict, Verdict::Pass, "seed {seed:#x}");
    }
}

#[test]
fn every_variant_trips_its_own_invariant_first() {
    for variant in PLAN.variants {
        let mut runner = PLAN.built(Some(variant.name)).runner();
        let found =
            (0..10_000).find_map(|seed| match runner.run(&RunSpec::seeded(seed, &Profile::CHAOS)).verdict {
                Verdict::Violation(violation) => Some(violation.invariant),
                Verdict::Pass | Verdict::Limit(_) => None,
            });
        assert_eq!(found.as_deref(), Some(variant.trips), "{}", variant.name);
    }
}
