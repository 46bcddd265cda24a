//! The knobs of table B.3, each turned alone.

use super::play::{Play, call, command, facts, says};
use crate::session::message::Command;
use crate::session::*;

fn with(config: Config) -> Play {
    let mut play = Play::of(config, Variant::Reference);
    play.say(1);
    play.settled();
    play.chunk(0);
    play.say(2);
    play.interject(3);
    play.settled();
    play
}

/// A session that streams, with two items behind its run, and this done to them by a cancel.
fn after_cancel(after_cancel: AfterCancel) -> Play {
    with(Config { after_cancel, ..Config::default() })
}

#[test]
fn after_a_cancel_the_next_item_starts() {
    let mut play = after_cancel(AfterCancel::Continue);
    play.cancel(5);
    play.settled();
    play.stream_ended(StreamEnd::Closed);
    assert!(says(&play.settled(), "announce InFlight { run: s1:b1/2, command: c1#3"));
}

#[test]
fn a_cancel_that_parks_the_queue_holds_what_waits_until_somebody_says_more() {
    let mut play = after_cancel(AfterCancel::ParkQueue);
    play.cancel(5);
    assert_eq!(
        facts(&play.settled())[2..],
        ["Held { key: s1:b1, command: c1#3 }", "Held { key: s1:b1, command: c1#2 }"]
    );
    play.stream_ended(StreamEnd::Closed);
    assert!(says(&play.settled(), "send @1.1 Rested"));
    assert_eq!((play.session.phase(), play.session.waiting()), (PhaseName::Idle, (1, 1)));
    play.say(6);
    let told = play.settled();
    assert!(says(&told, "announce Released { key: s1:b1, command: c1#3 }"));
    assert!(says(&told, "announce InFlight { run: s1:b1/2, command: c1#3"), "what was held goes first");
}

#[test]
fn what_is_said_while_a_cancelled_run_winds_up_releases_the_queue() {
    let mut play = after_cancel(AfterCancel::ParkQueue);
    play.cancel(5);
    play.settled();
    play.say(6);
    play.settled();
    play.stream_ended(StreamEnd::Closed);
    assert!(says(&play.settled(), "announce InFlight { run: s1:b1/2, command: c1#3"));
}

#[test]
fn a_parked_queue_stays_parked_in_the_next_life() {
    let mut play = after_cancel(AfterCancel::ParkQueue);
    play.cancel(5);
    play.settled();
    play.stream_ended(StreamEnd::Closed);
    play.settled();
    assert!(!says(&play.crashed(), "announce InFlight"));
    assert_eq!((play.session.phase(), play.session.waiting()), (PhaseName::Idle, (1, 1)));
}

#[test]
fn a_cancel_that_drops_the_queue_tells_each_item_as_a_dead_letter() {
    let mut play = after_cancel(AfterCancel::DropToDeadLetter);
    play.cancel(5);
    assert_eq!(
        facts(&play.settled())[2..],
        [
            "DeadLettered { key: s1:b1, command: c1#3, why: Dropped }",
            "DeadLettered { key: s1:b1, command: c1#2, why: Dropped }",
        ]
    );
    play.say(6);
    play.settled();
    play.stream_ended(StreamEnd::Closed);
    assert!(
        says(&play.settled(), "announce InFlight { run: s1:b1/2, command: c1#6"),
        "what came later is kept"
    );
}

#[test]
fn what_a_cancel_has_dropped_is_told_after_a_crash_that_came_before() {
    let mut play = after_cancel(AfterCancel::DropToDeadLetter);
    play.cancel(5);
    let recovered = play.crashed();
    assert!(says(&recovered, "announce DeadLettered { key: s1:b1, command: c1#2, why: Dropped }"));
    assert!(!says(&recovered, "announce Restored"));
}

