//! What a search strategy does is a function of the seed and the scenario, and what it finds is a list of deviations.

use std::sync::Arc;

use rehearsal::choice::overrides;
use rehearsal::choice::{Base, Deviation};
use rehearsal::explore::{ExploreSpec, Explored, Follower, Pruning, explore};
use rehearsal::fault::{PROFILES, Profile};
use rehearsal::run::{AnyRunner, Outcome, RunSpec, Verdict};
use rehearsal::search::STRATEGIES;
use rehearsal_scenarios_sessions::session::SESSION;
use rehearsal_scenarios_sessions::session_small::SESSION_SMALL;

fn session() -> Box<dyn AnyRunner> {
    SESSION.built(None).runner()
}

#[test]
fn a_run_of_any_strategy_can_be_had_again_from_its_deviations() {
    let mut runner = session();
    for (strategy, profile) in STRATEGIES.iter().flat_map(|by| PROFILES.iter().map(move |of| (by, of))) {
        for seed in 0..10 {
            let spec = RunSpec { record_choices: true, ..RunSpec::seeded(seed, profile).by(strategy) };
            let first = runner.run(&spec);
            let made = Arc::new(overrides(runner.deviations()));
            let faulty = Some(runner.plan().faulty);
            let again = RunSpec { base: Base::Benign, overrides: Some(made), faulty, ..spec };
            let name = format!("{} under {}, seed {seed:#x}", strategy.name, profile.name);
            assert_eq!(runner.run(&again).trace_hash, first.trace_hash, "{name}");
        }
    }
}

#[test]
fn what_ran_before_does_not_change_a_run() {
    for strategy in STRATEGIES {
        let spec = |seed| RunSpec::seeded(seed, &Profile::CHAOS).by(strategy);
        let mut used = session();
        let hashes: Vec<u64> = (0..50).map(|seed| used.run(&spec(seed)).trace_hash).collect();
        for seed in [49, 7] {
            assert_eq!(session().run(&spec(seed)).trace_hash, hashes[seed as usize], "{}", strategy.name);
        }
    }
}

#[test]
fn a_portfolio_runs_each_seed_as_one_of_its_arms_would() {
    let portfolio = rehearsal::search::Strategy::named("portfolio").unwrap();
    let mut runner = session();
    let mut arms = Vec::new();
    for seed in 0..100 {
        let arm = portfolio.arm(seed);
        let [one, other] =
            [portfolio, arm].map(|by| runner.run(&RunSpec::seeded(seed, &Profile::CHAOS).by(by)).trace_hash);
        assert_eq!(one, other, "seed {seed:#x}");
        if !arms.contains(&arm.name) {
            arms.push(arm.name);
        }
    }
    assert_eq!(arms.len(), 4, "every arm has its turn: {arms:?}");
}

/// A seed that takes draws of earlier ones, by coverage.
const CHILD: u64 = 20;

#[test]
fn strategies_differ_from_each_other() {
    let mut runner = session();
    let plain = STRATEGIES.iter().filter(|strategy| strategy.name != "portfolio");
    // Not among the first of a block, which are plain draws by coverage, too.
    let spec = |by| RunSpec::seeded(CHILD, &Profile::CHAOS).by(by);
    let mut hashes: Vec<u64> = plain.map(|by| runner.run(&spec(by)).trace_hash).collect();
    let count = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), count);
}

/// The planted bugs that at most two deviations show in the small session; the others need a second client, a second key, or
/// more to go wrong.
const WITHIN_TWO: [&str; 15] = [
    "forget-seen",
    "lifo-interject",
    "lost-wakeup",
    "no-dequeue-on-failure",
    "clear-before-store",
    "drop-unhandled",
    "lower-lane-first",
    "unbounded-backlog",
    "stored-interrupt",
    "drop-partial",
    "double-completion",
    "take-then-record",
    "store-any-result",
    "accept-late",
    "row-per-duplicate",
];

struct Nobody;

impl Follower for Nobody {
    fn visit(&mut self, _: &[Deviation], _: &Outcome, _: &Explored) -> bool {
        true
    }
}

#[test]
fn exhaustive_search_finds_each_planted_bug_that_two_deviations_show() {
    let profile = Profile::named("lossy").unwrap();
    let spec = ExploreSpec {
        profile,
        seed: 0,
        deviations: 2,
        budget: u64::MAX,
        fail_fast: true,
        pruning: Pruning::EqualStates,
    };
    for variant in SESSION_SMALL.variants.iter().filter(|variant| WITHIN_TWO.contains(&variant.name)) {
        let explored = explore(SESSION_SMALL.built(Some(variant.name)).runner().as_ref(), &spec, &mut Nobody);
        let [found] = &explored.violations[..] else { panic!("{} was not found", variant.name) };
        let Verdict::Violation(violation) = &found.outcome.verdict else { panic!("{}", found.signature) };
        assert_eq!(violation.invariant, variant.trips, "{}", variant.name);
        assert!(found.deviations.len() <= 2);
    }
}
