//! The scenarios over madsim: the references pass, and each planted bug trips its own invariant.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rehearsal::campaign::{self, CampaignSpec, Failure, Report, Unobserved};
use rehearsal::fault::Profile;
use rehearsal::registry::{Entry, Rehearsal, Variant};
use rehearsal::search::{self, Strategy, random};
use rehearsal::campaign::staged::{StageCampaign, campaign as staged};
use rehearsal_madsim::MADSIM;
use rehearsal_scenarios::SCENARIOS;

/// The scenarios that run on madsim here.
fn entries() -> impl Iterator<Item = &'static &'static Entry> {
    let on_madsim = SCENARIOS.iter().filter(|entry| ["lease", "session"].contains(&entry.name));
    assert_eq!(on_madsim.clone().count(), 2, "both are in the registry");
    on_madsim
}

fn planted() -> impl Iterator<Item = (&'static Entry, &'static Variant)> {
    entries().flat_map(|entry| entry.variants.iter().map(|variant| (*entry, variant)))
}

/// So many seeds are tried at most to find a planted bug; the rarest needs a crash within a sync.
const ENOUGH: u64 = 5_000;

fn fuzz(entry: &Entry, variant: Option<&Variant>, seeds: Range<u64>) -> Report {
    let rehearsal = entry.built(variant.map(|variant| variant.name));
    let spec = StageCampaign {
        stage: &MADSIM,
        scenario: entry.name,
        rehearsal: rehearsal.as_ref(),
        profile: &Profile::CHAOS,
        seeds,
        time: None,
        jobs: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        fail_fast: variant.is_some(),
    };
    staged(&spec, &AtomicBool::new(false), &mut Unobserved).report
}

fn invariant(failure: &Failure) -> &str {
    failure.signature.split(':').next().expect("there is a first part")
}

#[test]
fn the_references_pass_under_chaos_and_reach_their_goals() {
    for entry in entries() {
        let report = fuzz(entry, None, 0..500);
        assert_eq!(report.internal_error, None, "{}", entry.name);
        assert!(report.failures.is_empty(), "{}: {:#?}", entry.name, report.failures);
        assert!(report.goals_passed(), "{}: {:?}", entry.name, report.unreached().collect::<Vec<_>>());
    }
}

#[test]
fn each_planted_bug_trips_its_own_invariant() {
    for (entry, variant) in planted() {
        let report = fuzz(entry, Some(variant), 0..ENOUGH);
        let found = report.failures.first().unwrap_or_else(|| panic!("{} was not found", variant.name));
        assert!(variant.is_seen_in(invariant(found)), "{}: {}", variant.name, found.signature);
    }
}

/// Not a test but a table, in Markdown, for this folder's README.
#[test]
#[ignore = "prints a table, and takes a minute"]
fn runs_to_find() {
    println!("| Scenario | Planted bug | Trips | madsim | World, plain draws | World, portfolio |");
    println!("|---|---|---|---|---|---|");
    for (entry, variant) in planted() {
        let on_madsim = |seeds| fuzz(entry, Some(variant), seeds);
        let in_world = |strategy| move |seeds| fuzz_in_world(entry, variant, seeds, strategy);
        println!(
            "| {} | {} | {} | {} | {} | {} |",
            entry.name,
            variant.name,
            variant.trips,
            cell(variant, on_madsim),
            cell(variant, in_world(&random::STRATEGY)),
            cell(variant, in_world(search::DEFAULT)),
        );
    }
}

fn fuzz_in_world(entry: &Entry, variant: &Variant, seeds: Range<u64>, strategy: &'static Strategy) -> Report {
    let rehearsal: Arc<dyn Rehearsal> = entry.built(Some(variant.name)).into();
    let spec =
        CampaignSpec { jobs: 1, fail_fast: true, strategy, ..CampaignSpec::new(seeds, &Profile::CHAOS) };
    campaign::run(&rehearsal, &spec, &Arc::new(AtomicBool::new(false)), &mut Unobserved)
}

/// From so many places of the seeds each bug is looked for.
const HUNTS: u64 = 9;
/// A hunt is given up after so many runs.
const PATIENCE: u64 = 20_000;

/// The median of the runs to find, with the least and the greatest.
fn cell(variant: &Variant, fuzz: impl Fn(Range<u64>) -> Report) -> String {
    let mut runs: Vec<Option<u64>> = (0..HUNTS)
        .map(|hunt| {
            let (start, end) = (hunt * PATIENCE, (hunt + 1) * PATIENCE);
            let mut from = start;
            loop {
                let report = fuzz(from..end);
                let found = report.failures.first()?;
                if variant.is_seen_in(invariant(found)) {
                    return Some(found.seed - start + 1);
                }
                from = found.seed + 1; // A limit that was reached, or another invariant that the bug breaks.
            }
        })
        .collect();
    runs.sort_unstable_by_key(|runs| runs.unwrap_or(u64::MAX));
    let text = |runs: Option<u64>| runs.map_or(format!("not in {PATIENCE}"), |runs| runs.to_string());
    let [least, median, greatest] = [0, runs.len() / 2, runs.len() - 1].map(|at| text(runs[at]));
    format!("{median} ({least} to {greatest})")
}
