//! Table B.3, cell by cell, and T14.

use super::play::{Play, call, facts, says};
use crate::session::*;

/// What an interrupt and a cancel do must be the same in every phase.
fn cancel_does_the_same(scene: fn(Variant) -> Play) {
    let (mut pressed, mut cancelled) = (scene(Variant::Reference), scene(Variant::Reference));
    assert_eq!(pressed.press(5), cancelled.cancel(5));
    assert_eq!(pressed.settled(), cancelled.settled());
    assert_eq!(pressed.session.phase(), cancelled.session.phase());
}

#[test]
fn an_interrupt_while_idle_leaves_no_trace() {
    let mut play = Play::idle();
    assert_eq!(
        play.press(1),
        [
            "announce InterruptReceived { key: s1:b1, command: c1#1, expected: None, phase: Idle }",
            "write r0 7 bytes",
            "sync 1"
        ]
    );
    assert_eq!(
        play.synced(),
        [
            "announce InterruptAcked { key: s1:b1, command: c1#1, ack: NoActiveRun }",
            "send @4.4 Answer { command: c1#1, reply: Interrupt(NoActiveRun) }",
        ]
    );
    play.say(2);
    play.synced();
    assert!(says(&play.synced(), "announce ModelCall { run: s1:b1/1"), "the next run is not hit");
}

#[test]
fn a_cancel_while_idle_leaves_no_trace() {
    cancel_does_the_same(Play::with);
}

#[test]
fn an_interjection_while_idle_is_a_user_message() {
    let mut play = Play::idle();
    play.interject(1);
    assert_eq!(
        facts(&play.synced()),
        [
            "Accepted { key: s1:b1, command: c1#1, kind: Interjection }",
            "Queued { key: s1:b1, command: c1#1, queue: Steering, len: 1 }",
            "InFlight { run: s1:b1/1, command: c1#1, passed: 0 }",
        ]
    );
}

#[test]
fn an_interrupt_in_the_starting_window_still_ends_that_run() {
    let mut play = Play::starting(Variant::Reference);
    assert_eq!(
        facts(&play.press(5)),
        ["InterruptReceived { key: s1:b1, command: c1#5, expected: None, phase: Starting }"]
    );
    assert_eq!(
        facts(&play.settled()),
        [
            "RowStored { key: s1:b1, run: s1:b1/1, step: 0, role: User { command: c1#1 } }",
            "RunStarted { run: s1:b1/1, command: c1#1 }",
            "RunDecided { run: s1:b1/1, cause: Interrupted }",
            "InterruptEffect { run: s1:b1/1, command: c1#5 }",
            "InterruptAcked { key: s1:b1, command: c1#5, ack: Applied }",
            "StreamEnded { run: s1:b1/1, cause: Interrupted }",
            "TurnCompleted { run: s1:b1/1, cause: Interrupted }",
            "RunEnded { run: s1:b1/1, cause: Interrupted, waiting: 0 }"
        ]
    );
}

#[test]
fn a_cancel_in_the_starting_window_does_the_same() {
    cancel_does_the_same(Play::starting);
}

#[test]
fn a_second_interrupt_in_the_starting_window_is_absorbed() {
    let mut play = Play::starting(Variant::Reference);
    play.press(5);
    play.press(6);
    assert!(says(&play.settled(), "announce InterruptAcked { key: s1:b1, command: c1#6, ack: Absorbed }"));
}

#[test]
fn an_interjection_in_the_starting_window_waits_and_stops_nothing() {
    let mut play = Play::starting(Variant::Reference);
    play.interject(2);
    play.synced();
    assert_eq!(
        play.session.waiting(),
        (0, 0),
        "the commit that has completed is the one of the first message"
    );
    assert_eq!(
        facts(&play.synced()),
        [
            "Accepted { key: s1:b1, command: c1#2, kind: Interjection }",
            "Queued { key: s1:b1, command: c1#2, queue: Steering, len: 1 }",
        ]
    );
}

