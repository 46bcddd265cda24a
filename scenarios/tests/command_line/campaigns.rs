//! `fuzz`: verdicts, cases, and how a campaign ends.

use std::fs;

use serde_json::Value;
use serde_sarif::sarif::Sarif;

use crate::Place;

fn violations(document: &Value) -> &Vec<Value> {
    document["scenarios"][0]["violations"].as_array().unwrap()
}

/// A document without what depends on the machine.
fn without_wall_time(mut document: Value) -> Value {
    for scenario in document["scenarios"].as_array_mut().unwrap() {
        scenario["wall_ns"] = Value::Null;
    }
    document
}

#[test]
fn the_canary_fails_and_the_case_that_is_written_reproduces() {
    let place = Place::new();
    let ended = place.rehearse("fuzz canary --seeds 200 --json");
    assert_eq!(ended.code(), 1, "{ended:?}");
    assert!(ended.err.contains("seeds 0x0..0xc8"), "the seeds go first: {}", ended.err);
    assert!(ended.err.contains("found canary: CANARY-1"), "announced at once: {}", ended.err);
    let document = ended.document();
    let case = place.path(violations(&document)[0]["case"].as_str().unwrap());
    assert_eq!(place.replay(&case, "").code(), 0);
    let files: Vec<_> = fs::read_dir(case.parent().unwrap()).unwrap().collect();
    assert_eq!(files.len(), violations(&document).len(), "nothing but cases: {files:?}");
}

#[test]
fn one_job_and_many_give_the_same_report() {
    let place = Place::new();
    let report =
        |jobs| place.rehearse(&format!("fuzz canary burst --seeds 300 --json --jobs {jobs}")).document();
    assert_eq!(without_wall_time(report(1)), without_wall_time(report(4)));
}

#[test]
fn fail_fast_ends_with_the_first_failure_in_the_order_of_seeds() {
    let document = Place::new().rehearse("fuzz canary burst --seeds 5000 --fail-fast --json").document();
    let all = Place::new().rehearse("fuzz canary --seeds 100 --json").document();
    assert_eq!(violations(&document).len(), 1);
    assert_eq!(violations(&document)[0]["seed"], violations(&all)[0]["seed"]);
    assert_eq!(document["scenarios"][0]["ended"], "first-failure");
    assert_eq!(document["not_run"][0], "burst");
}

#[test]
fn a_goal_that_no_run_reaches_fails_the_campaign() {
    let place = Place::new();
    let misses = |seed: &u64| {
        let run = place.rehearse(&format!("run burst --faults chaos --seed {seed} --json")).document();
        run["verdict"] == "pass"
            && run["goals"].as_array().unwrap().iter().any(|goal| goal["reached"] == false)
    };
    let seed = (0..300).find(misses).expect("in some run every token is lost");
    let ended = place.rehearse(&format!("fuzz burst --faults chaos --seed {seed} --seeds 1"));
    assert_eq!(ended.code(), 1, "{ended:?}");
    assert!(ended.out.contains("burst: goals not reached in 1 run"), "{}", ended.out);
}

#[test]
fn a_stuck_actor_is_named_and_keeps_nothing_from_ending() {
    let place = Place::new();
    let ended =
        place.rehearse("fuzz stuck burst --faults none --seeds 300 --jobs 4 --turn-limit 300ms --json");
    assert_eq!(ended.code(), 1, "{ended:?}");
    let document = ended.document();
    let stuck = &document["scenarios"][0]["stuck"];
    assert_eq!(stuck["actor"], "/left/actor");
    assert_eq!(document["scenarios"][1]["runs"], 300, "the others are run all the same");

    let seed = stuck["seed"].as_str().unwrap();
    assert_eq!(seed, "0x1c", "the lowest is named, whichever worker is seen first");
    let run = place.rehearse(&format!("run stuck --faults none --turn-limit 300ms --seed {seed}"));
    assert_eq!(run.code(), 1, "{run:?}");
    assert!(run.out.contains("stuck: /left/actor") && run.out.contains(&format!("--seed {seed}")), "{run:?}");
}

#[test]
fn panics_of_actors_are_violations_and_do_not_flood_the_screen() {
    let ended = Place::new().rehearse("fuzz panics --seeds 100");
    assert_eq!(ended.code(), 1, "{ended:?}");
    assert!(ended.out.contains("ACT-3 violated: no turn panics"), "{}", ended.out);
    assert!(!ended.err.contains("stack backtrace") && !ended.err.contains("thread '"), "{}", ended.err);
}

