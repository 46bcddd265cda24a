//! What a registry of scenarios is asked in its own tests: that the reference holds, that every check can fail, and that what is kept still counts.
//!
//! A check that no bug trips is not a check, and a goal that no run reaches proves nothing. So a registry is examined by its planted bugs, in plain tests:
//!
//! ```no_run
//! use rehearsal::exam;
//! # use rehearsal::registry::Entry;
//! # static SCENARIOS: &[&Entry] = &[];
//!
//! #[test]
//! fn each_planted_bug_trips_its_own_invariant_and_its_case_replays() {
//!     exam::planted_bugs_trip_their_own(SCENARIOS, 100_000);
//! }
//!
//! #[test]
//! fn each_invariant_is_tripped_by_some_planted_bug() {
//!     exam::invariants_are_tripped(SCENARIOS);
//! }
//!
//! #[test]
//! fn the_reference_passes_and_reaches_its_goals() {
//!     exam::references_pass(SCENARIOS, 10_000);
//! }
//! ```
//!
//! These ask every scenario that campaigns take; those that campaigns leave out may be there to fail. One scenario can be asked more closely, beside its plays:
//! [`reference_holds`], [`every_variant_trips_its_own`], [`every_goal_is_reached_without_faults`], and of its policies [`difference`]. They run the same seeds
//! every time, one after another, by plain draws.
//!
//! Every function here panics, with the scenario and what was found, if the answer is no: [`cases`](crate::cases) belongs to them, too.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::campaign::{self, CampaignSpec, Failure, Report, Unobserved};
use crate::case::folder::{files, replayed};
use crate::case::{Case, replay, shrink};
use crate::compare::{CompareSpec, Comparison, Difference, Under, compare};
use crate::fault::{PROFILES, Profile};
use crate::policy::Policy;
use crate::registry::{Entry, Rehearsal, Variant};
use crate::run::{RunSpec, Verdict};
use crate::search::random;

/// How many runs a planted bug may be shrunk in.
const SHRINK_BUDGET: u32 = 1_000;

/// Every planted bug is found within so many seeds under [`Profile::CHAOS`], and trips its own invariant first. Its case replays to the same trace, as it was
/// found and as it is shrunk.
///
/// A bug is looked for by the strategy that campaigns use, on one core and up to its first failure: so the answer is the same on every machine.
///
/// # Panics
///
/// If a bug is not found or trips something else, or a case does not replay; or if no scenario is in campaigns.
pub fn planted_bugs_trip_their_own(scenarios: &[&Entry], seeds: u64) {
    let spec = CampaignSpec { jobs: 1, fail_fast: true, ..CampaignSpec::new(0..seeds, &Profile::CHAOS) };
    for entry in in_campaign(scenarios) {
        for variant in entry.variants {
            let rehearsal: Arc<dyn Rehearsal> = entry.built(Some(variant.name)).into();
            let report = run(&rehearsal, &spec);
            let failure = report.failures.first();
            let failure = failure.unwrap_or_else(|| panic!("{}: {} was not found", entry.name, variant.name));
            trips_its_own(entry, variant, failure, rehearsal.as_ref());
        }
    }
}

fn trips_its_own(entry: &Entry, variant: &Variant, failure: &Failure, rehearsal: &dyn Rehearsal) {
    let name = variant.name;
    let case = Case::of(entry.name, Some(name), &Profile::CHAOS, failure);
    let tripped = case.expect.invariant.as_deref().unwrap_or("a limit");
    assert!(variant.is_seen_in(tripped), "{name}: {}, and not {}", failure.signature, variant.trips);
    let diverges = |case: &Case| {
        let again =
            replay(case, Path::new(name), rehearsal).unwrap_or_else(|error| panic!("{name}: {error}"));
        again.divergence
    };
    assert_eq!(diverges(&case), None, "{name}");

    let mut runner = rehearsal.runner();
    let spec = RunSpec::seeded(failure.seed, &Profile::CHAOS).by(failure.strategy);
    let shrunk = shrink(runner.as_mut(), &spec, SHRINK_BUDGET);
    let shrunk = shrunk.unwrap_or_else(|| panic!("{name}: seed {:#x} cannot be shrunk", failure.seed));
    runner.run(&shrunk.spec);
    let small = case.shrunk(runner.as_ref(), &shrunk);
    assert_eq!(diverges(&small), None, "{name}, shrunk to {:#?}", small.shrunk);
}

