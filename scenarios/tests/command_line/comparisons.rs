//! Policies side by side.

use std::collections::BTreeMap;

use rehearsal::Profile;
use rehearsal::policy::Policy;
use rehearsal::run::RunSpec;
use rehearsal_scenarios_services::pipeline::PIPELINE;
use serde_json::Value;

use crate::Place;

fn compared(place: &Place, arguments: &str) -> Value {
    let ended = place.rehearse(&format!("compare pipeline {arguments} --json"));
    assert_eq!(ended.code(), 0, "{ended:?}");
    ended.document()
}

#[test]
fn a_comparison_has_the_promised_keys_and_a_line_for_each_difference() {
    let place = Place::new();
    let document = compared(&place, "--policies one-for-one,rest-for-one --seeds 60 --csv all.csv");
    assert_eq!((&document["seeds"], &document["policies"][1]), (&60.into(), &"rest-for-one".into()));
    let metrics = document["metrics"].as_array().unwrap();
    for metric in metrics {
        assert!(metric["name"].is_string() && metric["unit"].is_string(), "{metric}");
        let pair = &metric["pairs"][0];
        for key in ["a", "b", "mean_difference", "low", "high", "variance_reduction"] {
            assert!(pair.get(key).is_some(), "`{key}` in {pair}");
        }
    }
    let lines = std::fs::read_to_string(place.path("all.csv")).unwrap();
    assert_eq!(lines.lines().count(), 1 + metrics.len());
}

#[test]
fn one_job_and_two_compare_alike() {
    let place = Place::new();
    let by = |jobs: &str| {
        let mut document =
            compared(&place, &format!("--policies one-for-one,backoff --seeds 31 --jobs {jobs}"));
        document["wall_ns"] = Value::Null;
        document
    };
    assert_eq!(by("1"), by("2"));
}

/// Nothing that clients do of themselves depends on how the line is supervised.
#[test]
fn all_policies_have_the_same_arrivals() {
    let usual = PIPELINE.built(None);
    for seed in 0..20 {
        let spec = RunSpec::seeded(seed, &Profile::CHAOS);
        let arrivals = usual.policies().iter().map(|policy| {
            let (_, facts) = usual.under(&Policy::Named((*policy).to_owned())).unwrap().run_for_facts(&spec);
            let asked = facts.iter().filter_map(|fact| {
                let json = serde_json::to_value(&fact.json).unwrap();
                Some((json.get("Asked")?.to_string(), fact.at))
            });
            asked.collect::<BTreeMap<_, _>>()
        });
        let arrivals: Vec<_> = arrivals.collect();
        assert!(arrivals[0].len() >= 20, "{:?}", arrivals[0]);
        assert!(arrivals.iter().all(|other| *other == arrivals[0]), "seed {seed:#x}");
    }
}

#[test]
fn a_turn_that_never_returns_is_named_with_its_policy_and_ends_the_comparison() {
    let place = Place::new();
    let compare =
        "compare stuck --policies never-hangs,may-hang --faults none --seeds 300 --turn-limit 300ms";
    let ended = place.rehearse(&format!("{compare} --json"));
    assert_eq!(ended.code(), 1, "{ended:?}");
    let document = ended.document();
    let stuck = &document["stuck"];
    assert_eq!(
        (&stuck["policy"], &stuck["actor"]),
        (&"may-hang".into(), &"/left/actor".into()),
        "{document:#}"
    );
    assert!(document["cut_short"] == true && document["seeds"].as_u64() < Some(300), "{document:#}");
    let again =
        format!("run stuck --policy may-hang --faults none --seed {}", stuck["seed"].as_str().unwrap());
    assert!(place.rehearse(compare).out.contains("run stuck --policy may-hang"));
    assert_eq!(place.rehearse(&format!("{again} --turn-limit 300ms")).code(), 1);
    let fine = "compare stuck --policies never-hangs,may-hang --faults none --seeds 2 --turn-limit 300ms";
    assert_eq!(place.rehearse(fine).code(), 0);
}

#[test]
fn what_cannot_be_compared_is_refused_with_the_mend() {
    let place = Place::new();
    let refused = |arguments: &str| place.rehearse(&format!("compare {arguments}")).refused().to_owned();
    assert!(
        refused("pipeline --policies one-for-one,rest-for-on").contains("rest-for-one"),
        "the nearest name"
    );
    assert!(refused("pipeline --policies backoff").contains("at least two"));
    assert!(refused("pipeline --policies backoff,backoff").contains("named twice"));
    assert!(refused("lease").contains("no policies"));
    assert!(refused("pipeline --seeds 1..5 --seed 3").contains("leave --seed out"));
}
