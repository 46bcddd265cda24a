//! What the monitor of circles says about facts that no scenario announces.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor};
use rehearsal_protocol::{Address, NodeId, Time};
use rehearsal_scenarios_backend::waits::{Wait, nobody_waits_in_a_circle};

/// What is said of `1>2` (1 waits for 2), `1.` (it goes on), and `.` (all do).
fn judged(facts: &[&'static str]) -> Result<(), String> {
    let mut monitor =
        nobody_waits_in_a_circle(|fact: &&str| match (fact.split_once('>'), fact.split_once('.')) {
            (Some((who, on)), _) => Some(Wait::Begins(who.parse::<u32>().ok()?, on.parse().ok()?)),
            (None, Some(("", _))) => Some(Wait::AllEnd),
            (None, Some((who, _))) => Some(Wait::Ends(who.parse().ok()?)),
            (None, None) => None,
        });
    let at = Time::ZERO + Duration::from_secs(1);
    let moment = Moment { at, event: 1, actor: Address::new(NodeId(0), 0), healed: None };
    facts.iter().try_for_each(|fact| monitor.observe(&moment, fact))
}

#[test]
fn a_chain_is_no_circle_until_its_end_waits_for_one_of_it() {
    assert_eq!(judged(&["1>2", "2>3"]), Ok(()));
    let circle = "3 actors wait for each other ([3, 1, 2])";
    assert_eq!(judged(&["1>2", "2>3", "3>1"]), Err(circle.to_owned()));
    assert_eq!(judged(&["1>1"]), Err("1 actors wait for each other ([1])".to_owned()));
}

#[test]
fn who_waits_for_a_circle_is_not_in_it() {
    let circle = "2 actors wait for each other ([3, 2])";
    assert_eq!(judged(&["1>2", "2>3", "3>2"]), Err(circle.to_owned()));
}

#[test]
fn who_goes_on_is_in_no_circle() {
    assert_eq!(judged(&["1>2", "1.", "2>1"]), Ok(()));
    assert_eq!(judged(&["1>2", "2>3", ".", "3>1"]), Ok(()));
}
