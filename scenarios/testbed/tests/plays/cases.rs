//! What is said of a kept case whose bug comes back, and of a folder without cases.

use rehearsal_scenarios_testbed::SCENARIOS;

#[test]
#[should_panic(expected = "fails again: CANARY-1")]
fn a_bug_that_comes_back_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("canary.toml"), CANARY).unwrap();
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
