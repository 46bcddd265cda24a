//! The same actors on every stage: their source has no line for one of them, and the same workload makes the same facts.
//!
//! `stages/projection.rs` says which facts are compared and which are not, and why. The stage `madsim` has the same test in its own folder.

mod projection;
mod source;
mod workload;

use std::collections::BTreeMap;
use std::thread;

use projection::{Place, in_world, of_clients, of_one_client, of_sessions, of_several_clients, on};
use rehearsal::Profile;
use rehearsal::registry::{Rehearsal, rehearsal};
use rehearsal::run::Verdict;
use rehearsal::stage::{Stage, StageSpec};
use rehearsal_cli::TOKIO;
use rehearsal_locks::lease;
use rehearsal_scenarios_locks::lease::LeaseLock;
use rehearsal_scenarios_services::asks::Asking;
use rehearsal_scenarios_sessions::session::Sessions;
use rehearsal_sessions::session;
use workload::{lonely, monologue, plain_seeds};

/// On a machine that stalls, a timer comes before what it waits for, and the clients do something else. Such a run is made again; a difference
/// between stages is there each time.
const ATTEMPTS: usize = 6;

/// The first difference between a run in the world and one on tokio, if they differ in all attempts.
fn difference(
    world: &dyn Rehearsal,
    tokio: &dyn Rehearsal,
    scenario: &'static str,
    seed: u64,
    place: Place,
) -> Option<String> {
    let (expected, _) = in_world(world, seed, place);
    assert!(!expected.is_empty(), "{scenario}, seed {seed:#x}: nothing is compared");
    let mut differs = String::new();
    for _ in 0..ATTEMPTS {
        let found = on(&TOKIO, scenario, tokio, seed, place);
        if found == expected {
            return None;
        }
        let all: BTreeMap<_, _> = expected.iter().chain(&found).collect();
        let about = all.into_keys().find(|about| expected.get(*about) != found.get(*about));
        let about = about.expect("they differ somewhere");
        differs = format!(
            "{scenario}, seed {seed:#x}, {about}: in the world {:#?}, on tokio {:#?}",
            expected.get(about),
            found.get(about)
        );
    }
    Some(differs)
}

fn is_equal_on_tokio(
    scenario: &(dyn Fn() -> Box<dyn Rehearsal> + Sync),
    name: &'static str,
    seeds: impl Iterator<Item = u64>,
    place: Place,
) {
    thread::scope(|scope| {
        let compare = |seed| scope.spawn(move || difference(&*scenario(), &*scenario(), name, seed, place));
        let compared: Vec<_> = seeds.map(compare).collect();
        for compared in compared {
            let difference = compared.join().expect("the comparison does not panic");
            assert!(difference.is_none(), "{}", difference.unwrap_or_default());
        }
    });
}

#[test]
fn a_client_alone_under_the_lock_makes_the_same_facts_on_tokio() {
    is_equal_on_tokio(&|| lonely(lease::Variant::Reference), "lease", 0..2, of_one_client);
}

#[test]
fn the_lock_gives_the_same_tokens_to_several_clients_on_tokio() {
    is_equal_on_tokio(&|| rehearsal(LeaseLock::default()), "lease", 0..2, of_several_clients);
}

#[test]
fn messages_of_one_client_lead_to_the_same_facts_on_tokio() {
    is_equal_on_tokio(
        &|| monologue(session::Variant::Reference),
        "session",
        plain_seeds().take(5),
        of_sessions,
    );
}

#[test]
fn clients_say_and_press_the_same_on_tokio() {
    is_equal_on_tokio(&|| rehearsal(Sessions::default()), "session", 0..3, of_clients);
}

#[test]
fn an_actor_that_is_changed_on_one_stage_is_noticed() {
    let (reference, changed) = (lonely(lease::Variant::Reference), lonely(lease::Variant::RowDeleted));
    assert!(difference(reference.as_ref(), changed.as_ref(), "lease", 0, of_one_client).is_some());
    let (reference, changed) =
        (monologue(session::Variant::Reference), monologue(session::Variant::NoDequeueOnFailure));
    let fails_first = |seed: &u64| {
        let runs = in_world(reference.as_ref(), *seed, of_sessions).0.remove("runs").unwrap_or_default();
        runs.iter().position(|fact| fact.ends_with("ends: Failed")).is_some_and(|at| at + 1 < runs.len())
    };
    let seed = plain_seeds().find(fails_first).expect("in some seed a run fails and another follows");
    assert!(difference(reference.as_ref(), changed.as_ref(), "session", seed, of_sessions).is_some());
}

#[test]
fn mail_that_is_kept_waits_for_the_next_life_on_tokio_as_well() {
    let asking = rehearsal(Asking::default());
    let waits = asking.goals().iter().position(|goal| goal.name.contains("waits for the next life"));
    let waits = waits.expect("it is a goal");
    let reached = (0..24).any(|seed| {
        let spec = StageSpec { scenario: "asks", seed, profile: &Profile::NONE };
        let run = TOKIO.run(asking.staged(), &spec).expect("the stage can run it");
        assert_eq!(run.verdict, Verdict::Pass, "seed {seed:#x}");
        run.goals[waits]
    });
    assert!(reached, "no ask waited for a counter that was started again");
}
