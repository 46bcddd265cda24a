//! The same seed gives the same trace: in another process, another build, with other jobs, recorded or not.

use std::process::Command;

use rehearsal::exam;
use rehearsal::registry::Entry;
use rehearsal_scenarios::SCENARIOS;
use serde_json::Value;

/// Runs the binary and reads the one document that it prints.
fn rehearse(words: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rehearse"));
    command.args(words.split_whitespace()).arg("--json").arg("--out").arg(folder.path());
    let output = command.current_dir(folder.path()).output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("`{words}`: {error}\n{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn another_process_and_a_recorded_run_have_the_same_trace_hash() {
    for seed in ["0x0", "0x7", "0xfeed", "0xffffffffffffffff"] {
        let run = format!("run session --seed {seed}");
        let [first, second, recorded] =
            [run.clone(), run.clone(), format!("{run} --trace trace.jsonl")].map(|words| rehearse(&words));
        assert_eq!(first["trace_hash"], second["trace_hash"], "seed {seed}");
        assert_eq!(first["trace_hash"], recorded["trace_hash"], "seed {seed}");
        assert!(first["turns"].as_u64() > Some(0));
    }
}

#[test]
fn one_worker_and_two_give_the_same_report() {
    for campaign in ["fuzz session --seeds 600", "fuzz session --variant lost-wakeup --seeds 600"] {
        let [one, two] = [1, 2].map(|jobs| without_times(rehearse(&format!("{campaign} --jobs {jobs}"))));
        assert!(one == two, "{campaign}: one worker says\n{one:#}\nand two say\n{two:#}");
    }
}

/// A report without what may differ: how long it took, and where its cases are.
fn without_times(mut report: Value) -> Value {
    fn clean(value: &mut Value) {
        if let Value::Object(map) = value {
            map.retain(|key, _| !["wall_ns", "case", "again", "jobs"].contains(&key.as_str()));
        }
        match value {
            Value::Object(map) => map.values_mut().for_each(clean),
            Value::Array(items) => items.iter_mut().for_each(clean),
            _ => {}
        }
    }
    clean(&mut report);
    report
}

/// Run in a debug and in a release build against the same text: whoever changes a scenario on purpose renews it.
#[test]
fn the_trace_hashes_of_some_seeds_are_pinned() {
    let pinned = |entry: &&&Entry| ["session", "burst", "canary"].contains(&entry.name);
    let scenarios: Vec<_> = SCENARIOS.iter().filter(pinned).copied().collect();
    insta::assert_snapshot!(exam::trace_hashes(&scenarios, &[0, 1, u64::MAX]));
}