#[test]
fn an_interrupt_leaves_the_queue_alone_whatever_a_cancel_would_do() {
    for knob in [AfterCancel::ParkQueue, AfterCancel::DropToDeadLetter] {
        let mut play = after_cancel(knob);
        play.press(5);
        play.settled();
        play.stream_ended(StreamEnd::Closed);
        assert!(says(&play.settled(), "announce InFlight { run: s1:b1/2, command: c1#3"), "{knob:?}");
    }
}

#[test]
fn a_cancel_that_finds_nothing_to_stop_leaves_the_queue_alone() {
    let mut play = after_cancel(AfterCancel::DropToDeadLetter);
    play.done(1, [None; 3]);
    play.cancel(5);
    assert!(!says(&play.settled(), "announce DeadLettered"));
}

#[test]
fn calls_of_a_stopped_stream_are_discarded_with_it() {
    let mut play = with(Config::default());
    play.press(5);
    play.settled();
    play.done(1, [Some(Class::Serial), None, None]);
    let told = play.settled();
    assert!(!says(&told, "announce CallStopped") && !says(&told, "announce ResultPersisted"));
}

#[test]
fn calls_of_a_stopped_stream_are_kept_with_cancelled_results() {
    let mut play = with(Config { stopped_calls: StoppedCalls::Cancelled, ..Config::default() });
    play.press(5);
    play.settled();
    play.done(1, [Some(Class::Serial), None, None]);
    assert_eq!(
        facts(&play.settled())[..5],
        [
            "RowStored { key: s1:b1, run: s1:b1/1, step: 1, role: Assistant { chunks: 1, extent: Partial } }",
            "CallStopped { call: s1:b1/1.1.0 }",
            "CallEnded { call: s1:b1/1.1.0, outcome: Cancelled }",
            "ResultPersisted { call: s1:b1/1.1.0 }",
            "RowStored { key: s1:b1, run: s1:b1/1, step: 1, role: Results { count: 1 } }",
        ]
    );
    let late = play.reported(call(0), 1, Outcome::Succeeded(0));
    assert!(says(&late, "announce ResultRouted { call: s1:b1/1.1.0, ack: Late }"));
}

#[test]
fn a_second_press_ends_the_grace() {
    let mut play = with(Config { second_press: SecondPress::EndsGrace, ..Config::default() });
    play.press(5);
    play.settled();
    assert!(says(&play.press(6), "set Timer(1) 0ns"));
    assert!(says(&play.settled(), "announce InterruptAcked { key: s1:b1, command: c1#6, ack: Absorbed }"));
    play.grace_over();
    assert!(says(&play.settled(), "announce RunEnded { run: s1:b1/1, cause: Interrupted"));
}

#[test]
fn a_press_that_comes_twice_is_not_a_second_press() {
    let mut play = with(Config { second_press: SecondPress::EndsGrace, ..Config::default() });
    play.press(5);
    play.settled();
    assert!(!says(&play.press(5), "set Timer"));
}

#[test]
fn an_interrupt_that_must_name_its_run_is_refused_without() {
    let mut play = with(Config { expected_run: ExpectedRun::Required, ..Config::default() });
    assert_eq!(
        play.press(5),
        [
            "announce Refused { key: s1:b1, command: c1#5, why: InvalidRequest }",
            "send @4.4 Answer { command: c1#5, reply: InvalidRequest }"
        ]
    );
    play.press_expecting(6, 1);
    assert!(says(&play.settled(), "announce InterruptEffect { run: s1:b1/1, command: c1#6 }"));
}

#[test]
fn a_cancel_for_another_run_has_no_effect() {
    let mut play = after_cancel(AfterCancel::DropToDeadLetter);
    let expected = Some(RunId { number: 7, ..super::play::run(1) });
    let (key, reply_to) = (super::play::KEY, play.client);
    let cancel = Interrupt { key, command: command(5), stop: Stop::Cancel, expected, reply_to };
    play.tell(Message::Command(Command::Interrupt(cancel)));
    let told = play.settled();
    assert!(says(&told, "announce InterruptAcked { key: s1:b1, command: c1#5, ack: StaleRun }"));
    assert!(!says(&told, "announce DeadLettered"));
}
