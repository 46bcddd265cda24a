//! `fuzz` shrinks what it finds, and `shrink` a case.

use std::fs;

use serde_json::Value;

use crate::Place;

const LOST_WAKEUP: &str = "fuzz session --variant lost-wakeup --seeds 300 --json";

fn violation(document: &Value) -> &Value {
    &document["scenarios"][0]["violations"][0]
}

#[test]
fn a_campaign_shrinks_what_it_finds_and_the_smaller_case_replays() {
    let place = Place::new();
    let document = place.rehearse(LOST_WAKEUP).document();
    let found = violation(&document);
    let (before, after) = (found["deviations_before"].as_u64(), found["deviations"].as_u64());
    assert!(after < Some(10) && before > Some(50), "{found:#}");
    assert!(found["shrink_runs"].as_u64() <= Some(1_000), "{found:#}");
    let case = place.path(found["case"].as_str().unwrap());
    assert!(fs::read_to_string(&case).unwrap().contains("[[shrunk.deviation]]"));
    let replay = place.replay(&case, "--json").document();
    assert_eq!(replay["reproduced"], true, "{replay:#}");
    assert_eq!(replay["signature"], found["signature"]);
    assert_eq!(replay["deviations"], found["deviations"]);
}

#[test]
fn a_failure_that_shows_in_a_smaller_scenario_is_kept_in_it() {
    let place = Place::new();
    let document = place.rehearse("fuzz session --variant row-per-duplicate --seeds 50 --json").document();
    let found = violation(&document);
    assert_eq!(found["settings"]["clients"], 1, "{found:#}");
    let case = place.path(found["case"].as_str().unwrap());
    let text = fs::read_to_string(&case).unwrap();
    assert!(text.starts_with("format = 3\n") && text.contains("[settings]\nclients = 1\n"), "{text}");
    let replay = place.replay(&case, "--json").document();
    assert_eq!(replay["reproduced"], true, "{replay:#}");
    assert!(replay["again"].as_str().unwrap().contains("replay"));
    let other = place.rehearse(&format!("replay {} --set clients=2", case.display()));
    assert!(other.refused().contains("the case says --set clients=1, and clients=2 was typed"), "{other:?}");
    let damaged = place.write("damaged.toml", text.replace("clients = 1", "klients = 1"));
    assert!(place.rehearse(&format!("replay {}", damaged.display())).refused().contains("`klients`"));
}

#[test]
fn the_screen_tells_the_shrunk_run_and_the_seed_of_the_whole_one() {
    let ended = Place::new().rehearse(LOST_WAKEUP.trim_end_matches(" --json"));
    for part in [
        "shrunk from seed 0x",
        "what it takes, beside the dull choices",
        " deviations in ",
        "run session --variant",
    ] {
        assert!(ended.out.contains(part), "`{part}` in {}", ended.out);
    }
}

#[test]
fn without_shrinking_a_failure_is_kept_as_it_was_found_and_can_be_shrunk_later() {
    let place = Place::new();
    let whole = place.rehearse(&format!("{LOST_WAKEUP} --no-shrink")).document();
    let found = violation(&whole);
    assert!(found["deviations"].as_u64() > Some(50) && found["shrink_runs"].is_null(), "{found:#}");

    let case = place.path(found["case"].as_str().unwrap());
    let ended = place.rehearse(&format!("shrink {} --json", case.display()));
    assert_eq!(ended.code(), 0, "{ended:?}");
    let shrunk = ended.document();
    assert_eq!((&shrunk["signature"], &shrunk["written"]), (&found["signature"], &true.into()));
    assert_eq!(shrunk["deviations_before"], found["deviations"]);
    assert!(shrunk["deviations_after"].as_u64() < Some(10), "{shrunk:#}");
    assert!(shrunk["wall_ns"].is_u64() && shrunk["runs"].is_u64());
    assert_eq!(place.path(shrunk["case"].as_str().unwrap()), case);
    assert_eq!(place.replay(&case, "").code(), 0);

    let again = place.rehearse(&format!("shrink {} --json", case.display())).document();
    assert_eq!((&again["written"], &again["deviations_after"]), (&false.into(), &shrunk["deviations_after"]));
}

#[test]
fn a_case_that_does_not_fail_as_it_says_is_not_touched() {
    let place = Place::new();
    let text = fs::read_to_string(place.case()).unwrap().replace("CANARY-1: ", "OTHER-1: ");
    let case = place.write("edited.toml", &text);
    let ended = place.rehearse(&format!("shrink {}", case.display()));
    assert_eq!(ended.code(), 1, "{ended:?}");
    assert!(ended.out.contains("not reproduced: expected `OTHER-1: "), "{}", ended.out);
    assert_eq!(fs::read_to_string(&case).unwrap(), text);
}

#[test]
fn a_limit_is_shrunk_within_bounds_of_its_own() {
    let document = Place::new().rehearse("fuzz flood --faults none --seeds 1 --json").document();
    assert_eq!(violation(&document)["signature"], "limit: pending");
}
