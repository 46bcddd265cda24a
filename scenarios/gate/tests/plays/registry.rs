//! The registry of the family, examined; and its page, and its cases.

use rehearsal::exam;
use rehearsal_reports::markdown;
use rehearsal_scenarios_gate::SCENARIOS;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/cases");

#[test]
fn each_planted_bug_trips_its_own_invariant_and_its_case_replays() {
    exam::planted_bugs_trip_their_own(SCENARIOS, 100_000);
}

#[test]
fn each_invariant_is_tripped_by_some_planted_bug() {
    exam::invariants_are_tripped(SCENARIOS);
}

#[test]
fn the_reference_passes_and_reaches_its_goals() {
    exam::references_pass(SCENARIOS, 10_000);
}

#[test]
fn the_page_has_the_invariants_and_planted_bugs_and_each_was_found_and_shrunk() {
    markdown::has_tables_of(SCENARIOS, include_str!("../../README.md"), "scenarios/gate/README.md");
}

#[test]
fn the_planted_bugs_still_show_in_their_cases() {
    rehearsal::cases(CASES, SCENARIOS);
}

#[test]
fn the_kept_cases_are_small_and_each_is_of_another_bug() {
    let kept = exam::kept_bugs(CASES, SCENARIOS, 4);
    assert_eq!(kept, ["decides-twice", "ignores-write-errors", "nobody-listens", "two-of-three-is-low"]);
}