#[test]
fn an_interrupt_stops_the_stream_and_keeps_what_was_shown() {
    let mut play = Play::streaming(Variant::Reference);
    assert_eq!(
        play.press(5),
        [
            "announce InterruptReceived { key: s1:b1, command: c1#5, expected: None, phase: Stream }",
            "cancel Timer(2)",
            "send @2.2 CloseStream { stream: s1:b1/1.1@1.1 }",
            "set Timer(1) 500ms",
            "write r2 10 bytes",
            "sync 3"
        ]
    );
    assert_eq!(
        play.synced(),
        [
            "announce InterruptEffect { run: s1:b1/1, command: c1#5 }",
            "announce InterruptAcked { key: s1:b1, command: c1#5, ack: Applied }",
            "send @4.4 Answer { command: c1#5, reply: Interrupt(Applied) }",
        ]
    );
    assert_eq!(play.chunk(1), ["dead letter LateResult"], "nothing more is shown");
    assert_eq!(
        play.stream_ended(StreamEnd::Closed),
        [
            "cancel Timer(1)",
            "announce RunDecided { run: s1:b1/1, cause: Interrupted }",
            "write r3 12 bytes",
            "sync 4"
        ]
    );
    assert_eq!(
        play.synced(),
        [
            "announce RowStored { key: s1:b1, run: s1:b1/1, step: 1, role: Assistant { chunks: 1, extent: Partial } }",
            "announce StreamEnded { run: s1:b1/1, cause: Interrupted }",
            "announce TurnCompleted { run: s1:b1/1, cause: Interrupted }",
            "announce RunEnded { run: s1:b1/1, cause: Interrupted, waiting: 0 }",
            "send @1.1 Rested(s1:b1)",
        ]
    );
}

#[test]
fn a_cancel_stops_the_stream_just_the_same() {
    cancel_does_the_same(Play::streaming);
}

#[test]
fn an_interjection_stops_the_stream_softly_and_starts_next() {
    let mut play = Play::streaming(Variant::Reference);
    play.interject(2);
    assert!(says(&play.synced(), "send @2.2 CloseStream { stream: s1:b1/1.1@1.1 }"));
    assert_eq!(play.session.phase(), PhaseName::Stream, "what still comes is shown");
    play.stream_ended(StreamEnd::Closed);
    assert_eq!(
        facts(&play.synced()),
        [
            "RowStored { key: s1:b1, run: s1:b1/1, step: 1, role: Assistant { chunks: 1, extent: Partial } }",
            "StreamEnded { run: s1:b1/1, cause: GaveWay }",
            "TurnCompleted { run: s1:b1/1, cause: GaveWay }",
            "RunEnded { run: s1:b1/1, cause: GaveWay, waiting: 1 }",
            "InFlight { run: s1:b1/2, command: c1#2, passed: 0 }",
        ]
    );
}

#[test]
fn an_interrupt_cancels_the_tools_and_every_call_keeps_a_result() {
    let mut play = Play::in_tools(Variant::Reference);
    let pressed = play.press(5);
    assert!(says(&pressed, "send @0.5 CancelCalls { run: s1:b1/1 }") && says(&pressed, "set Timer(1) 500ms"));
    play.settled();
    play.result(0, Outcome::Cancelled);
    play.result(1, Outcome::Succeeded(0));
    assert_eq!(
        facts(&play.settled()),
        [
            "CallEnded { call: s1:b1/1.1.0, outcome: Cancelled }",
            "ResultPersisted { call: s1:b1/1.1.0 }",
            "CallEnded { call: s1:b1/1.1.1, outcome: Succeeded(0) }",
            "ResultPersisted { call: s1:b1/1.1.1 }",
            "RowStored { key: s1:b1, run: s1:b1/1, step: 1, role: Results { count: 2 } }",
            "StreamEnded { run: s1:b1/1, cause: Interrupted }",
            "TurnCompleted { run: s1:b1/1, cause: Interrupted }",
            "RunEnded { run: s1:b1/1, cause: Interrupted, waiting: 0 }",
        ]
    );
}

#[test]
fn a_cancel_cancels_the_tools_just_the_same() {
    cancel_does_the_same(Play::in_tools);
}

#[test]
fn an_interjection_lets_the_tools_end_and_then_starts() {
    let mut play = Play::in_tools(Variant::Reference);
    play.interject(2);
    assert!(!says(&play.synced(), "send @0.5"), "nothing is cancelled");
    play.result(0, Outcome::Succeeded(0));
    play.result(1, Outcome::Succeeded(0));
    let last = play.settled();
    assert!(says(&last, "announce RunEnded { run: s1:b1/1, cause: GaveWay, waiting: 1 }"));
    assert!(says(&last, "announce InFlight { run: s1:b1/2, command: c1#2, passed: 0 }"));
}

