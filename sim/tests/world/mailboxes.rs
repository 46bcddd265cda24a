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

/// What a parent does with the mail of its child, by its count.
const DROPS: u32 = 0;
const KEEPS: u32 = 1;
const RELEASES: u32 = 2;
const KEEPS_AND_ENDS: u32 = 3;

/// States what it hears; fails on 3, and panics on 7 in its first life.
fn child() -> Player {
    player(|_, cx, input| match input {
        Input::Start(recovered) => cx.announce(format!("life {}", recovered.incarnation.0)),
        Input::Message(envelope) => match envelope.message {
            3 => cx.fail("it is 3"),
            7 if cx.incarnation().0 == 1 => panic!("7 comes too early"),
            number => cx.announce(number.to_string()),
        },
        _ => {}
    })
}

/// Tells its child 1, 3, 2 and 7 at 100 ms, and starts it again 50 ms after it failed.
fn parent(me: &mut Player, cx: crate::stage::Cx<'_, '_>, input: Input<crate::stage::Words>) {
    let begin = |cx: crate::stage::Cx<'_, '_>| {
        let child = cx.spawn("child", child());
        if me.count != DROPS {
            cx.keep_mail(child);
        }
        child
    };
    match input {
        Input::Start(_) => {
            begin(cx);
            cx.set_timer(TimerId(0), ms(100));
        }
        Input::Timer(TimerId(0)) => {
            let child = cx.child("child");
            [1, 3, 2, 7].into_iter().for_each(|n| cx.send(child, n));
        }
        Input::Timer(_) => drop(begin(cx)),
        Input::Signal(Signal::Exit { who, .. }) => match me.count {
            KEEPS_AND_ENDS => cx.exit(),
            count => {
                if count == RELEASES {
                    cx.release_mail(who);
                }
                cx.set_timer(TimerId(1), ms(50));
            }
        },
        Input::Signal(Signal::Refused { ask, .. }) => cx.announce(format!("{ask:?} is refused")),
        _ => {}
    }
}

fn played_with<const COUNT: u32>() -> rehearsal::play::Played<crate::stage::Words> {
    let stage = stage(|system| {
        system.node("only").actor("parent", Player { count: COUNT, ..player(parent) });
    });
    let played = Play::of(&stage).run();
    assert_eq!(played.outcome.verdict, Verdict::Pass, "every message is accounted for");
    played
}

#[test]
fn what_comes_for_an_actor_that_ended_goes_nowhere_and_who_asked_is_told() {
    let played = played_with::<DROPS>();
    assert_eq!(stated(&played, "/only/parent/child"), ["0 life 1", "100 1", "150 life 2"]);
    assert_eq!(stated(&played, "/only/parent"), ["100 Some(7) is refused"]);
    assert_eq!(played.world().tally().dead, 2);
}

#[test]
fn mail_that_is_kept_waits_for_the_next_life_but_for_the_message_that_the_last_one_failed_on() {
    let played = played_with::<KEEPS>();
    let told = ["0 life 1", "100 1", "150 life 2", "150 2", "150 7"];
    assert_eq!(stated(&played, "/only/parent/child"), told);
    assert_eq!(stated(&played, "/only/parent"), [""; 0]);
    assert_eq!(played.world().tally().dead, 0);
}

#[test]
fn mail_that_is_released_goes_to_the_dead_letters_and_who_asked_is_told() {
    let played = played_with::<RELEASES>();
    assert_eq!(stated(&played, "/only/parent/child"), ["0 life 1", "100 1", "150 life 2"]);
    assert_eq!(stated(&played, "/only/parent"), ["100 Some(7) is refused"]);
    assert_eq!(played.world().tally().dead, 2);
}

#[test]
fn mail_that_is_kept_does_not_outlive_the_parent() {
    let played = played_with::<KEEPS_AND_ENDS>();
    assert_eq!(stated(&played, "/only/parent/child"), ["0 life 1", "100 1"]);
    assert_eq!(played.world().tally().dead, 2);
}

#[test]
fn who_asked_is_told_if_the_turn_that_handles_the_ask_panics_or_nobody_ever_lived_there() {
    let stage = stage(|system| {
        system.panics_are_crashes();
        system.node("only").actor(
            "parent",
            player(|_, cx, input| match input {
                Input::Start(_) => {
                    let child = cx.spawn("child", child());
                    cx.send(child, 7);
                    cx.send(rehearsal::protocol::Address::new(child.node(), 99), 7);
                }
                Input::Signal(Signal::Refused { by, ask, .. }) => {
                    cx.announce(format!("{by} refuses {ask:?}"));
                }
                _ => {}
            }),
        );
    });
    let played = Play::of(&stage).run();
    assert_eq!(stated(&played, "/only/parent"), ["0 @0.99 refuses Some(7)", "0 @0.1 refuses Some(7)"]);
}
