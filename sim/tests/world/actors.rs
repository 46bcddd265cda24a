//! Actors spawn, watch, stop, kill, exit and panic.

use rehearsal::Play;
use rehearsal::protocol::{Input, Signal, TimerId};
use rehearsal::run::Verdict;

use crate::stage::{ms, player, stage, stated};

#[test]
fn a_child_starts_before_it_hears_its_parent_and_its_end_is_told_once() {
    let stage = stage(|system| {
        system.node("only").actor(
            "parent",
            player(|_, cx, input| match input {
                Input::Start(_) => {
                    let child = cx.spawn(
                        "child",
                        player(|_, cx, input| {
                            cx.announce(format!("{input:?}"));
                            if let Input::Message(_) = input {
                                cx.exit();
                            }
                        }),
                    );
                    cx.monitor(child);
                    cx.send(child, 1);
                }
                Input::Signal(signal) => cx.announce(format!("{signal:?}")),
                _ => {}
            }),
        );
    });
    let played = Play::of(&stage).run();
    assert_eq!(stated(&played, "/only/parent/child"), ["0 Start(incarnation 1)", "0 1"]);
    let told = stated(&played, "/only/parent");
    assert_eq!(told, ["0 Exit { who: @0.1, incarnation: Incarnation(1), reason: Normal }"]);
}

#[test]
fn a_child_is_stopped_with_its_parent_and_watchers_hear_of_both() {
    let stage = stage(|system| {
        let parent = system.node("only").actor(
            "parent",
            player(|_, cx, input| match input {
                Input::Start(_) => {
                    cx.spawn("child", player(|_, cx, input| cx.announce(format!("{input:?}"))));
                }
                Input::Message(_) => cx.exit(),
                _ => {}
            }),
        );
        let mut watcher = player(|me, cx, input| match input {
            Input::Start(_) => {
                cx.monitor(me.peers[0]);
                cx.send(me.peers[0], 1);
            }
            Input::Signal(signal) => cx.announce(format!("{signal:?}")),
            _ => {}
        });
        watcher.peers = vec![parent];
        system.node("far").actor("watcher", watcher);
    });
    let played = Play::of(&stage).run();
    assert!(played.script().contains("/only/parent/child ends: Shutdown"), "{}", played.script());
    assert_eq!(stated(&played, "/far/watcher").len(), 1);
}

#[test]
fn a_name_that_is_alive_cannot_be_taken() {
    let stage = stage(|system| {
        system.node("only").actor(
            "parent",
            player(|_, cx, input| match input {
                Input::Start(_) => {
                    cx.spawn("child", player(|_, _, _| {}));
                    cx.spawn("child", player(|_, cx, _| cx.announce("a second life".to_owned())));
                }
                Input::Signal(Signal::Exit { reason, .. }) => cx.announce(format!("{reason:?}")),
                _ => {}
            }),
        );
    });
    let played = Play::of(&stage).run();
    assert_eq!(stated(&played, "/only/parent"), ["0 NameTaken"]);
    assert_eq!(stated(&played, "/only/parent/child"), [""; 0]);
}

#[test]
fn a_monitor_on_the_dead_answers_at_once() {
    let stage = stage(|system| {
        system.node("only").actor(
            "parent",
            player(|me, cx, input| match input {
                Input::Start(_) => {
                    let child = cx.spawn("child", player(|_, cx, _| cx.exit()));
                    me.peers.push(child);
                }
                Input::Signal(Signal::Exit { reason, .. }) => {
                    cx.announce(format!("{reason:?}"));
                    if me.count == 0 {
                        me.count = 1;
                        cx.monitor(me.peers[0]);
                    }
                }
                _ => {}
            }),
        );
    });
    assert_eq!(stated(&Play::of(&stage).run(), "/only/parent"), ["0 Normal", "0 NoActor"]);
}

