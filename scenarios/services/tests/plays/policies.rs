//! Policies by their names, and as data.

use std::time::Duration;

use rehearsal::Scenario;
use rehearsal_protocol::supervision::Strategy;
use rehearsal_scenarios_services::asks::Asking;
use rehearsal_scenarios_services::escalation::Escalation;
use rehearsal_scenarios_services::flapping::Flapping;
use rehearsal_scenarios_services::herd::Herd;
use rehearsal_scenarios_services::pipeline::Line;
use rehearsal_services::service::{Policy, Retry, Rule};

/// What policies call themselves is what they are typed as, and nothing else is one.
fn names_are_its_own<S: Scenario>(scenario: &S, own: impl Fn(&S) -> &str) {
    for name in scenario.policies() {
        assert_eq!(own(&scenario.under(name).expect(name)), *name);
    }
    assert!(scenario.under("no-such").is_none());
}

#[test]
fn every_name_has_a_policy_of_that_name() {
    names_are_its_own(&Line::default(), |line| &line.policy.name);
    names_are_its_own(&Flapping::default(), |flapping| flapping.policy.name());
    names_are_its_own(&Herd::default(), |herd| herd.policy.name());
    names_are_its_own(&Escalation::default(), |tree| &tree.policy.name);
    names_are_its_own(&Asking::default(), |asking| &asking.policies[0].name);
}

#[test]
fn the_first_is_the_usual_one() {
    let (flapping, herd) = (Flapping::default(), Herd::default());
    assert_eq!(flapping.under(flapping.policies()[0]).unwrap().policy, flapping.policy);
    assert_eq!(herd.under(herd.policies()[0]).unwrap().policy, herd.policy);
}

/// A policy of `flapping`, whose parts are `retry` and `breaker`.
fn of_flapping(text: &str) -> Result<Policy, String> {
    Flapping::default().under_data(&text.parse().unwrap()).map(|flapping| flapping.policy)
}

#[test]
fn parts_that_are_left_out_are_as_usual() {
    let text = "name = \"mine\"\nstrategy = \"one-for-one\"\nbreaker = { failures = 3, open_ms = 100 }";
    let (policy, usual) = (of_flapping(text).unwrap(), Flapping::default().policy);
    assert_eq!((policy.name(), &policy.retry, policy.admission), ("mine", &usual.retry, None));
    assert_eq!(policy.breaker, Some(Rule { failures: 3, open: Duration::from_millis(100) }));
    assert_ne!(usual.retry, Retry::at_once(4));
}

#[test]
fn a_part_that_the_scenario_does_not_have_is_unknown_and_a_wrong_key_is_named_with_its_part() {
    let text = "name = \"mine\"\nstrategy = \"one-for-one\"\nadmission = { limit = 3 }";
    let unknown = of_flapping(text).unwrap_err();
    assert!(unknown.contains("unknown field `admission`"), "{unknown}");
    let text = "name = \"mine\"\nstrategy = \"one-for-one\"\nretry = { attempts = 3, waits = 2 }";
    let wrong = of_flapping(text).unwrap_err();
    assert!(wrong.starts_with("[retry]: unknown field `waits`"), "{wrong}");
}

/// The strategies of the levels of `escalation`, the highest first, and how many restarts the first allows.
fn levels(text: &str) -> Result<(Vec<Strategy>, u32), String> {
    let levels = Escalation::default().under_data(&text.parse().unwrap())?.policy.levels;
    Ok((levels.iter().map(|level| level.strategy).collect(), levels[0].intensity.max))
}

#[test]
fn levels_as_data_are_those_of_the_name() {
    let usual = Escalation::default().under("otp-defaults").unwrap().policy;
    let (_, max) = levels("name = \"otp-defaults\"\nstrategy = \"one-for-one\"").unwrap();
    assert_eq!(max, usual.levels[0].intensity.max);
    let text = "[[levels]]\nstrategy = \"one-for-all\"\n[[levels]]\nstrategy = \"one-for-one\"\nintensity = { max = 4, within_ms = 5000 }";
    assert_eq!(levels(text).unwrap().0, [Strategy::OneForAll, Strategy::OneForOne]);
}

#[test]
fn what_is_wrong_with_a_level_is_said_with_its_number() {
    let of_level = levels("[[levels]]\nstrategy = \"one-for-two\"").unwrap_err();
    assert!(of_level.starts_with("level 1: ") && of_level.contains("one-for-two"), "{of_level}");
    assert!(levels("levels = []").unwrap_err().contains("not empty"));
    let beside = levels("strategy = \"one-for-one\"\n[[levels]]\nstrategy = \"one-for-all\"").unwrap_err();
    assert!(beside.contains("`strategy` stands beside"), "{beside}");
}
