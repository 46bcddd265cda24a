//! A run on madsim is a function of its seed: in another process, and whatever ran before it.

use std::fs;
use std::path::Path;
use std::process::Command;

use rehearsal::fault::Profile;
use rehearsal::registry::Entry;
use rehearsal::stage::{Stage, StageRun, StageSpec};
use rehearsal_madsim::MADSIM;
use rehearsal_scenarios::SCENARIOS;

fn entry(name: &str) -> &'static Entry {
    SCENARIOS.iter().find(|entry| entry.name == name).expect("it is in the registry")
}

fn run(entry: &Entry, seed: u64) -> StageRun {
    let spec = StageSpec { scenario: entry.name, seed, profile: &Profile::CHAOS };
    MADSIM.run(entry.built(None).staged(), &spec).expect("madsim can run it")
}

/// The log of facts of a run in a process of its own.
fn log(scenario: &str, seed: u64, file: &Path) -> Vec<u8> {
    let ended = Command::new(env!("CARGO_BIN_EXE_rehearse"))
        .args(["run", scenario, "--stage", "madsim", "--faults", "chaos"])
        .args(["--seed", &format!("{seed:#x}"), "--facts"])
        .arg(file)
        .output()
        .expect("the binary starts");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    fs::read(file).expect("the log was written")
}

/// The log of the same facts, announced in this process.
fn written(entry: &Entry, run: &StageRun) -> Vec<u8> {
    let nodes = entry.built(None).staged().topology.nodes;
    let nodes = nodes.into_iter().map(|node| node.name.to_string());
    let mut log = Vec::new();
    rehearsal::stage::facts::write(&mut log, entry.name, nodes, &run.facts, true).expect("memory takes it");
    log
}

fn is_the_same_in_two_processes(scenario: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    for seed in [3, 0x1f, 0x2a] {
        let file = |n: u32| folder.path().join(format!("{scenario}-{seed}-{n}.jsonl"));
        let (first, second) = (log(scenario, seed, &file(1)), log(scenario, seed, &file(2)));
        assert!(first.iter().filter(|byte| **byte == b'\n').count() > 10, "facts were announced");
        assert!(first == second, "{scenario}, seed {seed:#x}: two processes, two logs");
    }
}

fn is_the_same_whatever_ran_before(scenario: &str) {
    let entry = entry(scenario);
    for seed in 0..12 {
        run(entry, seed);
    }
    let folder = tempfile::tempdir().expect("a folder");
    for seed in [0x2a, 3] {
        let alone = log(scenario, seed, &folder.path().join(format!("{seed}.jsonl")));
        let after_others = written(entry, &run(entry, seed));
        assert!(alone == after_others, "{scenario}, seed {seed:#x}: other runs before it make another log");
    }
}

#[test]
fn a_run_of_the_lease_lock_is_the_same_in_two_processes() {
    is_the_same_in_two_processes("lease");
}

#[test]
fn a_run_of_the_sessions_is_the_same_in_two_processes() {
    is_the_same_in_two_processes("session");
}

#[test]
fn a_run_of_the_lease_lock_is_the_same_whatever_ran_before() {
    is_the_same_whatever_ran_before("lease");
}

#[test]
fn a_run_of_the_sessions_is_the_same_whatever_ran_before() {
    is_the_same_whatever_ran_before("session");
}

/// The comparison of this file can fail.
#[test]
fn another_seed_has_another_log() {
    for scenario in ["lease", "session"] {
        let entry = entry(scenario);
        assert!(written(entry, &run(entry, 3)) != written(entry, &run(entry, 4)), "{scenario}");
    }
}
