//! All orders of events of a small commit.

use rehearsal::interleave::{Reach, Reduction, interleave};
use rehearsal_locks::commit::Variant;
use rehearsal_scenarios_locks::commit::TwoPhase;

/// Every order of the first events of a commit between two participants, lost messages left out.
fn violated(variant: Variant) -> Vec<String> {
    let reach = Reach { runs: 200_000, depth: 12 };
    let found = interleave(&TwoPhase { participants: 2, variant }, Reduction::Actors, reach);
    assert!(found.runs > 0 && found.runs + found.cut < reach.runs, "{found:?}");
    found.violations.into_keys().collect()
}

#[test]
fn no_order_of_events_breaks_a_commit() {
    assert_eq!(violated(Variant::Reference), [""; 0]);
}

#[test]
fn some_order_shows_the_vote_that_comes_after_the_timeout() {
    assert_eq!(violated(Variant::LateVote), ["2PC-1"]);
}