/// Every invariant of a scenario is what some planted bug is there to trip; those that hold in every scenario (`ACT-`) are tried in the testbed itself.
///
/// # Panics
///
/// If there is an invariant that none trips, or if no scenario is in campaigns.
pub fn invariants_are_tripped(scenarios: &[&Entry]) {
    for entry in in_campaign(scenarios) {
        let invariants = entry.built(None).invariants();
        for invariant in invariants.iter().filter(|invariant| !invariant.id.starts_with("ACT-")) {
            let tripped = entry.variants.iter().any(|variant| variant.trips == invariant.id);
            assert!(tripped, "{}: no planted bug trips {}", entry.name, invariant.id);
        }
    }
}

/// Every scenario without a planted bug passes a campaign of so many seeds under [`Profile::CHAOS`], and each of its goals is reached in some of them.
///
/// # Panics
///
/// If a run fails or a goal is never reached, or if no scenario is in campaigns.
pub fn references_pass(scenarios: &[&Entry], seeds: u64) {
    for entry in in_campaign(scenarios) {
        let report = run(&entry.built(None).into(), &CampaignSpec::new(0..seeds, &Profile::CHAOS));
        assert!(report.failures.is_empty(), "{}: {:#?}", entry.name, report.failures);
        assert!(report.goals_passed(), "{}: {:?}", entry.name, report.unreached().collect::<Vec<_>>());
    }
}

fn in_campaign<'a>(scenarios: &[&'a Entry]) -> Vec<&'a Entry> {
    let asked: Vec<_> = scenarios.iter().copied().filter(|entry| entry.in_campaign).collect();
    assert!(!asked.is_empty(), "no scenario is in campaigns: nothing is proved by asking none");
    asked
}

fn run(rehearsal: &Arc<dyn Rehearsal>, spec: &CampaignSpec) -> Report {
    campaign::run(rehearsal, spec, &Arc::new(AtomicBool::new(false)), &mut Unobserved)
}

/// The planted bugs of which a folder keeps cases, in the order of the files' names. Each case is of another bug, and shrunk to so many deviations at most:
/// what is kept for people to read is short.
///
/// Whether they still show what they were kept for is what [`cases`](crate::cases) tells.
///
/// # Panics
///
/// If a case cannot be read or is not so.
pub fn kept_bugs(folder: impl AsRef<Path>, scenarios: &[&Entry], most: usize) -> Vec<String> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for path in files(folder.as_ref()).unwrap_or_else(|error| panic!("{error}")) {
        let (case, _) = replayed(&path, scenarios).unwrap_or_else(|error| panic!("{error}"));
        let path = path.display();
        let shrunk = case.shrunk.unwrap_or_else(|| panic!("{path} is not shrunk"));
        let deviations = shrunk.deviations.len();
        assert!(deviations <= most, "{path} has {deviations} deviations");
        let variant = case.variant.unwrap_or_else(|| panic!("{path} is not of a planted bug"));
        let bug = (case.scenario, variant);
        assert!(!kept.contains(&bug), "{path} is one more case of `{}`", bug.1);
        kept.push(bug);
    }
    kept.into_iter().map(|(_, variant)| variant).collect()
}

