//! What differs between policies for stages that depend on each other.

use rehearsal::Profile;
use rehearsal::policy::Policy;
use rehearsal::run::RunSpec;
use rehearsal::trace::Recording;
use rehearsal_scenarios_services::pipeline::PIPELINE;
use rehearsal_services::service::client::PATIENCE;

use rehearsal::exam::{compared, difference};

#[test]
fn a_policy_differs_from_itself_by_nothing() {
    for metric in compared(&PIPELINE, ["rest-for-one", "rest-for-one"], 200).metrics {
        let pair = &metric.pairs[0];
        if let Some(found) = pair.difference {
            assert_eq!((found.mean, found.interval.width()), (0.0, 0.0), "{}", metric.metric.name);
        }
        assert!(pair.swings.is_empty());
    }
}

#[test]
fn stages_that_depend_on_each_other_had_better_be_started_together() {
    let found = difference(&PIPELINE, "availability", ["one-for-one", "rest-for-one"], 200);
    assert!(found.mean > 0.0 && found.interval.is_clear(), "{found:?}");
}

#[test]
fn common_seeds_halve_the_interval_of_every_metric_between_all_strategies() {
    for policies in
        [["one-for-one", "one-for-all"], ["one-for-one", "rest-for-one"], ["one-for-all", "rest-for-one"]]
    {
        for metric in compared(&PIPELINE, policies, 2_000).metrics {
            let (name, found) = (metric.metric.name, metric.pairs[0].difference.unwrap());
            assert!(
                2.0 * found.interval.width() <= found.independent.width(),
                "{policies:?}, {name}: {found:?}"
            );
        }
    }
}

#[test]
fn the_store_is_as_slow_under_every_policy() {
    let line = PIPELINE.built(None);
    for seed in 0..50 {
        let paces = ["one-for-one", "one-for-all", "rest-for-one"].map(|policy| {
            let mut runner = line.under(&Policy::Named(policy.to_owned())).unwrap().runner();
            let spec = RunSpec::seeded(seed, &Profile::CHAOS);
            runner.run(&RunSpec { recording: Recording::Payloads, ..spec });
            let texts = runner.recorder().payloads().iter().map(|payload| payload.text.clone());
            texts.filter(|text| text.starts_with("StoreBegan")).collect::<Vec<_>>()
        });
        assert!(!paces[0].is_empty() && paces.iter().all(|found| *found == paces[0]), "{seed:#x}: {paces:?}");
    }
}

#[test]
fn most_clients_have_recovered_before_they_would_ask_again_and_some_long_after() {
    let comparison = compared(&PIPELINE, ["one-for-one", "rest-for-one"], 200);
    let found = comparison.distributions.iter().find(|found| found.name == "time to recovery").unwrap();
    let patience = i64::try_from(PATIENCE.as_nanos()).unwrap();
    for samples in &found.samples {
        assert!(samples.len() > 500, "{samples:?}");
        assert!(
            samples[samples.len() / 2] < patience && samples[samples.len() - 1] > patience,
            "{samples:?}"
        );
    }
}