#[test]
fn a_second_interrupt_is_absorbed_and_the_next_run_is_clean() {
    let mut play = Play::interrupting(Variant::Reference);
    play.press(6);
    assert!(says(&play.settled(), "announce InterruptAcked { key: s1:b1, command: c1#6, ack: Absorbed }"));
    play.say(2);
    play.settled();
    play.stream_ended(StreamEnd::Closed);
    assert!(says(&play.settled(), "announce ModelCall { run: s1:b1/2"));
}

#[test]
fn a_second_cancel_is_absorbed_just_the_same() {
    cancel_does_the_same(Play::interrupting);
}

#[test]
fn an_interjection_while_a_run_winds_up_waits() {
    let mut play = Play::interrupting(Variant::Reference);
    play.interject(2);
    assert!(!says(&play.synced(), "send @2.2"));
    assert_eq!(play.session.waiting(), (1, 0));
}

/// A phase in which a run is present.
const PRESENT: [fn(Variant) -> Play; 4] =
    [Play::starting, Play::streaming, Play::in_tools, Play::interrupting];

/// What is told about a press that expects another run, in a phase that it must not change.
fn is_stale(scene: fn(Variant) -> Play, press: fn(&mut Play)) {
    let mut play = scene(Variant::Reference);
    let before = (play.session.phase(), play.session.waiting());
    press(&mut play);
    // In the starting window the run's own commit comes first, and is not waited for.
    let told = if before.0 == PhaseName::Starting { play.settled() } else { play.synced() };
    let acked = "announce InterruptAcked { key: s1:b1, command: c1#5, ack: StaleRun }";
    assert!(says(&told, acked), "{before:?}: {told:?}");
    assert!(!says(&told, "announce InterruptEffect"), "{before:?}");
    if before.0 != PhaseName::Starting {
        assert_eq!((play.session.phase(), play.session.waiting()), before);
    }
}

#[test]
fn an_interrupt_for_another_run_has_no_effect_in_any_phase() {
    for scene in PRESENT {
        is_stale(scene, |play| drop(play.press_expecting(5, 7)));
    }
}

#[test]
fn a_cancel_for_another_run_has_no_effect_in_any_phase() {
    for scene in PRESENT {
        is_stale(scene, |play| drop(play.cancel_expecting(5, 7)));
    }
}

#[test]
fn an_interrupt_while_idle_finds_no_run_whichever_it_expects() {
    let mut play = Play::idle();
    play.press_expecting(5, 7);
    assert!(says(&play.synced(), "announce InterruptAcked { key: s1:b1, command: c1#5, ack: NoActiveRun }"));
}

#[test]
fn an_interjection_for_another_run_is_refused_in_every_phase() {
    for scene in PRESENT.into_iter().chain([Play::with as fn(Variant) -> Play]) {
        let mut play = scene(Variant::Reference);
        let before = (play.session.phase(), play.session.waiting());
        let expected = [
            "announce Refused { key: s1:b1, command: c1#5, why: StaleRun }",
            "send @4.4 Answer { command: c1#5, reply: Interrupt(StaleRun) }",
        ];
        assert_eq!(play.interject_into(5, 7), expected, "{before:?}");
        assert_eq!((play.session.phase(), play.session.waiting()), before);
    }
}

#[test]
fn an_interjection_for_the_present_run_is_like_any_other() {
    for scene in [Play::streaming, Play::in_tools, Play::interrupting] {
        let (mut named, mut plain) = (scene(Variant::Reference), scene(Variant::Reference));
        named.interject_into(5, 1);
        plain.interject(5);
        let said = |lines: Vec<String>| lines.join("\n").replace("InterjectionInto(1)", "Interjection");
        assert_eq!(said(named.settled()), said(plain.settled()));
        assert_eq!(named.session.waiting(), plain.session.waiting());
    }
}

#[test]
fn an_interrupt_for_the_present_run_applies() {
    let mut play = Play::streaming(Variant::Reference);
    play.press_expecting(5, 1);
    assert!(says(&play.synced(), "announce InterruptEffect { run: s1:b1/1, command: c1#5 }"));
}

#[test]
fn an_interrupt_that_comes_twice_is_answered_twice_and_applied_once() {
    let mut play = Play::streaming(Variant::Reference);
    play.press(5);
    play.say(2);
    play.settled();
    play.stream_ended(StreamEnd::Closed);
    assert_eq!(play.press(5), ["send @4.4 Answer { command: c1#5, reply: Interrupt(Applied) }"]);
}

