//! `--json`: one document, with the keys that `DESIGN.md` promises.

use serde_json::Value;

use crate::{Ended, Place};

const RUN: &str =
    "scenario variant policy profile stage seed verdict violation turns events virtual_ns wall_ns trace_hash";

#[track_caller]
fn has_keys(value: &Value, keys: &str) {
    let object = value.as_object().unwrap_or_else(|| panic!("an object with {keys}: {value}"));
    for key in keys.split_whitespace() {
        assert!(object.contains_key(key), "`{key}` in {value}");
    }
}

fn is_hex(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        text.strip_prefix("0x").is_some_and(|digits| u64::from_str_radix(digits, 16).is_ok())
    })
}

#[test]
fn a_run_that_passes_has_no_violation_and_integers_for_times() {
    let ended = Place::new().rehearse("run burst --faults none --seed 31 --json");
    let run = ended.document();
    has_keys(&run, RUN);
    assert_eq!(ended.code(), 0);
    assert_eq!(run["verdict"], "pass");
    assert_eq!(run["seed"], "0x1f");
    assert!(
        [&run["violation"], &run["variant"], &run["policy"], &run["case"]].iter().all(|none| none.is_null())
    );
    assert_eq!((&run["stage"], &run["profile"]), (&"world".into(), &"none".into()));
    assert!(run["virtual_ns"].is_u64() && run["wall_ns"].is_u64() && run["turns"].is_u64());
    assert!(is_hex(&run["trace_hash"]));
    assert!(ended.err.contains("seed 0x1f"), "the seed goes to stderr before the run: {}", ended.err);
}

#[test]
fn a_run_that_violates_names_the_invariant_the_moment_and_the_case() {
    let place = Place::new();
    let ended = place.rehearse("run canary --json");
    let run = ended.document();
    assert_eq!((ended.code(), &run["verdict"]), (1, &"violation".into()));
    has_keys(&run["violation"], "invariant message at_ns event");
    assert_eq!(run["violation"]["invariant"], "CANARY-1");
    assert!(place.path(run["case"].as_str().unwrap()).is_file());
}

#[test]
fn a_run_that_reaches_a_limit_has_a_verdict_of_its_own() {
    let ended = Place::new().rehearse("run never-quiet --json");
    let run = ended.document();
    assert_eq!((ended.code(), &run["verdict"]), (1, &"limit".into()));
    assert!(run["violation"].is_null());
    assert_eq!(run["limit"]["name"], "virtual-time");
}

#[test]
fn a_campaign_lists_violations_and_goals_of_each_scenario() {
    let ended = Place::new().rehearse("fuzz canary burst --faults none --seeds 50 --json");
    let fuzz = ended.document();
    has_keys(&fuzz, "verdict scenarios");
    assert_eq!((ended.code(), &fuzz["verdict"]), (1, &"fail".into()));
    let [canary, burst] = fuzz["scenarios"].as_array().unwrap().as_slice() else { panic!("{fuzz}") };
    for scenario in [canary, burst] {
        has_keys(scenario, "scenario variant runs turns wall_ns violations goals");
        assert_eq!(scenario["runs"], 50);
    }
    let violation = &canary["violations"][0];
    has_keys(violation, "invariant signature seed case deviations");
    assert!(is_hex(&violation["seed"]) && violation["deviations"].is_u64());
    has_keys(&burst["goals"][0], "name reached");
    assert_eq!(burst["goals"][0]["reached"], true);
}

#[test]
fn a_limit_in_a_campaign_has_no_invariant() {
    let fuzz = Place::new().rehearse("fuzz flood --faults none --seeds 1 --json").document();
    let limit = &fuzz["scenarios"][0]["violations"][0];
    assert!(limit["invariant"].is_null());
    assert_eq!(limit["signature"], "limit: pending");
}

#[test]
fn a_list_has_every_scenario_with_what_it_claims() {
    let list = Place::new().rehearse("list --json").document();
    let scenarios = list["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), rehearsal_scenarios::SCENARIOS.len());
    for (scenario, entry) in scenarios.iter().zip(rehearsal_scenarios::SCENARIOS) {
        has_keys(scenario, "name sentence invariants goals variants policies profiles");
        assert_eq!(scenario["name"], entry.name);
        has_keys(&scenario["invariants"][0], "id sentence");
        for variant in scenario["variants"].as_array().unwrap() {
            has_keys(variant, "name trips");
        }
    }
}

#[test]
fn a_replay_is_a_run_that_says_whether_it_reproduced() {
    let place = Place::new();
    let case = place.case();
    let ended = place.replay(&case, "--json");
    let replay = ended.document();
    has_keys(&replay, RUN);
    has_keys(&replay, "reproduced divergence");
    assert_eq!((ended.code(), &replay["reproduced"]), (0, &true.into()));
    assert!(replay["divergence"].is_null());
}

#[test]
fn a_mistake_leaves_stdout_empty() {
    let place = Place::new();
    for arguments in
        ["run nothing --json", "run burst --seed x --json", "replay none.toml --json", "fuzz --jobs 0 --json"]
    {
        let ended: Ended = place.rehearse(arguments);
        ended.refused();
    }
}
