//! Tasks that outlive their scope, as plays.

use rehearsal::run::Verdict;
use rehearsal::{Play, Profile};
use rehearsal_agents::background::{Background, Variant};
use rehearsal_scenarios_agents::background::Scopes;

#[test]
fn closed_scopes_leave_nothing_behind() {
    let scopes = Scopes { tenants: 2, cycles: 2, variant: Variant::Reference };
    rehearsal::check(scopes).faults(&Profile::CHAOS).seeds(2_000).run();
}

/// What the play ends with, if it breaks something.
fn broken(play: Play<Background>) -> Option<String> {
    match play.run().outcome.verdict {
        Verdict::Violation(violation) => Some(violation.invariant),
        Verdict::Pass | Verdict::Limit(_) => None,
    }
}

/// A scope in which one task is started, and closed 150 ms later; what the task fetches comes after 700 ms.
fn closed_while_blocked(kind: u32, variant: Variant) -> Play<Background> {
    let play = Play::of(&Scopes { tenants: 1, cycles: 1, variant });
    play.choose("/process/tenant-1", 7, kind).choose("/far/registry", 0, 5)
}

/// A tenant that opens so many scopes, starts two watches in each, and closes them.
fn re_opened(cycles: u32, variant: Variant) -> Play<Background> {
    let play = Play::of(&Scopes { tenants: 1, cycles, variant });
    (0..cycles).fold(play, |play, cycle| {
        // For each scope: a pause, four times what to start and a pause, how to close.
        let first = cycle * 10 + 1;
        play.choose("/process/tenant-1", first, WATCH).choose("/process/tenant-1", first + 2, WATCH)
    })
}

#[test]
fn re_opening_leaves_nothing_alive_and_with_the_bug_a_task_each_time() {
    assert_eq!(broken(re_opened(5, Variant::Reference)), None);
    let left = match re_opened(5, Variant::OneWatchEach).run().outcome.verdict {
        Verdict::Violation(violation) => violation.message,
        Verdict::Pass | Verdict::Limit(_) => String::new(),
    };
    assert_eq!(left, "3 tasks live and 2 are owned, after 3 scopes closed");
}

const WATCH: u32 = 8;
const REFRESH: u32 = 5;
const RUN: u32 = 6;

#[test]
fn a_refresh_that_is_blocked_when_its_service_closes_writes_nothing_afterwards() {
    assert_eq!(broken(closed_while_blocked(REFRESH, Variant::Reference)), None);
    assert_eq!(broken(closed_while_blocked(REFRESH, Variant::DaemonTask)).as_deref(), Some("LIFE-1"));
}

#[test]
fn a_run_that_is_cancelled_has_ended_when_its_scope_is_closed() {
    assert_eq!(broken(closed_while_blocked(RUN, Variant::Reference)), None);
    assert_eq!(broken(closed_while_blocked(RUN, Variant::CancelWithoutWaiting)).as_deref(), Some("LIFE-1"));
    assert_eq!(broken(closed_while_blocked(RUN, Variant::LeftInProgress)).as_deref(), Some("OBS-1"));
}
