//! One run, a campaign and a case under a policy: by its name, and as data.

use std::fs;

use serde_json::Value;

use crate::Place;

const PATIENT: &str = "strategy = \"rest-for-one\"\n[intensity]\nmax = 6\nwithin_ms = 10_000\n";

/// What `arguments` ran, under the policy that `typed` names.
fn hash(place: &Place, typed: &str) -> Value {
    let document = place.rehearse(&format!("run pipeline --seed 0x2b {typed} --json")).document();
    assert_eq!(document["verdict"], "pass", "{document:#}");
    document["trace_hash"].clone()
}

#[test]
fn a_run_under_a_policy_is_another_run_and_the_same_each_time() {
    let place = Place::new();
    let (usual, other) = (hash(&place, ""), hash(&place, "--policy otp-defaults"));
    assert_ne!(usual, other);
    assert_eq!(other, hash(&place, "--policy otp-defaults"));
    assert_eq!(usual, hash(&place, "--policy backoff"), "the usual one has a name, too");
}

#[test]
fn a_policy_in_a_file_is_what_it_says() {
    let place = Place::new();
    let let_it_crash =
        "strategy = \"rest-for-one\"\nintensity = { max = 4_294_967_295, within_ms = 5_000 }\n";
    place.write("same.toml", let_it_crash);
    place.write("patient.toml", PATIENT);
    assert_eq!(hash(&place, "--policy same.toml"), hash(&place, "--policy let-it-crash"));
    assert_ne!(hash(&place, "--policy patient.toml"), hash(&place, "--policy let-it-crash"));
    let document = place.rehearse("run pipeline --policy patient.toml --json").document();
    assert_eq!(document["policy"], "patient");
    assert!(document["again"].as_str().unwrap().contains(" --policy patient.toml "), "{document:#}");
    let document =
        place.rehearse("compare pipeline --policies patient.toml,backoff --seeds 20 --json").document();
    assert_eq!(document["policies"], serde_json::json!(["patient", "backoff"]));
}

#[test]
fn a_case_carries_its_policy_so_that_it_replays_without_the_file() {
    let place = Place::new();
    let file = place.write("patient.toml", PATIENT);
    let fuzz = "fuzz pipeline --variant starts-not-counted --policy patient.toml --seeds 2000 --json";
    let document = place.rehearse(fuzz).document();
    fs::remove_file(file).unwrap();
    let found = &document["scenarios"][0];
    assert_eq!(found["policy"], "patient");
    let case = place.path(found["violations"][0]["case"].as_str().expect("the planted bug is found"));
    let text = fs::read_to_string(&case).unwrap();
    assert!(text.starts_with("format = 4\n") && text.contains("[policy"), "{text}");
    let replay = place.replay(&case, "--json").document();
    assert_eq!((&replay["reproduced"], &replay["policy"]), (&true.into(), &"patient".into()), "{replay:#}");
    // The case stands for its policy.
    hash(&place, &format!("--policy {}", case.display()));
    assert!(place.replay(&case, "--policy backoff").refused().contains("the case says --policy patient"));
    let damaged = place.write("damaged.toml", text.replace("within_ms", "withim_ms"));
    let ended = place.replay(&damaged, "");
    assert!(ended.refused().contains("withim_ms") && ended.refused().contains("damaged.toml"), "{ended:?}");
}

#[test]
fn a_policy_that_is_none_is_refused_with_the_mend() {
    let place = Place::new();
    let refused = |arguments: &str| place.rehearse(arguments).refused().to_owned();
    let text = refused("run pipeline --policy one-for-al");
    assert!(text.contains("nearest is `one-for-all`") && text.contains("list pipeline"), "{text}");
    assert!(refused("run lease --policy eager").contains("leave it out"));
    assert!(refused("fuzz --policy backoff").contains("for one scenario"));
    assert!(refused("compare pipeline --policy backoff").contains("--policies backoff,ANOTHER"));
    assert!(refused("run pipeline --policy none.toml").contains("none.toml: cannot be read"));
    place.write("broken.toml", "strategy = \n");
    assert!(refused("run pipeline --policy broken.toml").contains("line 1"));
    place.write("unknown.toml", "strategy = \"one-for-two\"\n");
    let text = refused("run pipeline --policy unknown.toml");
    assert!(text.contains("one-for-two") && text.contains("rest-for-one"), "{text}");
    place.write("more.toml", format!("{PATIENT}hours = 3\n"));
    let text = refused("run pipeline --policy more.toml");
    assert!(text.contains("`hours`") && text.contains("policies.md"), "{text}");
}
