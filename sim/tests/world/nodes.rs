//! Nodes crash and restart, pause, and run slowly; the core is healed.

use rehearsal::Play;
use rehearsal::protocol::{Input, TimerId};

use crate::stage::{listener, ms, player, stage, stated, teller_and_listener};

#[test]
fn a_crashed_node_hears_nothing_and_starts_again_with_the_next_incarnation() {
    let played = Play::of(&teller_and_listener()).crash("right", ms(150), ms(100)).run();
    assert_eq!(
        stated(&played, "/right/listener"),
        ["0 Start(incarnation 1)", "101 1", "250 Start(incarnation 2)", "301 3"]
    );
}

#[test]
fn a_crash_takes_the_timers_of_the_node_with_it() {
    let played = Play::of(&teller_and_listener()).crash("left", ms(150), ms(1_000)).run();
    // The second life counts from the start again; nothing of the first one's timers fires.
    let times = ["0 Start(incarnation 1)", "101 1", "1251 1", "1351 2", "1451 3"];
    assert_eq!(stated(&played, "/right/listener"), times);
}

#[test]
fn two_crashes_that_overlap_are_one_outage() {
    let played = Play::of(&teller_and_listener())
        .crash("right", ms(110), ms(100))
        .crash("right", ms(150), ms(200))
        .run();
    assert_eq!(stated(&played, "/right/listener")[2..], ["350 Start(incarnation 2)"]);
}

#[test]
fn on_a_paused_node_everything_waits() {
    let played = Play::of(&teller_and_listener()).pause("right", ms(50), ms(300)).run();
    assert_eq!(stated(&played, "/right/listener")[1..], ["350 1", "350 2", "350 3"]);
    let played = Play::of(&teller_and_listener()).pause("left", ms(50), ms(200)).run();
    assert_eq!(stated(&played, "/right/listener")[1..], ["251 1", "351 2", "451 3"]);
}

#[test]
fn an_actor_does_not_start_on_a_paused_node() {
    let played = Play::of(&teller_and_listener())
        .crash("right", ms(150), ms(50))
        .pause("right", ms(160), ms(200))
        .run();
    assert_eq!(stated(&played, "/right/listener")[2..], ["360 Start(incarnation 2)", "360 2", "360 3"]);
}

#[test]
fn on_a_slow_node_turns_take_time_and_what_arrives_waits_its_turn() {
    let stage = stage(|system| {
        let listener = system.node("right").actor("listener", listener());
        let mut teller = player(|me, cx, input| {
            if let Input::Start(_) = input {
                cx.set_timer(TimerId(0), ms(100));
            } else if let Input::Timer(_) = input {
                (1..=3).for_each(|n| cx.send(me.peers[0], n));
            }
        });
        teller.peers = vec![listener];
        system.node("left").actor("teller", teller);
    });
    let half = rehearsal::choice::Value::new(1, 1 << 31, 0);
    let mut play = Play::of(&stage).slow("right", ms(50), ms(1_000), ms(40));
    let turns = rehearsal::choice::Stream::Turn(play.slot("/right/listener"));
    for n in 0..3 {
        play = play.set(turns, n, half);
    }
    assert_eq!(stated(&play.run(), "/right/listener")[1..], ["101 1", "121 2", "141 3"]);
}

#[test]
fn at_the_end_of_the_faulty_phase_everything_is_healed() {
    let played = Play::of(&teller_and_listener()).crash("right", ms(150), ms(60_000)).run();
    assert_eq!(stated(&played, "/right/listener")[2..], ["5000 Start(incarnation 2)"]);
    assert!(played.script().contains("all faults are over"));
}

#[test]
fn an_expendable_node_may_stay_down_for_good() {
    let stage = stage(|system| {
        system.node("spare").expendable().actor("listener", listener());
    });
    let frozen = |entry| {
        let play = Play::of(&stage).crash("spare", ms(150), ms(60_000));
        let stream = rehearsal::choice::Stream::OnNode("frozen", 0);
        stated(&play.set(stream, 0, rehearsal::choice::Value::new(entry, 0, 0)).run(), "/spare/listener")
            .len()
    };
    assert_eq!((frozen(0), frozen(1)), (2, 1));
}

#[test]
fn faults_leave_a_steady_node_alone() {
    let stage = stage(|system| {
        system.node("rock").steady().actor("listener", listener());
    });
    for seed in 0..300 {
        let played = Play::of(&stage).seed(seed, &rehearsal::Profile::CRASHES).run();
        assert_eq!(stated(&played, "/rock/listener").len(), 1, "seed {seed:#x}: {}", played.script());
    }
}
