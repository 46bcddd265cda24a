//! What every scenario is asked in its own tests.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rehearsal::Profile;
use rehearsal::compare::{CompareSpec, Comparison, Difference, Under, compare};
use rehearsal::policy::Policy;
use rehearsal::registry::Entry;
use rehearsal::run::{RunSpec, Verdict};
use rehearsal::search::random;

/// The reference passes so many seeds.
pub(super) fn reference_holds(entry: &Entry, profile: &'static Profile, seeds: u64) {
    let mut runner = entry.built(None).runner();
    for seed in 0..seeds {
        let outcome = runner.run(&RunSpec::seeded(seed, profile));
        assert_eq!(outcome.verdict, Verdict::Pass, "seed {seed:#x} of {}", profile.name);
    }
}

/// Every planted bug is found within so many seeds, and trips its own invariant first.
pub(super) fn every_variant_trips_its_own(entry: &Entry, seeds: u64) {
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
pub(super) fn every_goal_is_reached_without_faults(entry: &Entry, seeds: u64) {
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

/// Two policies side by side.
pub(super) fn compared(entry: &Entry, policies: [&str; 2], seeds: u64) -> Comparison {
    let usual = entry.built(None);
    let under = policies.map(|policy| Under {
        policy: policy.to_owned(),
        rehearsal: usual.under(&Policy::Named(policy.to_owned())).unwrap(),
    });
    let (profile, strategy) = (&Profile::CHAOS, &random::STRATEGY);
    let spec =
        CompareSpec { seeds: 0..seeds, profile, strategy, jobs: 1, turn_limit: Duration::from_secs(10) };
    compare(&under, &spec, &Arc::new(AtomicBool::new(false)))
}

/// How far the second policy is above the first by a metric.
pub(super) fn difference(entry: &Entry, metric: &str, policies: [&str; 2], seeds: u64) -> Difference {
    let comparison = compared(entry, policies, seeds);
    let found = comparison.metrics.iter().find(|found| found.metric.name == metric);
    found.unwrap_or_else(|| panic!("no metric {metric}")).pairs[0].difference.unwrap()
}
