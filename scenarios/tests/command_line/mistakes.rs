//! Bad usage: exit code 2, with what, where and the mend, before anything is run.

use std::process::Stdio;

use crate::Place;

#[track_caller]
fn refusal_says(arguments: &str, words: &[&str]) {
    let ended = Place::new().rehearse(arguments);
    let text = ended.refused();
    for word in words {
        assert!(text.contains(word), "`{word}` in: {text}");
    }
}

#[test]
fn a_mistyped_scenario_is_told_the_nearest() {
    refusal_says("run canari", &["`canari`", "nearest is `canary`", "list"]);
    refusal_says("fuzz burst brust", &["`brust`", "nearest is `burst`"]);
    refusal_says("list cannary", &["nearest is `canary`"]);
}

#[test]
fn an_unknown_variant_policy_stage_or_profile_is_told_what_there_is() {
    refusal_says("run burst --variant broken", &["`burst` has no variant `broken`", "leave --variant out"]);
    refusal_says("run burst --policy eager", &["no policy `eager`", "leave it out"]);
    refusal_says("fuzz --variant nothing-like-this", &["variant `nothing-like-this`"]);
    refusal_says("run burst --stage madsim", &["a build of its own"]);
    refusal_says("run burst --stage mars", &["no stage `mars`", "tokio, world"]);
    refusal_says("run burst --faults choas", &["similar value exists: 'chaos'"]);
}

#[test]
fn a_setting_is_told_its_nearest_name_its_bounds_and_how_to_write_it() {
    refusal_says(
        "run session --set client=1",
        &["no setting `client`", "nearest is `clients`", "list session"],
    );
    refusal_says("run session --set clients=0", &["`clients` is between 1 and 1000, and not 0"]);
    refusal_says("run session --set clients", &["a name and a whole number", "clients=5"]);
    refusal_says("fuzz --set clients=1", &["for one scenario"]);
    refusal_says("run canary --set x=1", &["no setting `x`", "has none"]);
}

#[test]
fn a_malformed_seed_is_told_how_to_write_one() {
    refusal_says("run burst --seed 1f", &["--seed", "write `0x1f`"]);
    refusal_says("run burst --seed 0x1ffffffffffffffff", &["64 bits"]);
    refusal_says("fuzz burst --seeds 9..3", &["empty", "0x100..0x200"]);
    refusal_says("fuzz burst --seeds 0", &["0 seeds"]);
    refusal_says("fuzz burst --seeds 1..2 --seed 1", &["both say where to begin"]);
}

#[test]
fn a_time_without_a_unit_is_told_how_to_write_one() {
    refusal_says("fuzz burst --time 30", &["no unit", "30s"]);
    refusal_says("fuzz burst --time 0s", &["zero"]);
    refusal_says("run burst --turn-limit soon", &["`soon` is not a time"]);
}

#[test]
fn a_format_without_a_trace_and_a_scenario_named_twice_are_refused() {
    refusal_says("run burst --format jsonl", &["--trace"]);
    refusal_says("fuzz burst burst", &["named twice"]);
}

#[test]
fn a_command_without_what_it_needs_is_bad_usage() {
    for arguments in ["", "run", "replay", "perform burst"] {
        assert_eq!(Place::new().rehearse(arguments).code(), 2, "{arguments}");
    }
    for arguments in ["--help", "--version", "run --help", "help"] {
        let expected = if arguments == "help" { 2 } else { 0 };
        assert_eq!(Place::new().rehearse(arguments).code(), expected, "{arguments}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_is_refused_before_anything_is_run() {
    let place = Place::new();
    place.write("file", "");
    for command in ["run canary", "fuzz canary --seeds 1"] {
        let ended = place.rehearse(&format!("{command} --out file/below"));
        let text = ended.refused();
        assert!(text.contains("file/below") && text.contains("--out DIR"), "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_refused_before_anything_is_run() {
    let place = Place::new();
    place.write("file", "");
    for (arguments, option) in
        [("fuzz canary --seeds 1 --junit file/below.xml", "--junit"), ("run burst --trace .", "--trace")]
    {
        let ended = place.rehearse(arguments);
        let text = ended.refused();
        assert!(text.contains(option), "{text}");
    }
    assert!(!place.path("target/rehearsal/cases").join("canary").exists());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let place = Place::new();
    for arguments in ["list", "list --json", "run burst --faults none", "--help"] {
        let mut child = place.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), text.contains("panicked")),
            (Some(0), false),
            "{arguments}: {text}"
        );
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_stdout_is_told() {
    let place = Place::new();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = place.command("list").stdout(full).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text.contains("cannot write the result to stdout"), "{text}");
}
