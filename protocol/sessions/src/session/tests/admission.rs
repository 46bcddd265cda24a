//! T1–T4': work comes in, is made durable, waits, and is taken up.

use super::play::{Play, facts, says};
use crate::session::*;

#[test]
fn a_message_is_made_durable_before_anybody_is_told() {
    let mut play = Play::idle();
    assert_eq!(play.say(1), ["write r0 9 bytes", "sync 1"]);
    assert_eq!(play.session.phase(), PhaseName::Idle);
    assert_eq!(
        play.synced(),
        [
            "announce Accepted { key: s1:b1, command: c1#1, kind: Message }",
            "send @4.4 Answer { command: c1#1, reply: Accepted }",
            "announce Queued { key: s1:b1, command: c1#1, queue: FollowUp, len: 1 }",
            "send @1.1 Busy(s1:b1)",
            "announce InFlight { run: s1:b1/1, command: c1#1, passed: 0 }",
            "write r1 11 bytes",
            "sync 2"
        ]
    );
    assert_eq!(play.session.phase(), PhaseName::Starting);
}

#[test]
fn a_run_starts_when_its_message_is_stored() {
    let mut play = Play::starting(Variant::Reference);
    assert_eq!(
        play.synced(),
        [
            "announce RowStored { key: s1:b1, run: s1:b1/1, step: 0, role: User { command: c1#1 } }",
            "announce RunStarted { run: s1:b1/1, command: c1#1 }",
            "announce ModelCall { run: s1:b1/1, step: 1, context: s1:b1 }",
            "send @2.2 Generate { stream: s1:b1/1.1@1.1 }",
            "set Timer(2) 2s"
        ]
    );
}

#[test]
fn a_message_waits_while_a_run_is_active() {
    let mut play = Play::streaming(Variant::Reference);
    play.say(2);
    assert_eq!(
        facts(&play.synced()),
        [
            "Accepted { key: s1:b1, command: c1#2, kind: Message }",
            "Queued { key: s1:b1, command: c1#2, queue: FollowUp, len: 1 }",
        ]
    );
    assert_eq!(play.session.waiting(), (0, 1));
}

#[test]
fn the_same_command_again_gets_the_same_answer_and_runs_once() {
    let mut play = Play::starting(Variant::Reference);
    assert_eq!(play.say(1), ["send @4.4 Answer { command: c1#1, reply: Accepted }"]);
}

#[test]
fn the_same_command_again_waits_for_the_answer_that_is_on_its_way() {
    let mut play = Play::idle();
    play.say(1);
    assert!(play.say(1).is_empty());
}

#[test]
fn the_same_command_with_other_content_is_a_conflict() {
    let mut play = Play::starting(Variant::Reference);
    assert_eq!(
        play.work(1, Kind::Message, 77),
        [
            "announce Refused { key: s1:b1, command: c1#1, why: Conflict }",
            "send @4.4 Answer { command: c1#1, reply: Conflict }",
        ]
    );
}

#[test]
fn a_full_queue_refuses_and_counts_what_is_being_made_durable() {
    let mut play = Play::streaming(Variant::Reference);
    play.say(2);
    play.synced();
    play.say(3);
    assert_eq!(
        play.say(4),
        [
            "announce Refused { key: s1:b1, command: c1#4, why: QueueFull }",
            "send @4.4 Answer { command: c1#4, reply: QueueFull }",
        ]
    );
    assert!(says(&play.interject(5), "sync"), "interjections have a queue of their own");
}

#[test]
fn a_refused_command_may_be_tried_again() {
    let mut play = Play::streaming(Variant::Reference);
    play.say(2);
    play.say(3);
    play.say(4);
    play.settled();
    play.done(1, [None; 3]);
    play.settled();
    assert!(says(&play.say(4), "sync"));
}

#[test]
fn a_run_that_ends_between_arrival_and_commit_leaves_no_message_behind() {
    let mut play = Play::streaming(Variant::Reference);
    play.done(1, [None; 3]);
    play.say(2);
    play.synced();
    assert_eq!(play.session.phase(), PhaseName::Idle);
    assert!(says(&play.synced(), "announce InFlight { run: s1:b1/2, command: c1#2"));
}

#[test]
fn interjections_go_before_follow_ups_and_in_order() {
    let mut play = Play::interrupting(Variant::Reference);
    play.say(2);
    play.interject(3);
    play.interject(4);
    play.settled();
    play.stream_ended(StreamEnd::Closed);
    let ended = play.synced();
    assert!(says(&ended, "announce InFlight { run: s1:b1/2, command: c1#3, passed: 1 }"));
    assert_eq!(play.session.waiting(), (1, 1));
}

#[test]
fn a_terminated_key_accepts_nothing() {
    let mut play = Play::idle();
    play.terminate(1);
    play.settled();
    assert_eq!(
        play.say(2),
        [
            "announce Refused { key: s1:b1, command: c1#2, why: Terminated }",
            "send @4.4 Answer { command: c1#2, reply: Terminated }",
        ]
    );
}

#[test]
fn while_the_end_of_a_key_is_being_stored_nobody_learns_of_it() {
    let mut play = Play::idle();
    play.terminate(1);
    assert_eq!(
        play.say(2),
        [
            "announce Refused { key: s1:b1, command: c1#2, why: Unavailable }",
            "send @4.4 Answer { command: c1#2, reply: Unavailable }",
        ]
    );
}

#[test]
fn work_that_was_stored_before_the_end_of_its_key_is_accepted_and_becomes_a_dead_letter() {
    let mut play = Play::idle();
    play.say(1);
    play.terminate(2);
    assert_eq!(
        play.synced(),
        [
            "announce Accepted { key: s1:b1, command: c1#1, kind: Message }",
            "send @4.4 Answer { command: c1#1, reply: Accepted }",
            "announce Queued { key: s1:b1, command: c1#1, queue: FollowUp, len: 1 }",
        ]
    );
    assert_eq!(
        play.synced(),
        [
            "announce DeadLettered { key: s1:b1, command: c1#1, why: Terminated }",
            "announce Closed { key: s1:b1, phase: Idle }",
            "send @4.4 Answer { command: c1#2, reply: Terminated }",
        ]
    );
}
