//! The cases that are kept with the scenarios still show what they were kept for.

use std::fs;
use std::path::Path;

use rehearsal::case::folder::{files, replayed};
use rehearsal_scenarios::SCENARIOS;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/cases");

#[test]
fn the_planted_bugs_still_show_in_their_cases() {
    rehearsal::cases(CASES, SCENARIOS);
}

#[test]
fn the_kept_cases_are_small_and_each_is_of_another_bug() {
    let mut names = Vec::new();
    for path in files(Path::new(CASES)).unwrap() {
        let (case, _) = replayed(&path, SCENARIOS).unwrap();
        let deviations = case.shrunk.expect("a kept case is shrunk").deviations.len();
        let most = if case.scenario == "session" { 5 } else { 4 };
        assert!(deviations <= most, "{} has {deviations} deviations", path.display());
        names.push(case.variant.expect("a kept case is of a planted bug"));
    }
    names.dedup();
    let session = ["global-single-flight", "global-steer", "lost-wakeup", "take-then-record"];
    let audit_3 = ["n-plus-one", "stale-object", "two-statements"];
    let audit_4 = ["cancel-without-waiting", "claim-leak", "daemon-task"];
    let gate = ["decides-twice", "ignores-write-errors", "nobody-listens", "two-of-three-is-low"];
    assert_eq!(names, [&audit_4[..], &gate, &audit_3, &session].concat());
}

/// A folder with one case, edited.
fn folder(edit: impl FnOnce(String) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let all = files(Path::new(CASES)).unwrap();
    let path = all.into_iter().find(|path| path.to_string_lossy().contains("single-flight")).unwrap();
    fs::write(folder.path().join("edited.toml"), edit(fs::read_to_string(path).unwrap())).unwrap();
    folder
}

#[test]
#[should_panic(expected = "the bug that `global-single-flight` plants does not show any more")]
fn a_planted_bug_that_nobody_sees_any_more_is_reported() {
    let folder = folder(|text| text.replace("signature = \"ISO-1", "signature = \"ISO-9"));
    rehearsal::cases(folder.path(), SCENARIOS);
}

#[test]
fn a_bug_that_was_mended_stays_mended() {
    let folder = folder(|text| text.replace("variant = \"global-single-flight\"\n", ""));
    rehearsal::cases(folder.path(), SCENARIOS);
}

#[test]
#[should_panic(expected = "fails again: CANARY-1")]
fn a_bug_that_comes_back_is_reported() {
    let folder = folder(|_| CANARY.to_owned());
    rehearsal::cases(folder.path(), SCENARIOS);
}

#[test]
#[should_panic(expected = "has no cases")]
fn a_folder_without_cases_proves_nothing() {
    rehearsal::cases(tempfile::tempdir().unwrap().path(), SCENARIOS);
}

/// A case of the scenario that always fails, as if of a bug that was mended.
const CANARY: &str = r#"format = 1
tool = "0.1.0"
scenario = "canary"
profile = "chaos"
seed = "0x0"

[shrunk]
before = 29
faulty_phase = true
checkpoints = []

[[shrunk.deviation]]
choice = "delay /left/actor→/right/actor #0"
value = "0x8000000002"

[expect]
invariant = "CANARY-1"
signature = "CANARY-1: of old"
message = "of old"
trace_hash = "0x0"
"#;