#[test]
fn a_panic_discards_the_effects_of_its_turn_and_is_a_violation() {
    let stage = stage(|system| {
        system.node("only").actor(
            "clumsy",
            player(|_, cx, input| {
                if let Input::Start(_) = input {
                    cx.set_timer(TimerId(0), ms(5));
                } else {
                    cx.announce("never seen".to_owned());
                    panic!("dropped it");
                }
            }),
        );
    });
    let played = on_a_quiet_thread(move || Play::of(&stage).run());
    let Verdict::Violation(violation) = &played.outcome.verdict else { panic!("{:?}", played.outcome) };
    assert_eq!(
        (violation.invariant.as_str(), violation.message.as_str()),
        ("ACT-3", "/only/clumsy panicked: dropped it")
    );
    assert_eq!(stated(&played, "/only/clumsy"), [""; 0]);
}

#[test]
fn where_panics_are_crashes_the_actor_starts_again() {
    let stage = stage(|system| {
        system.panics_are_crashes();
        system.node("only").actor(
            "clumsy",
            player(|_, cx, input| match input {
                Input::Start(recovered) => {
                    cx.announce(format!("{}", recovered.incarnation));
                    if recovered.incarnation.0 < 3 {
                        cx.set_timer(TimerId(0), ms(5));
                    }
                }
                _ => panic!("dropped it"),
            }),
        );
    });
    let played = on_a_quiet_thread(move || Play::of(&stage).run());
    assert_eq!(played.outcome.verdict, Verdict::Pass);
    assert_eq!(
        stated(&played, "/only/clumsy"),
        ["0 incarnation 1", "105 incarnation 2", "210 incarnation 3"]
    );
}

#[test]
fn a_killed_actor_gets_no_turn_more_and_its_parent_hears_why() {
    let stage = stage(|system| {
        system.node("only").actor(
            "parent",
            player(|_, cx, input| match input {
                Input::Start(_) => {
                    let child = cx.spawn("child", player(|_, cx, input| cx.announce(format!("{input:?}"))));
                    cx.kill(child);
                    cx.send(child, 1);
                }
                Input::Signal(Signal::Exit { reason, .. }) => cx.announce(format!("{reason:?}")),
                _ => {}
            }),
        );
    });
    let played = Play::of(&stage).run();
    assert_eq!(stated(&played, "/only/parent"), ["0 Killed"]);
    assert_eq!(played.world().tally().dead, 1, "the message to it is accounted for");
}

#[test]
fn a_kill_by_fault_is_followed_by_a_new_life_at_the_end_of_the_episode() {
    let stage = stage(|system| {
        system.node("only").actor("victim", player(|_, cx, input| cx.announce(format!("{input:?}"))));
    });
    let played = Play::of(&stage).kill("/only/victim", ms(10), ms(30)).run();
    assert_eq!(stated(&played, "/only/victim"), ["0 Start(incarnation 1)", "40 Start(incarnation 2)"]);
}

#[test]
fn asked_to_stop_an_actor_gets_a_signal_and_ends_when_it_is_ready() {
    let stage = stage(|system| {
        system.node("only").actor(
            "parent",
            player(|_, cx, input| match input {
                Input::Start(_) => {
                    let child = cx.spawn(
                        "child",
                        player(|_, cx, input| match input {
                            Input::Signal(Signal::Shutdown) => cx.set_timer(TimerId(0), ms(20)),
                            Input::Timer(_) => cx.exit(),
                            _ => {}
                        }),
                    );
                    cx.stop(child);
                }
                Input::Signal(Signal::Exit { reason, .. }) => cx.announce(format!("{reason:?}")),
                _ => {}
            }),
        );
    });
    assert_eq!(stated(&Play::of(&stage).run(), "/only/parent"), ["20 Normal"]);
}

/// A turn that panics prints to the screen unless it is on a worker's thread.
fn on_a_quiet_thread<T: Send + 'static>(play: impl FnOnce() -> T + Send + 'static) -> T {
    std::panic::set_hook(Box::new(|_| {}));
    let result = play();
    let _ = std::panic::take_hook();
    result
}
