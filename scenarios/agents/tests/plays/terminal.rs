//! The scenario against itself.

use rehearsal::Profile;
use rehearsal_scenarios_agents::terminal::TuiLanes;

#[test]
fn a_person_and_agents_are_served_whatever_is_late() {
    rehearsal::check(TuiLanes::default()).faults(&Profile::CHAOS).seeds(1_000).run();
}
