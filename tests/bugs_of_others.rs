//! The index of scenarios tells which planted bug shows which bug that others had.

use std::collections::BTreeSet;

use rehearsal_scenarios::SCENARIOS;

const PAGE: &str = include_str!("../scenarios/README.md");

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
        let mut asked = SCENARIOS.iter().filter(|entry| entry.in_campaign);
        let entry = asked.find(|entry| entry.name == scenario).expect(scenario);
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
