//! Clocks are off and drift; timers are late and never early.

use rehearsal::Play;
use rehearsal::choice::{Stream, Value};
use rehearsal::protocol::{Input, TimerId};

use crate::stage::{Stage, ms, player, stage, stated};

fn watch() -> Stage {
    stage(|system| {
        system.node("only").actor(
            "watch",
            player(|_, cx, input| {
                if let Input::Start(_) = input {
                    cx.set_timer(TimerId(0), ms(1_000));
                }
                cx.announce(format!("clock {}", cx.now()));
            }),
        );
    })
}

#[test]
fn a_right_clock_shows_virtual_time() {
    assert_eq!(stated(&Play::of(&watch()).run(), "/only/watch"), ["0 clock 0.000s", "1000 clock 1.000s"]);
}

#[test]
fn a_clock_that_is_off_shows_another_time_and_measures_spans_right() {
    let ahead = Value::new(1, 1 << 31, 0); // Half of a second.
    let played = Play::of(&watch()).set(Stream::OnNode("clock", 0), 0, ahead).run();
    assert_eq!(stated(&played, "/only/watch"), ["0 clock 0.500s", "1000 clock 1.500s"]);
}

#[test]
fn a_clock_that_goes_fast_makes_timers_short() {
    let fast = Value::new(2, 0, 2_000); // A thousandth fast.
    let played = Play::of(&watch()).set(Stream::OnNode("clock", 0), 0, fast).run();
    let stated = stated(&played, "/only/watch");
    assert_eq!(stated[1], "999 clock 1.000000001s", "shorter, but not early by the clock that counts");
}

#[test]
fn a_late_timer_is_late_and_never_early() {
    let played = Play::of(&watch()).set(Stream::Timer(0), 0, Value::new(2, 1 << 31, 0)).run();
    assert_eq!(played.outcome.virtual_time.as_nanos() / 1_000_000, 5_000, "the faulty phase is over");
    assert!(stated(&played, "/only/watch")[1].starts_with("1050 "));
    for seed in 0..200 {
        let played = Play::of(&watch()).seed(seed, &rehearsal::Profile::LOSSY).run();
        assert!(played.facts[1].0.as_nanos() >= 1_000_000_000, "seed {seed:#x}");
    }
}
