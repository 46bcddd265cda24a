//! A run that does not end by itself ends with a verdict of its own.

use rehearsal::fault::Profile;
use rehearsal::protocol::{Input, TimerId};
use rehearsal::run::{AnyRunner, Limit, RunSpec, Verdict};
use rehearsal::runner::Runner;
use rehearsal::{Limits, Scenario, Setup};

use crate::stage::{Stage, Words, ms, player, stage};

fn verdict(scenario: &impl Scenario<Protocol = Words>) -> Verdict {
    Runner::new(scenario).run(&RunSpec::seeded(1, &Profile::NONE)).verdict
}

fn ticker(system: &mut Setup<Words>) {
    system.node("only").actor(
        "ticker",
        player(|_, cx, input| {
            if !matches!(input, Input::Message(_)) {
                cx.set_timer(TimerId(0), ms(10));
            }
        }),
    );
}

#[test]
fn a_system_that_is_never_quiet_ends_at_the_limit_on_virtual_time() {
    let busy = stage(|system| {
        ticker(system);
        system.limits(Limits { virtual_time: ms(30_000), ..Limits::default() });
    });
    assert_eq!(verdict(&busy), Verdict::Limit(Limit::VirtualTime(30_000_000_000)));
}

#[test]
fn with_a_horizon_it_ends_in_good_order() {
    let busy = stage(|system| {
        ticker(system);
        system.horizon(ms(30_000));
    });
    assert_eq!(verdict(&busy), Verdict::Pass);
}

#[test]
fn many_events_without_passing_time_end_at_the_limit_on_events() {
    let busy = stage(|system| {
        system.limits(Limits { events: 10_000, ..Limits::default() });
        system.node("only").actor("ticker", player(|_, cx, _| cx.set_timer(TimerId(0), ms(0))));
    });
    assert_eq!(verdict(&busy), Verdict::Limit(Limit::Events(10_000)));
}

#[test]
fn a_flood_ends_at_the_limit_on_what_is_pending() {
    let flood = stage(|system| {
        system.limits(Limits { pending: 5_000, ..Limits::default() });
        system.node("only").actor(
            "flooder",
            player(|_, cx, _| {
                let me = cx.me();
                cx.send(me, 1);
                cx.send(me, 1);
            }),
        );
    });
    assert_eq!(verdict(&flood), Verdict::Limit(Limit::Pending(5_000)));
}

#[test]
fn a_run_that_takes_too_long_ends_at_the_limit_on_wall_time() {
    let busy = stage(|system| {
        system.limits(Limits { wall_time: std::time::Duration::ZERO, ..Limits::default() });
        ticker(system);
    });
    assert_eq!(verdict(&busy), Verdict::Limit(Limit::WallTime(0)));
}

#[test]
fn what_is_overdue_at_a_limit_is_a_violation_and_not_a_limit() {
    let owing = Stage {
        set_up: |system| {
            ticker(system);
            system.limits(Limits { virtual_time: ms(30_000), ..Limits::default() });
        },
        properties: |check| {
            check.eventually("T-1", "the word is said", ms(1_000), ["word"], |_| None);
        },
    };
    let Verdict::Violation(violation) = verdict(&owing) else { panic!("no violation") };
    assert_eq!(violation.message, "\"word\", owed since 0.000s: it is overdue");
}

#[test]
fn a_quiet_system_that_owes_something_is_a_deadlock_told_with_what_is_owed() {
    let owing = Stage {
        set_up: |system| {
            system.node("only").actor("idle", player(|_, _, _| {}));
        },
        properties: |check| {
            check.eventually("T-1", "the word is said", ms(1_000), ["word"], |_| None);
        },
    };
    let Verdict::Violation(violation) = verdict(&owing) else { panic!("no violation") };
    assert!(violation.message.ends_with("nothing is left that could do it"), "{}", violation.message);
}
