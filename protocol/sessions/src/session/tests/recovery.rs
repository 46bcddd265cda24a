//! What a session does after a crash with what its disk has kept.

use super::play::{Play, call, facts, says};
use crate::session::message::SessionMessage;
use crate::session::*;

#[test]
fn accepted_work_that_waited_is_taken_up() {
    let mut play = Play::idle();
    play.say(1);
    let told = play.crashed();
    assert_eq!(
        facts(&told),
        [
            "Recovering { key: s1:b1 }",
            "Restored { key: s1:b1, command: c1#1, kind: Message }",
            "Recovered { key: s1:b1, epoch: 1 }",
            "InFlight { run: s1:b1/1, command: c1#1, passed: 0 }",
        ]
    );
}

#[test]
fn a_command_that_was_accepted_before_the_crash_is_still_known() {
    let mut play = Play::streaming(Variant::Reference);
    play.crashed();
    assert_eq!(play.say(1), ["send @4.4 Answer { command: c1#1, reply: Accepted }"]);
}

#[test]
fn a_run_that_listened_to_the_model_asks_for_that_step_again() {
    let mut play = Play::streaming(Variant::Reference);
    let told = play.crashed();
    assert!(says(&told, "announce Resumed { run: s1:b1/1, command: c1#1, step: 1 }"));
    assert!(says(&told, "announce ModelCall { run: s1:b1/1, step: 1"));
}

#[test]
fn calls_without_results_are_tried_again_when_that_is_durable() {
    let mut play = Play::in_tools(Variant::Reference);
    assert!(!says(&play.crashed(), "send @0.5 Execute"));
    let told = play.settled();
    assert!(says(&told, "announce CallRetried { call: s1:b1/1.1.0, attempt: 2 }"));
    assert!(says(&told, "send @0.5 Execute { call: s1:b1/1.1.1, attempt: 2"));
    assert!(says(
        &play.reported(call(0), 1, Outcome::Succeeded(0)),
        "announce ResultRouted { call: s1:b1/1.1.0, ack: StaleAttempt }"
    ));
}

#[test]
fn a_step_whose_results_are_stored_is_not_made_again() {
    let mut play = Play::in_tools(Variant::Reference);
    play.result(0, Outcome::Succeeded(0));
    play.result(1, Outcome::Succeeded(0));
    let told = play.crashed();
    assert!(says(&told, "announce ModelCall { run: s1:b1/1, step: 2"), "{told:?}");
}

#[test]
fn a_run_whose_end_is_stored_is_over() {
    let mut play = Play::streaming(Variant::Reference);
    play.done(1, [None; 3]);
    assert!(!says(&play.crashed(), "announce Resumed"));
    assert_eq!(play.session.phase(), PhaseName::Idle);
}

#[test]
fn an_interrupt_that_is_stored_ends_the_run_that_it_met() {
    let mut play = Play::streaming(Variant::Reference);
    play.press(5);
    let mut told = play.crashed();
    assert!(says(&told, "announce InterruptReplayed { run: s1:b1/1, command: c1#5 }"));
    told.extend(play.settled());
    assert!(says(&told, "announce RunEnded { run: s1:b1/1, cause: Interrupted"));
    assert!(!says(&told, "announce ModelCall"));
}

#[test]
fn an_interrupt_of_an_earlier_run_does_not_touch_the_present_one() {
    let mut play = Play::interrupting(Variant::Reference);
    play.say(2);
    play.settled();
    play.stream_ended(StreamEnd::Closed);
    play.settled();
    let told = play.crashed();
    assert!(!says(&told, "announce InterruptReplayed"));
    assert!(says(&told, "announce ModelCall { run: s1:b1/2, step: 1"));
}

#[test]
fn a_terminated_key_comes_back_as_such() {
    let mut play = Play::idle();
    play.terminate(1);
    play.crashed();
    assert_eq!(play.session.phase(), PhaseName::Closed);
}

#[test]
fn an_idle_session_leaves_with_a_snapshot_and_comes_back_with_what_it_remembers() {
    let mut play = Play::streaming(Variant::Reference);
    play.done(1, [None; 3]);
    play.settled();
    assert!(says(&play.idle_for_long(), "write snapshot/1"));
    assert_eq!(play.settled(), ["send @1.1 Leaving(s1:b1)"]);
    assert_eq!(play.tell(Message::Session(SessionMessage::Leave)), ["exit"]);
    play.crashed();
    assert_eq!(play.say(1), ["send @4.4 Answer { command: c1#1, reply: Accepted }"]);
}

#[test]
fn a_session_that_is_asked_for_while_it_leaves_stays() {
    let mut play = Play::streaming(Variant::Reference);
    play.done(1, [None; 3]);
    play.settled();
    play.idle_for_long();
    play.settled();
    play.say(2);
    assert_eq!(play.tell(Message::Session(SessionMessage::Leave)), ["send @1.1 Staying(s1:b1)"]);
}
