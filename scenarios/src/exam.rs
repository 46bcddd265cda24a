//! What every scenario is asked in its own tests.

use rehearsal::Profile;
use rehearsal::registry::Entry;
use rehearsal::run::{RunSpec, Verdict};

/// The reference passes so many seeds.
pub(crate) fn reference_holds(entry: &Entry, profile: &'static Profile, seeds: u64) {
    let mut runner = entry.built(None).runner();
    for seed in 0..seeds {
        let outcome = runner.run(&RunSpec::seeded(seed, profile));
        assert_eq!(outcome.verdict, Verdict::Pass, "seed {seed:#x} of {}", profile.name);
    }
}

/// Every planted bug is found within so many seeds, and trips its own invariant first.
pub(crate) fn every_variant_trips_its_own(entry: &Entry, seeds: u64) {
    for variant in entry.variants {
        let mut runner = entry.built(Some(variant.name)).runner();
        let found =
            (0..seeds).find_map(|seed| match runner.run(&RunSpec::seeded(seed, &Profile::CHAOS)).verdict {
                Verdict::Violation(violation) => Some(violation.invariant),
                Verdict::Pass | Verdict::Limit(_) => None,
            });
        let found = found.unwrap_or_else(|| panic!("{} was not found", variant.name));
        assert!(variant.is_seen_in(&found), "{} trips {found} and not {}", variant.name, variant.trips);
    }
}

/// Every goal is reached within so many seeds, though nothing goes wrong.
pub(crate) fn every_goal_is_reached_without_faults(entry: &Entry, seeds: u64) {
    let rehearsal = entry.built(None);
    let (goals, mut runner) = (rehearsal.goals(), rehearsal.runner());
    let mut reached = vec![false; goals.len()];
    for seed in 0..seeds {
        let outcome = runner.run(&RunSpec::seeded(seed, &Profile::NONE));
        reached.iter_mut().zip(outcome.goals).for_each(|(reached, now)| *reached |= now);
    }
    let missed: Vec<_> =
        goals.iter().zip(&reached).filter(|(_, reached)| !**reached).map(|(goal, _)| &*goal.name).collect();
    assert_eq!(missed, [""; 0]);
}