#[test]
fn a_stream_that_ends_by_itself_during_its_interrupt_ends_one_run_once() {
    let mut play = Play::interrupting(Variant::Reference);
    play.done(1, [Some(Class::Serial), None, None]);
    let ended = play.settled();
    assert_eq!(ended.iter().filter(|line| line.contains("TurnCompleted")).count(), 1);
    assert!(!says(&ended, "announce CallIssued"), "its calls are discarded with it");
    assert_eq!(play.stream_ended(StreamEnd::Closed), ["dead letter LateResult"]);
}

#[test]
fn after_the_grace_the_open_calls_are_given_up() {
    let mut play = Play::in_tools(Variant::Reference);
    play.result(0, Outcome::Succeeded(3));
    play.press(5);
    play.grace_over();
    let over = play.settled();
    assert!(says(&over, "announce CallEnded { call: s1:b1/1.1.1, outcome: Cancelled }"));
    assert!(says(&over, "announce RunEnded { run: s1:b1/1, cause: Interrupted"));
    let late = play.reported(call(1), 1, Outcome::Succeeded(0));
    assert!(says(&late, "announce ResultRouted { call: s1:b1/1.1.1, ack: Late }"));
}

#[test]
fn after_the_grace_a_silent_stream_is_given_up() {
    let mut play = Play::interrupting(Variant::Reference);
    play.grace_over();
    assert!(says(&play.settled(), "announce RunEnded { run: s1:b1/1, cause: Interrupted"));
}

#[test]
fn terminating_ends_the_run_and_tells_what_waits_as_dead_letters() {
    let mut play = Play::in_tools(Variant::Reference);
    play.say(2);
    play.interject(3);
    play.synced();
    play.synced();
    assert_eq!(
        play.terminate(4),
        [
            "cancel Timer(2)",
            "cancel Timer(1)",
            "cancel Timer(4)",
            "send @0.5 CancelCalls { run: s1:b1/1 }",
            "announce RunDecided { run: s1:b1/1, cause: Terminated }",
            "write r5 14 bytes",
            "write r6 5 bytes",
            "sync 6"
        ]
    );
    assert_eq!(
        play.synced(),
        [
            "announce CallEnded { call: s1:b1/1.1.0, outcome: Cancelled }",
            "announce ResultPersisted { call: s1:b1/1.1.0 }",
            "announce CallEnded { call: s1:b1/1.1.1, outcome: Cancelled }",
            "announce ResultPersisted { call: s1:b1/1.1.1 }",
            "announce RowStored { key: s1:b1, run: s1:b1/1, step: 1, role: Results { count: 2 } }",
            "announce StreamEnded { run: s1:b1/1, cause: Terminated }",
            "announce TurnCompleted { run: s1:b1/1, cause: Terminated }",
            "announce RunEnded { run: s1:b1/1, cause: Terminated, waiting: 2 }",
            "announce DeadLettered { key: s1:b1, command: c1#3, why: Terminated }",
            "announce DeadLettered { key: s1:b1, command: c1#2, why: Terminated }",
            "send @1.1 Rested(s1:b1)",
            "announce Closed { key: s1:b1, phase: Tools }",
            "send @4.4 Answer { command: c1#4, reply: Terminated }"
        ]
    );
}

#[test]
fn terminating_a_run_that_starts_buries_its_message() {
    let mut play = Play::starting(Variant::Reference);
    play.terminate(2);
    assert!(play.synced().is_empty(), "the stored message starts nothing");
    assert!(says(&play.synced(), "announce DeadLettered { key: s1:b1, command: c1#1, why: Terminated }"));
    assert_eq!(play.session.phase(), PhaseName::Closed);
}

#[test]
fn a_terminated_key_answers_an_interrupt_with_its_end() {
    let mut play = Play::idle();
    play.terminate(1);
    play.settled();
    assert_eq!(
        play.press(2),
        [
            "announce Refused { key: s1:b1, command: c1#2, why: Terminated }",
            "send @4.4 Answer { command: c1#2, reply: Terminated }",
        ]
    );
}

#[test]
fn the_end_of_a_key_is_told_only_when_it_is_durable_even_to_a_repeat() {
    let mut play = Play::idle();
    play.terminate(1);
    assert!(play.terminate(1).is_empty());
    assert!(says(&play.synced(), "send @4.4 Answer { command: c1#1, reply: Terminated }"));
    assert_eq!(play.terminate(1), ["send @4.4 Answer { command: c1#1, reply: Terminated }"]);
}
