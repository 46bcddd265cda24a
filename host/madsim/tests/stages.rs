//! The same workload makes the same facts on madsim as in the world; `tests/stages.rs` of the repository has the same test for tokio.

#[path = "../../../tests/stages/projection.rs"]
mod projection;
#[path = "../../../tests/stages/workload.rs"]
mod workload;

use projection::{Place, in_world, of_clients, of_one_client, of_sessions, of_several_clients, on};
use rehearsal::registry::{Rehearsal, rehearsal};
use rehearsal_locks::lease;
use rehearsal_madsim::MADSIM;
use rehearsal_scenarios_locks::lease::LeaseLock;
use rehearsal_scenarios_sessions::session::Sessions;
use rehearsal_sessions::session;
use workload::{lonely, monologue, plain_seeds};

fn is_equal_on_madsim(
    scenario: &dyn Rehearsal,
    name: &'static str,
    seeds: impl Iterator<Item = u64>,
    place: Place,
) {
    for seed in seeds {
        let (expected, _) = in_world(scenario, seed, place);
        assert!(!expected.is_empty(), "{name}, seed {seed:#x}: nothing is compared");
        assert_eq!(on(&MADSIM, name, scenario, seed, place), expected, "{name}, seed {seed:#x}");
    }
}

#[test]
fn a_client_alone_under_the_lock_makes_the_same_facts_on_madsim() {
    is_equal_on_madsim(lonely(lease::Variant::Reference).as_ref(), "lease", 0..50, of_one_client);
}

#[test]
fn the_lock_gives_the_same_tokens_to_several_clients_on_madsim() {
    is_equal_on_madsim(rehearsal(LeaseLock::default()).as_ref(), "lease", 0..50, of_several_clients);
}

#[test]
fn messages_of_one_client_lead_to_the_same_facts_on_madsim() {
    let scenario = monologue(session::Variant::Reference);
    is_equal_on_madsim(scenario.as_ref(), "session", plain_seeds().take(50), of_sessions);
}

#[test]
fn clients_say_and_press_the_same_on_madsim() {
    is_equal_on_madsim(rehearsal(Sessions::default()).as_ref(), "session", 0..50, of_clients);
}

#[test]
fn an_actor_that_is_changed_on_one_stage_is_noticed() {
    let (expected, _) = in_world(lonely(lease::Variant::Reference).as_ref(), 0, of_one_client);
    let changed = lonely(lease::Variant::RowDeleted);
    assert_ne!(on(&MADSIM, "lease", changed.as_ref(), 0, of_one_client), expected);
}
