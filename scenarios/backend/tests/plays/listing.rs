//! What changes during a listing, as plays.

use rehearsal::run::Verdict;
use rehearsal::{Play, Profile};
use rehearsal_backend::listing::Variant;
use rehearsal_scenarios_backend::listing::Lists;

#[test]
fn a_listing_is_one_moment_whatever_changes() {
    let lists = Lists { people: 2, rounds: 8, variant: Variant::Reference };
    rehearsal::check(lists).faults(&Profile::CHAOS).seeds(2_000).run();
}

/// One lists, and at the same time the other does something else.
fn meanwhile(wish: u32, variant: Variant) -> Option<String> {
    let play = Play::of(&Lists { people: 2, rounds: 1, variant }).choose("/person-2/person", 0, wish);
    match play.run().outcome.verdict {
        Verdict::Violation(violation) => Some(violation.invariant),
        Verdict::Pass | Verdict::Limit(_) => None,
    }
}

const LISTS: u32 = 0;
const DELETES_A_BRANCH: u32 = 7;

#[test]
fn a_branch_that_is_deleted_during_a_listing_is_in_it_or_not_and_nothing_between() {
    assert_eq!(meanwhile(DELETES_A_BRANCH, Variant::Reference), None);
    assert_eq!(meanwhile(DELETES_A_BRANCH, Variant::TwoStatements).as_deref(), Some("LIST-1"));
}

#[test]
fn a_listing_of_three_sessions_takes_one_statement_and_not_four() {
    assert_eq!(meanwhile(LISTS, Variant::Reference), None);
    assert_eq!(meanwhile(LISTS, Variant::NPlusOne).as_deref(), Some("PERF-1"));
}
