//! Messages are late, lost, doubled, overtaken, cut off and held.

use rehearsal::Play;
use rehearsal::fault::cut::Shape;
use rehearsal::protocol::{Input, TimerId};

use crate::stage::{listener, ms, player, stage, stated, teller_and_listener};

#[test]
fn a_message_arrives_after_the_least_latency_when_nothing_is_wrong() {
    let played = Play::of(&teller_and_listener()).run();
    assert_eq!(stated(&played, "/right/listener"), ["0 Start(incarnation 1)", "101 1", "201 2", "301 3"]);
}

#[test]
fn a_lost_message_never_arrives() {
    let played = Play::of(&teller_and_listener()).lose("/left/teller", "/right/listener", 1).run();
    assert_eq!(stated(&played, "/right/listener")[1..], ["101 1", "301 3"]);
    assert_eq!(played.world().tally().lost, 1);
}

#[test]
fn a_doubled_message_arrives_twice() {
    let played = Play::of(&teller_and_listener()).double("/left/teller", "/right/listener", 1).run();
    let heard = stated(&played, "/right/listener");
    assert_eq!(heard.iter().filter(|fact| fact.ends_with(" 2")).count(), 2, "{heard:?}");
}

#[test]
fn a_late_message_is_overtaken() {
    let played = Play::of(&teller_and_listener()).delay("/left/teller", "/right/listener", 0).run();
    assert_eq!(stated(&played, "/right/listener")[1..], ["201 2", "205 1", "301 3"]);
}

#[test]
fn messages_within_a_node_keep_their_order_and_are_never_lost() {
    let stage = stage(|system| {
        let mut node = system.node("only");
        let listener = node.actor("listener", listener());
        let mut teller = player(|me, cx, input| {
            if let Input::Start(_) = input {
                (1..=9).for_each(|n| cx.send(me.peers[0], n));
            }
        });
        teller.peers = vec![listener];
        node.actor("teller", teller);
    });
    for seed in 0..200 {
        let played = Play::of(&stage).seed(seed, &rehearsal::Profile::LOSSY).run();
        let heard: Vec<_> = played
            .facts
            .iter()
            .filter(|(_, _, fact)| !fact.contains("Start"))
            .map(|(.., fact)| fact)
            .collect();
        assert_eq!(heard, ["1", "2", "3", "4", "5", "6", "7", "8", "9"], "seed {seed:#x}");
    }
}

#[test]
fn a_partition_stops_both_directions_while_it_lasts() {
    let played = Play::of(&teller_and_listener()).cut(Shape::Isolated, "left", ms(150), ms(100)).run();
    assert_eq!(stated(&played, "/right/listener")[1..], ["101 1", "301 3"]);
}

#[test]
fn a_one_way_partition_stops_one_direction() {
    let deaf = Play::of(&teller_and_listener()).cut(Shape::Deaf, "left", ms(150), ms(100)).run();
    assert_eq!(stated(&deaf, "/right/listener").len(), 4, "the one who hears nothing still tells");
    let mute = Play::of(&teller_and_listener()).cut(Shape::Mute, "left", ms(150), ms(100)).run();
    assert_eq!(stated(&mute, "/right/listener").len(), 3);
}

#[test]
fn a_clog_holds_what_it_gets_and_releases_it_at_once() {
    let played = Play::of(&teller_and_listener()).clog(Shape::Isolated, "left", ms(50), ms(300)).run();
    assert_eq!(stated(&played, "/right/listener")[1..], ["350 1", "350 2", "350 3"]);
}

#[test]
fn two_cuts_that_overlap_heal_one_by_one() {
    let played = Play::of(&teller_and_listener())
        .cut(Shape::Isolated, "left", ms(50), ms(100))
        .cut(Shape::Isolated, "right", ms(100), ms(150))
        .run();
    assert_eq!(stated(&played, "/right/listener")[1..], ["301 3"]);
}

#[test]
fn a_message_to_nobody_is_a_dead_letter() {
    let stage = stage(|system| {
        system.node("only").actor(
            "teller",
            player(|_, cx, input| {
                if let Input::Start(_) = input {
                    let nobody = rehearsal::protocol::Address::new(rehearsal::protocol::NodeId(0), 77);
                    cx.send(nobody, 1);
                    cx.set_timer(TimerId(1), ms(1));
                }
            }),
        );
    });
    let played = Play::of(&stage).run();
    assert_eq!(played.world().tally().dead, 1);
    assert!(played.script().contains("dead letter Undeliverable"), "{}", played.script());
}
