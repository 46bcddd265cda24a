//! What actors write to `tracing` is kept with the turn, and changes no run.

use rehearsal::export::jsonl;
use rehearsal::fault::Profile;
use rehearsal::protocol::{Input, TimerId};
use rehearsal::run::{AnyRunner, RunSpec};
use rehearsal::runner::Runner;
use rehearsal::trace::Recording;

use crate::stage::{Stage, ms, player, stage};

fn talkative() -> Stage {
    stage(|system| {
        system.node("only").actor(
            "talker",
            player(|me, cx, input| {
                if let Input::Timer(_) = input {
                    tracing::warn!(count = me.count, "the timer ran out");
                }
                if me.count < 2 {
                    me.count += 1;
                    cx.set_timer(TimerId(0), ms(5));
                }
            }),
        );
    })
}

#[test]
fn a_log_line_is_kept_with_the_event_during_which_it_was_written() {
    let mut runner = Runner::new(&talkative());
    let outcome = runner.run(&RunSpec::seeded(1, &Profile::NONE).recorded());
    let lines: Vec<_> = runner.log().into_iter().map(|line| (line.event, line.text)).collect();
    assert_eq!(
        lines,
        [(1, "the timer ran out count=1".to_owned()), (2, "the timer ran out count=2".to_owned())]
    );

    let about = jsonl::About { scenario: "talkative", variant: None, profile: "none", seed: 1 };
    let mut text = Vec::new();
    jsonl::write(&mut text, &runner, &outcome, &about).unwrap();
    let text = String::from_utf8(text).unwrap();
    let second: serde_json::Value = serde_json::from_str(text.lines().nth(2).unwrap()).unwrap();
    assert_eq!(second["log"][0]["text"], "the timer ran out count=1");
    assert_eq!(second["log"][0]["level"], "WARN");
}

#[test]
fn a_run_that_is_told_in_parts_gives_the_same_trace_and_keeps_no_more_than_a_part() {
    let mut runner = Runner::new(&talkative());
    let spec = RunSpec::seeded(1, &Profile::NONE).recorded();
    let about = jsonl::About { scenario: "talkative", variant: None, profile: "none", seed: 1 };
    let outcome = runner.run(&spec);
    let mut whole = Vec::new();
    jsonl::write(&mut whole, &runner, &outcome, &about).unwrap();

    let (mut told, mut parts) = (Vec::new(), 0);
    jsonl::head(&mut told, &about).unwrap();
    let again = runner.run_in_parts(&spec, 2, &mut |runner| {
        parts += 1;
        assert!(runner.recorder().events().len() <= 2 && runner.log().len() <= 2);
        jsonl::part(&mut told, runner).unwrap();
    });
    jsonl::foot(&mut told, &again).unwrap();
    assert_eq!(String::from_utf8(told), String::from_utf8(whole));
    assert!(parts > 1, "{parts} parts");
    assert_eq!((again.verdict, again.trace_hash), (outcome.verdict, outcome.trace_hash));
}

#[test]
fn where_nothing_is_recorded_nothing_is_captured_and_the_trace_is_the_same() {
    let mut runner = Runner::new(&talkative());
    let spec = RunSpec::seeded(1, &Profile::NONE);
    let recorded = runner.run(&spec.clone().recorded()).trace_hash;
    let plain = runner.run(&RunSpec { recording: Recording::Off, ..spec }).trace_hash;
    assert_eq!(plain, recorded);
}
