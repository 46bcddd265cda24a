//! The scenario against itself.

use rehearsal::Profile;
use rehearsal_scenarios_locks::lease::LeaseLock;

#[test]
fn clients_take_turns_whatever_crashes() {
    rehearsal::check(LeaseLock::default()).faults(&Profile::CHAOS).seeds(2_000).run();
}
