//! Exhaustive search that prunes equal states finds what it finds without: the same failures with as few deviations, and the same outcomes.

use std::collections::{BTreeMap, BTreeSet};

use rehearsal::choice::Deviation;
use rehearsal::explore::{ExploreSpec, Explored, Follower, Pruning, explore};
use rehearsal::fault::Profile;
use rehearsal::registry::{Rehearsal, rehearsal};
use rehearsal::run::{AnyRunner, Outcome, Verdict};
use rehearsal_locks::commit;
use rehearsal_scenarios_locks::commit::TwoPhase;
use rehearsal_scenarios_sessions::session_small::SESSION_SMALL;
use rehearsal_scenarios_testbed::ring::Ring;

/// What runs come to.
#[derive(Default)]
struct Found {
    /// The states of all actors, the verdict to the word, and how many events there were.
    outcomes: BTreeSet<String>,
    /// For each failure, the fewest deviations that show it.
    failures: BTreeMap<String, usize>,
    states: String,
}

impl Follower for Found {
    fn left(&mut self, runner: &dyn AnyRunner) {
        let states = (0..runner.paths()).map(|slot| runner.inspect(runner.path(slot)));
        self.states = format!("{:?}", states.collect::<Vec<_>>());
    }

    fn visit(&mut self, deviations: &[Deviation], outcome: &Outcome, _: &Explored) -> bool {
        let Outcome { verdict, events, .. } = outcome;
        self.outcomes.insert(format!("{verdict:?} {events} {}", self.states));
        if *verdict != Verdict::Pass {
            let fewest = self.failures.entry(outcome.signature().unwrap_or_default()).or_insert(usize::MAX);
            *fewest = (*fewest).min(deviations.len());
        }
        true
    }
}

fn explored(
    system: &dyn Rehearsal,
    profile: &'static Profile,
    deviations: u32,
    pruning: Pruning,
) -> (Explored, Found) {
    let spec = ExploreSpec { profile, seed: 0, deviations, budget: u64::MAX, fail_fast: false, pruning };
    let mut outcomes = Found::default();
    let explored = explore(system.runner().as_ref(), &spec, &mut outcomes);
    assert_eq!(explored.complete_up_to, Some(deviations));
    (explored, outcomes)
}

/// Both ways; returns the failures.
fn both(name: &str, system: &dyn Rehearsal, profile: &'static Profile, deviations: u32) -> Vec<String> {
    let (all, whole) = explored(system, profile, deviations, Pruning::None);
    let (few, pruned) = explored(system, profile, deviations, Pruning::EqualStates);
    println!(
        "{name} under {} with {deviations}: {} runs, {} with pruning, {} outcomes, {} failures",
        profile.name,
        all.runs,
        few.runs,
        whole.outcomes.len(),
        whole.failures.len()
    );
    assert_eq!(all.pruned, 0);
    let begun = few.runs + few.pruned;
    assert!(few.runs < all.runs && begun <= all.runs, "{name}: {} runs and {begun} begun", all.runs);
    assert!(
        whole.outcomes == pruned.outcomes,
        "{name}: {} outcomes and {}",
        whole.outcomes.len(),
        pruned.outcomes.len()
    );
    assert_eq!(whole.failures, pruned.failures, "{name}");
    let signatures = |explored: &Explored| {
        explored.violations.iter().map(|found| found.signature.clone()).collect::<BTreeSet<_>>()
    };
    assert_eq!(signatures(&all), signatures(&few), "{name}");
    whole.failures.into_keys().collect()
}

#[test]
fn a_commit_and_its_planted_bugs_come_to_the_same() {
    use commit::Variant::{AsksOnce, LateVote, Majority, Reference};
    for (variant, trips) in
        [(Reference, None), (LateVote, Some("2PC-1")), (Majority, Some("2PC-2")), (AsksOnce, Some("2PC-3"))]
    {
        let system = rehearsal(TwoPhase { participants: 2, variant });
        let failures = both(&format!("commit {variant:?}"), system.as_ref(), &Profile::CHAOS, 1);
        assert!(
            failures.iter().all(|failure| trips.is_some_and(|id| failure.starts_with(id))),
            "{failures:?}"
        );
        both(&format!("commit {variant:?}"), system.as_ref(), &Profile::LOSSY, 2);
    }
}

#[test]
fn a_ring_comes_to_the_same() {
    let system = rehearsal(Ring { actors: 2, nodes: 2, tokens: 2, hops: 3 });
    both("ring", system.as_ref(), &Profile::CHAOS, 1);
}

#[test]
fn a_small_session_and_some_of_its_planted_bugs_come_to_the_same() {
    for variant in [None, Some("two-loops"), Some("stored-interrupt"), Some("take-then-record")] {
        let system = SESSION_SMALL.built(variant);
        both(&format!("session-small {variant:?}"), system.as_ref(), &Profile::CHAOS, 1);
    }
    both("session-small", SESSION_SMALL.built(Some("drop-unhandled")).as_ref(), &Profile::LOSSY, 2);
    both("session-small", SESSION_SMALL.built(None).as_ref(), &Profile::CRASHES, 1);
}
