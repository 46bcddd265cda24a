//! Table B.4, row by row.

use super::play::{Play, call, run, says};
use crate::session::*;

#[test]
fn a_result_that_is_waited_for_is_accepted() {
    let mut play = Play::in_tools(Variant::Reference);
    assert_eq!(
        play.reported(call(0), 1, Outcome::Succeeded(7)),
        [
            "announce ResultRouted { call: s1:b1/1.1.0, ack: Accepted }",
            "send @3.3 Acknowledged { call: s1:b1/1.1.0, ack: Accepted }"
        ]
    );
}

#[test]
fn the_same_result_again_is_a_duplicate_and_changes_nothing() {
    let mut play = Play::in_tools(Variant::Reference);
    play.reported(call(0), 1, Outcome::Succeeded(7));
    assert_eq!(
        play.reported(call(0), 1, Outcome::Succeeded(7)),
        [
            "announce ResultRouted { call: s1:b1/1.1.0, ack: Duplicate }",
            "send @3.3 Acknowledged { call: s1:b1/1.1.0, ack: Duplicate }",
        ]
    );
}

#[test]
fn a_different_result_is_a_conflict_and_the_first_one_stands() {
    let mut play = Play::in_tools(Variant::Reference);
    play.reported(call(0), 1, Outcome::Succeeded(7));
    let second = play.reported(call(0), 1, Outcome::Succeeded(8));
    assert!(says(&second, "send @3.3 Acknowledged { call: s1:b1/1.1.0, ack: Conflict }"));
    assert!(!says(&second, "announce CallEnded"));
}

#[test]
fn a_result_of_an_earlier_step_is_still_known() {
    let mut play = Play::in_tools(Variant::Reference);
    play.result(0, Outcome::Succeeded(7));
    play.result(1, Outcome::Succeeded(7));
    play.settled();
    assert_eq!(play.session.phase(), PhaseName::Stream);
    assert!(says(
        &play.reported(call(0), 1, Outcome::Succeeded(7)),
        "announce ResultRouted { call: s1:b1/1.1.0, ack: Duplicate }"
    ));
}

#[test]
fn a_result_for_a_call_that_nobody_made_is_never_stored() {
    let mut play = Play::in_tools(Variant::Reference);
    assert_eq!(
        play.reported(call(9), 1, Outcome::Succeeded(7)),
        [
            "announce ResultRouted { call: s1:b1/1.1.9, ack: Unknown }",
            "send @3.3 Acknowledged { call: s1:b1/1.1.9, ack: Unknown }",
            "dead letter UnknownCall",
        ]
    );
}

#[test]
fn a_result_for_a_step_that_has_not_come_is_unknown() {
    let mut play = Play::in_tools(Variant::Reference);
    let ahead = CallId { step: 2, ..call(0) };
    assert!(says(
        &play.reported(ahead, 1, Outcome::Succeeded(7)),
        "announce ResultRouted { call: s1:b1/1.2.0, ack: Unknown }"
    ));
}

#[test]
fn a_result_of_an_earlier_run_is_late_and_the_synthesized_one_stands() {
    let mut play = Play::in_tools(Variant::Reference);
    play.press(5);
    play.grace_over();
    assert_eq!(
        play.reported(call(0), 1, Outcome::Succeeded(7)),
        [
            "announce ResultRouted { call: s1:b1/1.1.0, ack: Late }",
            "send @3.3 Acknowledged { call: s1:b1/1.1.0, ack: Late }",
            "dead letter LateResult",
        ]
    );
}

#[test]
fn a_result_after_the_end_of_the_key_is_late() {
    let mut play = Play::in_tools(Variant::Reference);
    play.terminate(5);
    assert!(says(
        &play.result(0, Outcome::Cancelled),
        "announce ResultRouted { call: s1:b1/1.1.0, ack: Late }"
    ));
}

#[test]
fn a_result_of_an_older_attempt_is_dropped() {
    let mut play = Play::in_tools(Variant::Reference);
    assert_eq!(
        play.reported(call(0), 0, Outcome::Succeeded(7)),
        [
            "announce ResultRouted { call: s1:b1/1.1.0, ack: StaleAttempt }",
            "send @3.3 Acknowledged { call: s1:b1/1.1.0, ack: StaleAttempt }",
            "dead letter StaleAttempt",
        ]
    );
}

#[test]
fn a_result_for_another_key_is_a_mismatch() {
    let mut play = Play::in_tools(Variant::Reference);
    let other = CallId { run: RunId { key: Key { session: 2, branch: 1 }, ..run(1) }, ..call(0) };
    assert_eq!(
        play.reported(other, 1, Outcome::Succeeded(7)),
        [
            "announce ResultRouted { call: s2:b1/1.1.0, ack: TargetMismatch }",
            "send @3.3 Acknowledged { call: s2:b1/1.1.0, ack: TargetMismatch }",
        ]
    );
}
