//! The page of scenarios has a row for every invariant and every planted bug of the registry, and each was found.

use std::collections::BTreeSet;

use rehearsal::registry::Entry;
use rehearsal_reports::markdown;
use rehearsal_scenarios::SCENARIOS;

const PAGE: &str = include_str!("../scenarios/README.md");

fn in_campaign() -> impl Iterator<Item = &'static Entry> {
    SCENARIOS.iter().copied().filter(|entry| entry.in_campaign)
}

/// Invariant, sentence and planted bug, as the registry has them.
fn registered(entry: &Entry) -> BTreeSet<[String; 3]> {
    let invariants = entry.built(None).invariants();
    let tripped = |id: &str| invariants.iter().find(|invariant| invariant.id == id);
    let row = |variant: &rehearsal::registry::Variant| {
        let invariant = tripped(variant.trips).unwrap_or_else(|| panic!("{} trips nothing", variant.name));
        [invariant.id.clone(), invariant.sentence.clone(), variant.name.to_owned()]
    };
    entry.variants.iter().map(row).collect()
}

#[test]
fn the_tables_have_the_invariants_and_planted_bugs_of_the_registry() {
    for entry in in_campaign() {
        let renew = format!(
            "rehearse score {} --strategy portfolio --budget 100000 --markdown scenarios/README.md",
            entry.name
        );
        let rows = markdown::rows(PAGE, entry.name);
        let rows = rows.unwrap_or_else(|| panic!("there is no table of {}: `{renew}`", entry.name));
        let listed: BTreeSet<_> =
            rows.iter().map(|[a, b, c, ..]| [a, b, c].map(ToString::to_string)).collect();
        assert_eq!(listed, registered(entry), "the table of {} is old: `{renew}`", entry.name);
    }
}

#[test]
fn every_planted_bug_of_the_tables_was_found_and_shrunk() {
    for entry in in_campaign() {
        for [_, _, variant, runs, deviations] in markdown::rows(PAGE, entry.name).unwrap_or_default() {
            let counts = [runs, deviations].map(str::parse::<f64>);
            assert!(counts.iter().all(Result::is_ok), "{variant}: {runs} runs, {deviations} deviations");
        }
    }
}

#[test]
fn every_invariant_of_the_registry_has_a_row() {
    for entry in in_campaign() {
        let rows = registered(entry);
        for invariant in entry.built(None).invariants() {
            let judged_by_the_world = invariant.id.starts_with("ACT-");
            let has_row = rows.iter().any(|[id, ..]| *id == invariant.id);
            assert!(judged_by_the_world || has_row, "{}: no planted bug trips {}", entry.name, invariant.id);
        }
    }
}
