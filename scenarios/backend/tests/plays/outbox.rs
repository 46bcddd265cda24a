//! The scenario against itself.

use rehearsal::Profile;
use rehearsal_backend::outbox::Variant;
use rehearsal_scenarios_backend::outbox::Published;

#[test]
fn subscribers_see_what_is_committed_whatever_crashes() {
    let published = Published { clients: 2, commands: 5, variant: Variant::Reference };
    rehearsal::check(published).faults(&Profile::CHAOS).seeds(2_000).run();
}
