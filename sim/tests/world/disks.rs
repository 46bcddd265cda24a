//! What is synced survives a crash; the rest is lost whole, in part, or torn.

use rehearsal::Play;
use rehearsal::choice::{Stream, Value};
use rehearsal::protocol::{Input, TimerId};

use crate::stage::{Stage, ms, player, stage, stated};

/// `/only/writer` writes and syncs `a` at its first start, writes `b` and `c` 10 ms later without a sync, and states at each start
/// what it finds.
fn writer() -> Stage {
    stage(|system| {
        system.node("only").actor(
            "writer",
            player(|_, cx, input| match input {
                Input::Start(recovered) => {
                    let found = ["a", "b", "c"].map(|key| match recovered.kept.get(key) {
                        None => format!("no {key}"),
                        Some(_) => recovered
                            .get::<u64>(key)
                            .map_or(format!("torn {key}"), |value| format!("{key}={value}")),
                    });
                    cx.announce(found.join(", "));
                    if recovered.incarnation.0 == 1 {
                        cx.write("a", &1_000_000_u64);
                        cx.sync();
                        cx.set_timer(TimerId(0), ms(10));
                    }
                }
                Input::Synced(id) => cx.announce(format!("synced {}", id.0)),
                Input::Timer(_) => {
                    cx.write("b", &2_000_000_u64);
                    cx.write("c", &3_000_000_u64);
                }
                _ => {}
            }),
        );
    })
}

fn after_crash(at: u64, torn: Value) -> String {
    let play = Play::of(&writer()).crash("only", ms(at), ms(100));
    stated(&play.set(Stream::Torn(0), 0, torn).run(), "/only/writer").pop().unwrap()
}

#[test]
fn what_was_synced_survives_and_what_was_not_is_lost() {
    assert_eq!(after_crash(50, Value::BENIGN), "150 a=1000000, no b, no c");
}

#[test]
fn a_crash_before_the_sync_completes_loses_the_write() {
    let slow = Value::new(2, 1 << 31, 0);
    let play = Play::of(&writer()).crash("only", ms(1), ms(100)).set(Stream::Sync(0), 0, slow);
    assert_eq!(stated(&play.run(), "/only/writer"), ["0 no a, no b, no c", "101 no a, no b, no c"]);
}

#[test]
fn a_first_part_of_what_was_not_synced_may_survive() {
    assert_eq!(after_crash(50, Value::new(1, 1 << 31, 0)), "150 a=1000000, b=2000000, no c");
}

#[test]
fn the_last_write_may_be_torn() {
    assert_eq!(after_crash(50, Value::new(2, 0, 0)), "150 a=1000000, torn b, no c");
}

#[test]
fn an_actor_that_is_killed_alone_loses_no_write() {
    let played = Play::of(&writer()).kill("/only/writer", ms(50), ms(100)).run();
    assert_eq!(stated(&played, "/only/writer").pop().unwrap(), "150 a=1000000, b=2000000, c=3000000");
}
