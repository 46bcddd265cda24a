//! Mailboxes keep lanes apart, have bounds, and lose nothing in silence.

use rehearsal::Play;
use rehearsal::protocol::{Bounds, Input, Overflow, Signal, TimerId};
use rehearsal::run::Verdict;

use crate::stage::{Player, listener, ms, player, stage, stated};

/// Sends 1, 10, 100, 2, 20 to its peer, at 100 ms.
fn send_all(me: &mut Player, cx: crate::stage::Cx<'_, '_>, input: Input<crate::stage::Words>) {
    match input {
        Input::Start(_) => cx.set_timer(TimerId(0), ms(100)),
        Input::Timer(_) => [1, 10, 100, 2, 20].into_iter().for_each(|n| cx.send(me.peers[0], n)),
        Input::Signal(Signal::Refused { .. }) => cx.announce("refused".to_owned()),
        _ => {}
    }
}

#[test]
fn what_waited_is_taken_by_lane_and_within_a_lane_in_order() {
    let stage = stage(|system| {
        let listener = system.node("right").actor("listener", listener());
        system.node("left").actor("teller", Player { peers: vec![listener], ..player(send_all) });
    });
    let played = Play::of(&stage).pause("right", ms(50), ms(100)).run();
    assert_eq!(stated(&played, "/right/listener")[1..], ["150 100", "150 10", "150 20", "150 1", "150 2"]);
}

#[test]
fn a_full_lane_refuses_and_the_sender_hears_of_it() {
    let stage = stage(|system| {
        let bounds = Bounds { work: 1, result: 1, control: 9, overflow: Overflow::Reject };
        let listener = system.node("right").actor("listener", Player { bounds, ..listener() });
        system.node("left").actor("teller", Player { peers: vec![listener], ..player(send_all) });
    });
    let played = Play::of(&stage).pause("right", ms(50), ms(100)).run();
    assert_eq!(stated(&played, "/right/listener")[1..], ["150 100", "150 10", "150 1"]);
    assert_eq!(stated(&played, "/left/teller"), ["102 refused", "102 refused"]);
    assert_eq!(played.outcome.verdict, Verdict::Pass, "every message is accounted for");
}

#[test]
fn dropping_the_oldest_keeps_the_newest() {
    let stage = stage(|system| {
        let bounds = Bounds { work: 1, result: 1, control: 9, overflow: Overflow::DropOldest };
        let listener = system.node("right").actor("listener", Player { bounds, ..listener() });
        system.node("left").actor("teller", Player { peers: vec![listener], ..player(send_all) });
    });
    let played = Play::of(&stage).pause("right", ms(50), ms(100)).run();
    assert_eq!(stated(&played, "/right/listener")[1..], ["150 100", "150 20", "150 2"]);
    assert_eq!(stated(&played, "/left/teller"), [""; 0], "dropping is the receiver's own affair");
    assert_eq!(played.world().tally().dead, 2);
}

#[test]
fn what_waits_in_the_mailbox_of_a_crashed_actor_is_dead_lettered() {
    let stage = stage(|system| {
        let listener = system.node("right").actor("listener", listener());
        system.node("left").actor("teller", Player { peers: vec![listener], ..player(send_all) });
    });
    let played = Play::of(&stage).pause("right", ms(50), ms(100)).crash("right", ms(120), ms(500)).run();
    assert_eq!(played.world().tally().dead, 5);
    assert!(played.script().contains("dead letter ReceiverEnded: 100"), "{}", played.script());
}

#[test]
fn a_timer_cancelled_while_it_waits_never_fires() {
    let stage = stage(|system| {
        let canceller = player(|_, cx, input| match input {
            Input::Start(_) => cx.set_timer(TimerId(7), ms(100)),
            Input::Message(_) => cx.cancel_timer(TimerId(7)),
            Input::Timer(_) => cx.announce("fired".to_owned()),
            _ => {}
        });
        let canceller = system.node("right").actor("canceller", canceller);
        let mut teller = player(|me, cx, input| match input {
            Input::Start(_) => cx.set_timer(TimerId(0), ms(100)),
            Input::Timer(_) => cx.send(me.peers[0], 100), // In the lane above the timer's.
            _ => {}
        });
        teller.peers = vec![canceller];
        system.node("left").actor("teller", teller);
    });
    let fired = |play: Play<_>| stated(&play.run(), "/right/canceller");
    assert_eq!(fired(Play::of(&stage)), ["100 fired"]);
    assert_eq!(fired(Play::of(&stage).pause("right", ms(50), ms(100))), [""; 0]);
}

const WAYS: [Overflow; 3] = [Overflow::Reject, Overflow::DropNewest, Overflow::DropOldest];

/// Three timers and three interrupts wait where bounds leave room for one of each lane: how many of them come.
fn crowded<const WAY: usize>() -> (usize, usize, Verdict) {
    let stage = stage(|system| {
        let bounds = Bounds { work: 1, result: 1, control: 1, overflow: WAYS[WAY] };
        let crowded = player(|_, cx, input| match input {
            Input::Start(_) => (1..=3).for_each(|id| cx.set_timer(TimerId(id), ms(100))),
            Input::Timer(id) => cx.announce(format!("timer {}", id.0)),
            Input::Signal(Signal::Interrupt { .. }) => cx.announce("interrupt".to_owned()),
            _ => {}
        });
        let crowded = system.node("right").actor("crowded", Player { bounds, ..crowded });
        let mut teller = player(|me, cx, input| match input {
            Input::Start(_) => cx.set_timer(TimerId(0), ms(90)),
            Input::Timer(_) => {
                (0..3).for_each(|_| cx.send(me.peers[0], 10)); // In the lane of the timers.
                (0..3).for_each(|_| cx.interrupt(me.peers[0], None));
            }
            _ => {}
        });
        teller.peers = vec![crowded];
        system.node("left").actor("teller", teller);
    });
    let played = Play::of(&stage).pause("right", ms(50), ms(100)).run();
    let told = stated(&played, "/right/crowded");
    let of = |what: &str| told.iter().filter(|fact| fact.contains(what)).count();
    (of("timer"), of("interrupt"), played.outcome.verdict)
}

#[test]
fn a_timer_and_a_signal_need_no_room() {
    assert_eq!(crowded::<0>(), (3, 3, Verdict::Pass));
    assert_eq!(crowded::<1>(), (3, 3, Verdict::Pass));
    assert_eq!(crowded::<2>(), (3, 3, Verdict::Pass));
}
