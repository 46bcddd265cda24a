//! `explain`: what had to go wrong.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::Place;

/// A case that is kept with the scenarios.
fn kept(variant: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sessions/cases");
    let prefix = format!("session-{variant}-");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let is_it = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(&prefix);
    files.filter(is_it).min().unwrap()
}

fn explained(variant: &str) -> Value {
    let ended = Place::new().rehearse(&format!("explain {} --diff --json", kept(variant).display()));
    assert_eq!(ended.code(), 0, "{ended:?}");
    ended.document()
}

#[test]
fn each_remaining_deviation_is_proven_needed() {
    let why = explained("global-steer");
    assert_eq!(why["invariant"], "ISO-2");
    let deviations = why["deviations"].as_array().unwrap();
    assert!(!deviations.is_empty());
    for deviation in deviations {
        assert_eq!(deviation["needed"], true, "{deviation:#}");
        assert_eq!(deviation["without"], "the run passes");
        assert!(deviation["choice"].is_string() && deviation["value"].is_string());
        assert!(deviation["effect"]["told"].is_string(), "{deviation:#}");
    }
}

#[test]
fn a_slice_is_short_in_order_and_ends_with_the_violation() {
    let why = explained("take-then-record");
    let slice = why["slice"].as_array().unwrap();
    assert!((5..=25).contains(&slice.len()), "{} events", slice.len());
    let numbers: Vec<u64> = slice.iter().map(|event| event["event"].as_u64().unwrap()).collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
    assert_eq!(slice.last().unwrap()["role"], "violation");
    assert!(slice.iter().any(|event| event["role"] == "deviation"), "{slice:#?}");
    let narrative = why["narrative"].as_str().unwrap();
    for part in
        ["INT-7 does not hold", "choices that are not dull", "It becomes likely", "events that matter"]
    {
        assert!(narrative.contains(part), "`{part}` in {narrative}");
    }
}

#[test]
fn the_failure_becomes_likely_at_the_press_that_is_lost() {
    let why = explained("take-then-record");
    let moments = why["moments"].as_array().unwrap();
    assert!(moments.len() >= 9, "{}", moments.len());
    let [before, after] = [0, 1].map(|end| &moments[why["jump"][end].as_u64().unwrap() as usize]);
    assert!(after["low"].as_f64() > before["high"].as_f64(), "{before} {after}");
    assert_eq!(after["events"].as_u64(), before["events"].as_u64().map(|events| events + 1));
    let last = moments.last().unwrap();
    assert_eq!(last["failed"], last["of"], "once it has happened it is certain: {last}");
}

#[test]
fn the_nearest_run_that_passes_has_the_same_beginning() {
    let diff = &explained("lost-wakeup")["diff"];
    let parts = ["common", "failing", "passing"].map(|part| diff[part].as_array().unwrap());
    assert!(parts.iter().all(|part| !part.is_empty()), "{diff:#}");
    assert_ne!(parts[1][0], parts[2][0], "{diff:#}");
}

#[test]
fn the_screen_has_a_diagram_and_so_has_a_file_for_documents() {
    let place = Place::new();
    let case = kept("global-single-flight");
    let ended = place.rehearse(&format!("explain {} --mermaid why.mmd", case.display()));
    assert_eq!(ended.code(), 0, "{ended:?}");
    for part in
        ["needed: without it, the run passes", "how likely it is", "events that matter, of", "──►", "◆", "✗"]
    {
        assert!(ended.out.contains(part), "`{part}` in {}", ended.out);
    }
    let mermaid = fs::read_to_string(place.path("why.mmd")).unwrap();
    assert!(mermaid.starts_with("sequenceDiagram\n") && mermaid.contains("->>"), "{mermaid}");
}

#[test]
fn a_case_that_was_not_shrunk_is_shrunk_to_be_explained_and_stays_as_it_is() {
    let place = Place::new();
    let case = place.case();
    let text = fs::read_to_string(&case).unwrap();
    let why = place.rehearse(&format!("explain {} --json", case.display())).document();
    assert_eq!(why["invariant"], "CANARY-1");
    assert!(why["deviations"].as_array().unwrap().len() <= 3, "{why:#}");
    assert_eq!(fs::read_to_string(&case).unwrap(), text);
}

#[test]
fn a_case_that_does_not_fail_as_it_says_is_not_explained() {
    let place = Place::new();
    let text = fs::read_to_string(place.case()).unwrap().replace("CANARY-1: ", "OTHER-1: ");
    let case = place.write("edited.toml", &text);
    let ended = place.rehearse(&format!("explain {} --json", case.display()));
    assert_eq!(ended.code(), 1, "{ended:?}");
    assert!(ended.document()["divergence"].as_str().unwrap().contains("OTHER-1"));
}