/// The trace hashes of these seeds in each scenario under every profile, one a line: for a text that is kept, and compared in every build and on every
/// machine. Whoever changes a scenario on purpose renews the text.
pub fn trace_hashes(scenarios: &[&Entry], seeds: &[u64]) -> String {
    let mut lines = String::new();
    for entry in scenarios {
        let mut runner = entry.built(None).runner();
        for (profile, seed) in
            PROFILES.iter().flat_map(|profile| seeds.iter().map(move |seed| (profile, *seed)))
        {
            let outcome = runner.run(&RunSpec::seeded(seed, profile));
            let (scenario, profile, hash, turns) =
                (entry.name, profile.name, outcome.trace_hash, outcome.turns);
            let _ = writeln!(lines, "{scenario} {profile} {seed:#x}: {hash:#018x} after {turns} turns");
        }
    }
    lines
}

/// The reference passes so many seeds under a profile.
///
/// # Panics
///
/// If one fails.
pub fn reference_holds(entry: &Entry, profile: &'static Profile, seeds: u64) {
    holds(entry.built(None).as_ref(), profile, seeds, "");
}

/// Under every policy that it has by name, it passes so many seeds under a profile.
///
/// # Panics
///
/// If one fails.
pub fn every_policy_holds(entry: &Entry, profile: &'static Profile, seeds: u64) {
    let usual = entry.built(None);
    for name in usual.policies() {
        holds(under(usual.as_ref(), name).as_ref(), profile, seeds, name);
    }
}

fn holds(rehearsal: &dyn Rehearsal, profile: &'static Profile, seeds: u64, policy: &str) {
    let mut runner = rehearsal.runner();
    for seed in 0..seeds {
        let outcome = runner.run(&RunSpec::seeded(seed, profile));
        assert_eq!(outcome.verdict, Verdict::Pass, "seed {seed:#x} of {} {policy}", profile.name);
    }
}

/// Every planted bug of a scenario is found within so many seeds under [`Profile::CHAOS`], and trips its own invariant first.
///
/// # Panics
///
/// If one is not found or trips something else.
pub fn every_variant_trips_its_own(entry: &Entry, seeds: u64) {
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

/// Every goal of a scenario is reached within so many seeds, though nothing goes wrong: what a goal means does not depend on faults alone.
///
/// # Panics
///
/// If one is not: with those that were missed.
pub fn every_goal_is_reached_without_faults(entry: &Entry, seeds: u64) {
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

/// Two policies of a scenario side by side, over the same seeds under [`Profile::CHAOS`].
///
/// # Panics
///
/// If it has no such policies.
pub fn compared(entry: &Entry, policies: [&str; 2], seeds: u64) -> Comparison {
    let usual = entry.built(None);
    let under =
        policies.map(|policy| Under { policy: policy.to_owned(), rehearsal: under(usual.as_ref(), policy) });
    let (profile, strategy) = (&Profile::CHAOS, &random::STRATEGY);
    let spec =
        CompareSpec { seeds: 0..seeds, profile, strategy, jobs: 1, turn_limit: Duration::from_secs(10) };
    compare(&under, &spec, &Arc::new(AtomicBool::new(false)))
}

fn under(usual: &dyn Rehearsal, policy: &str) -> Box<dyn Rehearsal> {
    usual.under(&Policy::Named(policy.to_owned())).unwrap_or_else(|error| panic!("{policy}: {error}"))
}

/// How far the second of two policies is above the first by a metric, over the same seeds under [`Profile::CHAOS`].
///
/// # Panics
///
/// If the scenario has no such policies or no such metric, or none of the seeds has it under both.
pub fn difference(entry: &Entry, metric: &str, policies: [&str; 2], seeds: u64) -> Difference {
    let comparison = compared(entry, policies, seeds);
    let found = comparison.metrics.iter().find(|found| found.metric.name == metric);
    let found = found.unwrap_or_else(|| panic!("no metric {metric}"));
    found.pairs[0].difference.unwrap_or_else(|| panic!("{metric} was measured in no seed"))
}