#[test]
fn time_ends_a_campaign_that_passes() {
    let ended = Place::new().rehearse("fuzz burst --faults none --time 300ms --json");
    assert_eq!(ended.code(), 0, "{ended:?}");
    assert_eq!(ended.document()["scenarios"][0]["ended"], "time");
}

#[test]
fn a_junit_report_has_a_test_case_for_each_invariant_and_goal() {
    let place = Place::new();
    place.rehearse("fuzz canary burst --faults none --seeds 20 --junit reports/junit.xml");
    let text = fs::read_to_string(place.path("reports/junit.xml")).unwrap();
    let report = quick_junit::Report::deserialize_from_str(&text).unwrap();
    let suites: Vec<_> = report.test_suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(suites, ["canary", "burst"]);
    assert_eq!((report.failures, report.errors), (1, 0));
    for part in
        ["name=\"CANARY-1: ", "goal: a token arrives for the last time", "run canary --faults none --seed"]
    {
        assert!(text.contains(part), "`{part}` in {text}");
    }
    assert_eq!(fs::read_dir(place.path("reports")).unwrap().count(), 1, "nothing unfinished is left");
}

#[test]
fn a_trace_is_written_whole() {
    let place = Place::new();
    let run = place.rehearse("run burst --faults none --trace traces/run.jsonl --json").document();
    let text = fs::read_to_string(place.path("traces/run.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["format"], "rehearsal-trace");
    assert_eq!(lines.last().unwrap()["end"]["trace_hash"], run["trace_hash"]);
    assert_eq!(lines.len() as u64, run["events"].as_u64().unwrap() + 2);
}

#[cfg(unix)]
mod interrupted {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Command;

    use super::{Place, comparable, violations};
    use crate::Ended;

    /// Starts a campaign, presses Ctrl-C once its stderr shows a text, and waits for its end.
    fn interrupted(place: &Place, arguments: &str, after: &str) -> Ended {
        let mut child = place.command(arguments).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut err = String::new();
        while !err.contains(after) {
            assert_ne!(lines.read_line(&mut err).unwrap(), 0, "ended before `{after}`: {err}");
        }
        let pressed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(pressed.success());
        lines.read_to_string(&mut err).unwrap();
        let output = child.wait_with_output().unwrap();
        Ended { code: output.status.code(), out: String::from_utf8(output.stdout).unwrap(), err }
    }

    /// Starts a campaign, and kills its process, which is given no chance to do anything, once its stderr shows a text.
    fn killed(place: &Place, arguments: &str, after: &str) -> String {
        let mut child = place.command(arguments).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut err = String::new();
        while !err.contains(after) {
            assert_ne!(lines.read_line(&mut err).unwrap(), 0, "ended before `{after}`: {err}");
        }
        child.kill().unwrap();
        lines.read_to_string(&mut err).unwrap();
        assert!(!child.wait().unwrap().success());
        err
    }

    #[test]
    fn no_case_that_was_announced_is_lost_to_a_kill() {
        let place = Place::new();
        let arguments = "fuzz session --variant take-then-record --seeds 2000000 --jobs 2";
        let err = killed(&place, &format!("{arguments} --json"), "found session");
        let announced = err.matches("found session").count();
        let folder = place.path("target/rehearsal/cases");
        let cases: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        let whole = cases.iter().filter(|path| path.extension().is_some_and(|end| end == "toml"));
        let mut count = 0;
        for case in whole {
            assert_eq!(place.replay(case, "").code(), 0, "{}", case.display());
            count += 1;
        }
        assert!(count >= announced && announced > 0, "{announced} announced, {count} kept: {err}");
    }

    #[test]
    fn a_campaign_that_was_interrupted_and_gone_on_with_gives_the_report_of_a_whole_one() {
        let arguments = "fuzz session --variant take-then-record --seeds 60000 --json";
        let place = Place::new();
        let first = interrupted(&place, arguments, "found session").document();
        assert_eq!(first["scenarios"][0]["ended"], "interrupted", "{first:#}");
        let second = place.rehearse(&format!("{arguments} --resume")).document();
        assert_ne!(second["scenarios"][0]["resumed_from"], serde_json::Value::Null);
        let whole = place.rehearse(arguments).document();
        assert_eq!(comparable(second), comparable(whole));
    }

    #[test]
    fn a_campaign_without_failures_ends_in_order() {
        let place = Place::new();
        let ended =
            interrupted(&place, "fuzz burst canary --faults none --time 10m --json", "seeds from 0x0");
        assert_eq!(ended.code(), 0, "{ended:?}");
        let document = ended.document();
        assert!(document["not_run"].as_array().unwrap().contains(&"canary".into()), "{document}");
        assert!(document["scenarios"].as_array().unwrap().len() <= 1, "{document}");
    }

    #[test]
    fn what_was_found_is_written_and_told() {
        let place = Place::new();
        let ended = interrupted(&place, "fuzz canary --time 10m --json --junit junit.xml", "found canary");
        assert_eq!(ended.code(), 1, "{ended:?}");
        let document = ended.document();
        assert_eq!(document["scenarios"][0]["ended"], "interrupted");
        assert!(place.path(violations(&document)[0]["case"].as_str().unwrap()).is_file());
        assert!(place.path("junit.xml").is_file());
    }
}

/// What the schema of SARIF 2.1.0 requires of the parts that are written, checked by hand.
#[test]
fn a_sarif_report_has_what_the_schema_requires() {
    let place = Place::new();
    place.rehearse("fuzz canary burst panics --faults none --seeds 20 --sarif reports/found.sarif");
    let text = fs::read_to_string(place.path("reports/found.sarif")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&document["version"], document["runs"].as_array().unwrap().len()), (&"2.1.0".into(), 1));
    assert!(document["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let run = &document["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "rehearsal");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let rules = driver["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "ids of rules are unique");
    assert!(rules.iter().all(|rule| rule["shortDescription"]["text"].is_string()));
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2, "{results:#?}");
    for result in results {
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert_eq!(result["level"], "error");
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(ids[index], result["ruleId"].as_str().unwrap());
        let at = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let reference = at.as_str().unwrap();
        assert!(reference.bytes().all(|byte| byte.is_ascii_graphic()), "{reference}");
        assert!(place.path(reference).is_file(), "{reference}");
        assert!(result["partialFingerprints"].as_object().unwrap().values().all(Value::is_string));
    }
    assert!(results[0]["ruleId"] == "canary/CANARY-1" && results[1]["ruleId"] == "panics/ACT-3");
}

/// The types come from the schema: what it requires must be there, and what it does not know would be missing when written again.
fn is_sarif(document: &Value) -> Result<(), String> {
    let read: Sarif = serde_json::from_value(document.clone()).map_err(|error| error.to_string())?;
    let again = serde_json::to_value(read).map_err(|error| error.to_string())?;
    if again == *document { Ok(()) } else { Err(format!("{again:#} is all that the schema knows of it")) }
}

#[test]
fn a_sarif_report_is_one_by_the_official_schema() {
    let place = Place::new();
    place.rehearse("fuzz canary panics never-quiet --seeds 20 --sarif found.sarif");
    place.rehearse("fuzz session --seeds 2 --sarif missed.sarif");
    for (report, results) in [("found.sarif", 3), ("missed.sarif", 1)] {
        let text = fs::read_to_string(place.path(report)).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        assert!(document["runs"][0]["results"].as_array().unwrap().len() >= results, "{document:#}");
        assert_eq!(is_sarif(&document), Ok(()));
        let broken = [("message", Value::Null), ("level", "fatal".into()), ("colour", "red".into())];
        for (key, value) in broken {
            let mut document = document.clone();
            document["runs"][0]["results"][0][key] = value;
            assert!(is_sarif(&document).is_err(), "{key} passes");
        }
    }
}

#[test]
fn there_must_be_something_to_go_on_with() {
    let place = Place::new();
    let ended = place.rehearse("fuzz canary --seeds 100 --resume");
    assert!(ended.refused().contains("there is no interrupted campaign to go on with"), "{ended:?}");
    place.rehearse("fuzz canary --seeds 100");
    let ended = place.rehearse("fuzz canary --seeds 200 --resume");
    assert!(ended.refused().contains("is of another campaign"), "{ended:?}");
    place.write("target/rehearsal/campaign.json", "{\"campaigns\":");
    let ended = place.rehearse("fuzz canary --seeds 100 --resume");
    assert!(ended.refused().contains("is damaged"), "{ended:?}");
}

#[test]
fn a_campaign_that_is_done_is_not_run_again() {
    let place = Place::new();
    let whole = place.rehearse("fuzz canary burst --seeds 300 --json").document();
    let again = place.rehearse("fuzz canary burst --seeds 300 --resume --json").document();
    assert_eq!(again["scenarios"][0]["resumed_from"], "0x12c");
    let [whole, again] = [whole, again].map(comparable);
    assert_eq!(whole, again);
}

/// A document without what depends on the machine, and on whether a campaign was interrupted.
fn comparable(document: Value) -> Value {
    let mut document = without_wall_time(document);
    for scenario in document["scenarios"].as_array_mut().unwrap() {
        scenario.as_object_mut().unwrap().remove("resumed_from");
    }
    document
}
