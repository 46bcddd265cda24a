//! `doctor`: a leak is found and named, and a sound scenario passes.

use crate::Place;

#[test]
fn a_scenario_whose_runs_are_functions_of_their_seeds_passes() {
    let ended = Place::new().rehearse("doctor session --seeds 8 --json");
    let document = ended.document();
    assert_eq!((ended.code(), &document["deterministic"]), (0, &true.into()));
    assert!(document["first_difference"].is_null());
    assert!(document["limits"]["cores"].as_u64() > Some(0) && document["versions"]["tool"].is_string());
}

#[test]
fn the_order_of_a_hash_map_and_the_real_clock_are_found_and_named() {
    for scenario in ["leaky-order", "leaky-clock"] {
        let ended = Place::new().rehearse(&format!("doctor {scenario} --seeds 8 --faults none --json"));
        let document = ended.document();
        assert_eq!((ended.code(), &document["deterministic"]), (3, &false.into()), "{scenario}");
        let event = &document["first_difference"]["event"];
        assert_ne!(event["here"], event["there"], "{scenario}");
        assert!(event["number"].as_u64() >= Some(5), "dull calls come first: {event}");
        assert!(event["here"].as_str().is_some_and(|line| line.contains("/right/listener")), "{event}");
    }
}

#[test]
fn a_scenario_that_never_returns_is_refused() {
    let ended = Place::new().rehearse("doctor stuck --seeds 64 --strategy random --turn-limit 200ms");
    assert!(ended.refused().contains("did not return from its turn"), "{ended:?}");
}
