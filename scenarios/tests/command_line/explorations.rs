//! `explore`: counts, an honest end, and violations that replay.

use crate::Place;

#[test]
fn a_small_session_is_complete_up_to_two_deviations() {
    let ended = Place::new().rehearse("explore session-small --deviations 2 --faults none --json");
    let document = ended.document();
    assert_eq!((ended.code(), &document["complete"]), (0, &true.into()));
    assert_eq!((&document["deviations"], &document["complete_up_to"]), (&2.into(), &2.into()));
    assert!(document["violations"].as_array().unwrap().is_empty());
    let by: u64 =
        document["runs_by_deviations"].as_array().unwrap().iter().filter_map(serde_json::Value::as_u64).sum();
    assert_eq!(document["runs"].as_u64(), Some(by));
    assert!(document["states"].as_u64() > Some(0));
}

#[test]
fn without_pruning_every_run_is_made() {
    let place = Place::new();
    let documents = ["", " --no-pruning"].map(|option| {
        place.rehearse(&format!("explore session-small --faults chaos --json{option}")).document()
    });
    let [pruned, whole] = documents.each_ref().map(|document| document["pruned"].as_u64().unwrap());
    let [few, all] = documents.each_ref().map(|document| document["runs"].as_u64().unwrap());
    assert!(pruned > 0 && whole == 0, "{pruned} and {whole}");
    assert!(
        few < all && few + pruned == all,
        "with one deviation, each run that is pruned is one that is not made"
    );
}

#[test]
fn a_planted_bug_is_found_with_the_fewest_deviations_and_its_case_replays() {
    let place = Place::new();
    let words = "explore session-small --variant no-dequeue-on-failure --faults lossy --fail-fast --json";
    let ended = place.rehearse(words);
    let document = ended.document();
    assert_eq!((ended.code(), &document["complete"]), (1, &false.into()));
    let violation = &document["violations"][0];
    assert_eq!((&violation["invariant"], &violation["deviations"]), (&"SES-5".into(), &1.into()));
    let case = place.path(violation["case"].as_str().unwrap());
    let again = place.replay(&case, "--json");
    assert_eq!((again.code(), &again.document()["reproduced"]), (0, &true.into()), "{again:?}");
}

#[test]
fn a_budget_that_is_too_small_is_said_plainly() {
    let ended = Place::new().rehearse("explore session-small --deviations 2 --faults none --budget 200");
    assert_eq!(ended.code(), 0, "what was run held: {ended:?}");
    assert!(ended.out.contains("NOT complete: complete up to 1 deviation, and not beyond"), "{}", ended.out);
    assert!(ended.out.contains("the budget of 200 runs is used up"), "{}", ended.out);
}

#[test]
fn all_orders_show_the_vote_that_comes_after_the_timeout() {
    let place = Place::new();
    let whole = place.rehearse("explore commit --interleavings --depth 8 --json");
    assert_eq!((whole.code(), &whole.document()["complete"]), (0, &false.into()), "{whole:?}");
    let found =
        place.rehearse("explore commit --variant late-vote --interleavings --depth 14 --budget 20000 --json");
    assert_eq!(
        (found.code(), &found.document()["violations"][0]["invariant"]),
        (1, &"2PC-1".into()),
        "{found:?}"
    );
    let wrong = place.rehearse("explore commit --depth 8");
    assert_eq!(wrong.code(), 2, "{wrong:?}");
}

#[test]
fn an_order_that_breaks_an_invariant_is_a_case_like_any_other() {
    let place = Place::new();
    let found =
        place.rehearse("explore commit --variant late-vote --interleavings --depth 14 --budget 20000 --json");
    let violation = &found.document()["violations"][0];
    let case = place.path(violation["case"].as_str().unwrap());
    let text = std::fs::read_to_string(&case).unwrap();
    assert!(text.contains("orders = \"any\""), "{text}");
    assert!(text.contains("choice = \"order #"), "{text}");

    let again = place.replay(&case, "--json");
    let document = again.document();
    assert_eq!((again.code(), &document["reproduced"]), (0, &true.into()), "{again:?}");
    assert_eq!(document["violation"]["invariant"], "2PC-1");
    assert_eq!(place.replay(&case, "--tolerant").code(), 0);

    let words = case.display().to_string();
    let told = place.rehearse(&format!("explain {words}")).out;
    assert!(told.contains("first changes") && told.contains("handles Timer(0)"), "{told}");
    assert!(!told.contains("--seed"), "no seed makes this run: {told}");
    let explained = place.rehearse(&format!("explain {words} --json"));
    let document = explained.document();
    assert_eq!((explained.code(), &document["invariant"]), (0, &"2PC-1".into()), "{explained:?}");
    let deviations = document["deviations"].as_array().unwrap();
    assert_eq!(Some(deviations.len() as u64), violation["deviations"].as_u64());
    assert!(deviations.iter().all(|deviation| deviation["needed"] == true), "{document}");

    let shrunk = place.rehearse(&format!("shrink {words} --json"));
    assert_eq!(shrunk.code(), 0, "{shrunk:?}");
    assert_eq!(shrunk.document()["deviations_after"].as_u64(), Some(deviations.len() as u64));
    assert_eq!(place.replay(&case, "").code(), 0, "it is still a case");
}

#[test]
fn every_state_behind_a_few_steps_is_found_and_said() {
    let place = Place::new();
    let ended = place.rehearse("explore commit --states --depth 7 --json");
    let document = ended.document();
    assert_eq!((ended.code(), &document["complete"]), (0, &false.into()), "{ended:?}");
    assert_eq!((&document["runs"], &document["deviations"]), (&serde_json::Value::Null, &0.into()));
    assert!(document["generated"].as_u64() > document["states"].as_u64(), "{document}");
    let one = place.rehearse("explore commit --states --depth 7 --jobs 1 --json").document();
    for key in ["states", "generated", "ends", "depth", "turns", "local_states"] {
        assert_eq!(document[key], one[key], "{key} depends on the number of workers");
    }
    let text = place.rehearse("explore commit --states --depth 7").out;
    assert!(text.contains("NOT complete: there are states behind 7 steps"), "{text}");
    let wrong = place.rehearse("explore commit --states --network broken");
    assert_eq!(wrong.code(), 2, "{wrong:?}");
}

#[test]
fn the_states_show_planted_bugs_by_the_fewest_steps_and_their_cases_replay() {
    let place = Place::new();
    for (variant, invariant, steps) in [("late-vote", "2PC-1", 7), ("majority", "2PC-2", 4)] {
        let words = format!("explore commit --variant {variant} --states --fail-fast --json");
        let found = place.rehearse(&words);
        let violation = &found.document()["violations"][0];
        assert_eq!((found.code(), &violation["invariant"]), (1, &invariant.into()), "{found:?}");
        assert_eq!(violation["steps"].as_array().map(Vec::len), Some(steps), "{violation}");
        let case = place.path(violation["case"].as_str().unwrap());
        let again = place.replay(&case, "--json");
        let document = again.document();
        assert_eq!((again.code(), &document["reproduced"]), (0, &true.into()), "{again:?}");
        assert_eq!(document["violation"]["invariant"], invariant);
    }
}

#[test]
fn an_actor_that_never_returns_is_named_by_a_search_of_states() {
    let ended = Place::new().rehearse("explore stuck --states --turn-limit 200ms");
    assert_eq!(ended.code(), 2, "{ended:?}");
    assert!(ended.err.contains("did not return from its turn"), "{ended:?}");
}
