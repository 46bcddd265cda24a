//! T4–T6, T10: streams, steps, and how a run ends by itself.

use std::time::Duration;

use super::play::{Play, facts, says};
use crate::session::*;

#[test]
fn a_run_without_calls_ends_and_the_session_rests() {
    let mut play = Play::streaming(Variant::Reference);
    assert_eq!(
        play.done(1, [None; 3]),
        [
            "cancel Timer(2)",
            "announce RunDecided { run: s1:b1/1, cause: Done }",
            "write r2 12 bytes",
            "sync 3"
        ]
    );
    assert_eq!(play.session.phase(), PhaseName::Finalizing);
    assert_eq!(
        play.synced(),
        [
            "announce RowStored { key: s1:b1, run: s1:b1/1, step: 1, role: Assistant { chunks: 1, extent: Whole } }",
            "announce StreamEnded { run: s1:b1/1, cause: Done }",
            "announce TurnCompleted { run: s1:b1/1, cause: Done }",
            "announce RunEnded { run: s1:b1/1, cause: Done, waiting: 0 }",
            "send @1.1 Rested(s1:b1)"
        ]
    );
    assert_eq!(play.session.phase(), PhaseName::Idle);
}

#[test]
fn an_end_that_overtakes_chunks_waits_for_them() {
    let mut play = Play::streaming(Variant::Reference);
    assert!(play.done(3, [None; 3]).is_empty());
    assert!(play.chunk(2).is_empty());
    let last = play.chunk(1);
    assert_eq!(
        facts(&last),
        [
            "ChunkShown { run: s1:b1/1, step: 1, seq: 1 }",
            "ChunkShown { run: s1:b1/1, step: 1, seq: 2 }",
            "RunDecided { run: s1:b1/1, cause: Done }"
        ]
    );
}

#[test]
fn a_chunk_that_comes_twice_is_shown_once() {
    let mut play = Play::streaming(Variant::Reference);
    assert_eq!(play.chunk(0), ["dead letter Dropped"]);
}

#[test]
fn calls_are_stored_with_the_answer_and_handed_out_in_order() {
    let mut play = Play::streaming(Variant::Reference);
    assert_eq!(
        play.done(1, [Some(Class::Serial), Some(Class::Parallel), None]),
        ["cancel Timer(2)", "write r2 14 bytes", "sync 3"]
    );
    assert_eq!(
        play.synced(),
        [
            "announce RowStored { key: s1:b1, run: s1:b1/1, step: 1, role: Assistant { chunks: 1, extent: Whole } }",
            "announce CallIssued { call: s1:b1/1.1.0, class: Serial }",
            "announce CallIssued { call: s1:b1/1.1.1, class: Parallel }",
            "send @0.5 Execute { call: s1:b1/1.1.0, attempt: 1, class: Serial }",
            "send @0.5 Execute { call: s1:b1/1.1.1, attempt: 1, class: Parallel }"
        ]
    );
}

#[test]
fn when_all_calls_have_ended_one_message_holds_the_results_in_the_order_of_the_calls() {
    let mut play = Play::in_tools(Variant::Reference);
    play.result(1, Outcome::Succeeded(0));
    assert_eq!(
        play.result(0, Outcome::Failed(1)),
        ["announce ResultRouted { call: s1:b1/1.1.0, ack: Accepted }", "write r3 9 bytes", "sync 4"]
    );
    assert_eq!(
        play.synced(),
        [
            "announce CallEnded { call: s1:b1/1.1.0, outcome: Failed(1) }",
            "announce ResultPersisted { call: s1:b1/1.1.0 }",
            "announce CallEnded { call: s1:b1/1.1.1, outcome: Succeeded(0) }",
            "announce ResultPersisted { call: s1:b1/1.1.1 }",
            "announce RowStored { key: s1:b1, run: s1:b1/1, step: 1, role: Results { count: 2 } }",
            "announce ModelCall { run: s1:b1/1, step: 2, context: s1:b1 }",
            "send @2.2 Generate { stream: s1:b1/1.2@1.1 }",
            "set Timer(2) 2s"
        ]
    );
}

#[test]
fn a_provider_failure_keeps_what_was_shown_and_takes_up_what_waits() {
    let mut play = Play::streaming(Variant::Reference);
    play.say(2);
    play.synced();
    play.stream_ended(StreamEnd::Failed);
    assert_eq!(
        facts(&play.synced()),
        [
            "RowStored { key: s1:b1, run: s1:b1/1, step: 1, role: Assistant { chunks: 1, extent: Partial } }",
            "ErrorOccurred { run: s1:b1/1 }",
            "StreamEnded { run: s1:b1/1, cause: Failed }",
            "TurnCompleted { run: s1:b1/1, cause: Failed }",
            "RunEnded { run: s1:b1/1, cause: Failed, waiting: 1 }",
            "InFlight { run: s1:b1/2, command: c1#2, passed: 0 }"
        ]
    );
}

#[test]
fn a_stream_is_silent_only_if_nothing_has_come_for_that_long() {
    let mut play = Play::streaming(Variant::Reference);
    play.pass(Duration::from_millis(1_500));
    play.chunk(1);
    play.pass(Duration::from_millis(500));
    assert_eq!(play.silence(), ["set Timer(2) 1.5s"]);
    play.pass(Duration::from_millis(1_500));
    let silent = play.silence();
    assert_eq!(silent[0], "send @2.2 CloseStream { stream: s1:b1/1.1@1.1 }");
    assert!(says(&silent, "announce RunDecided { run: s1:b1/1, cause: Failed"));
}

#[test]
fn what_comes_from_an_earlier_run_is_dropped() {
    let mut play = Play::streaming(Variant::Reference);
    play.stream_ended(StreamEnd::Failed);
    assert_eq!(play.chunk(1), ["dead letter LateResult"]);
    assert_eq!(play.done(2, [None; 3]), ["dead letter LateResult"]);
}
