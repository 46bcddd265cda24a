//! What the screen says.

use crate::Place;

/// What is printed, without numbers that change with every edit of the simulator.
fn shown(arguments: &str) -> String {
    let place = Place::new();
    let ended = place.rehearse(arguments);
    ended.out.replace(env!("CARGO_BIN_EXE_rehearse"), "rehearse")
}

macro_rules! assert_shows {
    ($arguments:expr) => {
        let filters = [
            (r"0x[0-9a-f]{16}", "[hash]"),
            (r"--seed 0x[0-9a-f]+", "--seed [seed]"),
            (r"seed 0x[0-9a-f]+", "seed [seed]"),
            (r"-[0-9a-f]{8}\.toml", "-[signature].toml"),
            (r"#\d+ +", "#[event]  "),
            (r"event \d+", "event [event]"),
            (r"\d+m\d\ds|\d+(\.\d+)?(µs|ms|s)\b", "[time]"),
            (r"\d+(\.\d+)?( [kM])?/s", "[rate]"),
            (r"\d[\d,]* (turn|event|deviation|job)s?", "[count] ${1}s"),
        ];
        insta::with_settings!({ filters => filters, omit_expression => true }, {
            insta::assert_snapshot!(shown($arguments));
        });
    };
}

#[test]
fn the_list_has_every_scenario_and_every_profile() {
    let text = shown("list");
    for entry in rehearsal_scenarios::SCENARIOS {
        assert!(text.contains(entry.name) && text.contains(entry.sentence), "{} in {text}", entry.name);
    }
    for profile in rehearsal::fault::PROFILES {
        assert!(text.contains(profile.name) && text.contains(profile.sentence), "{} in {text}", profile.name);
    }
}

#[test]
fn the_details_of_a_scenario() {
    assert_shows!("list burst");
}

#[test]
fn a_run_that_passes() {
    assert_shows!("run burst --faults none");
}

#[test]
fn a_violation_with_everything_to_go_on() {
    assert_shows!("run canary --faults none");
}

#[test]
fn a_stuck_actor() {
    let place = Place::new();
    let fuzz = place.rehearse("fuzz stuck --faults none --seeds 300 --turn-limit 300ms --json").document();
    let seed = fuzz["scenarios"][0]["stuck"]["seed"].as_str().unwrap().to_owned();
    assert_shows!(&format!("run stuck --faults none --turn-limit 300ms --seed {seed}"));
}

#[test]
fn a_campaign_that_passes() {
    assert_shows!("fuzz burst --faults none --seeds 50 --jobs 1");
}

#[test]
fn no_escape_codes_leave_for_a_file() {
    for arguments in ["list", "run canary", "fuzz canary --seeds 10", "--help"] {
        assert!(!shown(arguments).contains('\u{1b}'), "{arguments}");
    }
}
