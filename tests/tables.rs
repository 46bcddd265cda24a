//! The page of scenarios has a row for every invariant and every planted bug of the registry, and each was found.

use std::collections::BTreeSet;

use rehearsal::registry::{Entry, SEVERAL};
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
        if variant.trips == SEVERAL {
            return [SEVERAL, markdown::WHICHEVER, variant.name].map(str::to_owned);
        }
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

/// The rows of the reference that concern sessions and what they are built on: the audit, other harnesses, late replies, and the history of the runtime.
const SEEN_ELSEWHERE: [&str; 18] = [
    "F1",
    "F2",
    "F3",
    "F4",
    "X-1",
    "X-3",
    "P-3",
    "G-1 85991fdc",
    "G-1 7ed02396",
    "G-1 f85cbf44",
    "G-1 6f8163ca",
    "G-1 1a779f08",
    "G-1 aba130a6",
    "G-1 9b61d785",
    "G-1 c9c57b7a",
    "G-1 7281932e",
    "G-1 5025fae9",
    "G-1 83a024d3",
];

/// What is written between two headings of the page.
fn part(heading: &str) -> &'static str {
    PAGE.split("\n## ")
        .find_map(|part| part.strip_prefix(heading))
        .unwrap_or_else(|| panic!("no part {heading}"))
}

#[test]
fn every_bug_that_others_had_is_shown_by_a_planted_one_or_said_not_to_be() {
    let part = part("Bugs that others had");
    let rows = part.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")).skip(1);
    let mut shown = BTreeSet::new();
    for row in rows {
        let cells: Vec<_> = row.split(" | ").map(|cell| cell.trim_matches('`')).collect();
        let [id, _, scenario, variant] = cells[..] else { panic!("not four cells: {row}") };
        let entry = in_campaign().find(|entry| entry.name == scenario).expect(scenario);
        assert!(entry.variant(variant).is_some(), "{id}: {scenario} has no planted bug {variant}");
        shown.insert(id);
    }
    let left_out: BTreeSet<_> = part
        .lines()
        .filter_map(|line| line.strip_prefix("- ")?.split_once(':'))
        .flat_map(|(ids, _)| ids.split(", "))
        .collect();
    for id in SEEN_ELSEWHERE {
        assert!(
            shown.contains(id) != left_out.contains(id),
            "{id} is to be in the table or in the list below it"
        );
    }
}
