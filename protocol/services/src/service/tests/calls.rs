//! Callers and what they call.

use std::time::Duration;

use rehearsal_protocol::address::Incarnation;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::probe::Probe;

use super::{told, work};
use crate::service::{CallId, Caller, Dependency, Message, RequestId, Rule, Service, WorkerMessage};

const RULE: Rule = Rule { failures: 1, open: Duration::from_millis(100) };

fn returned(number: u64, ok: bool) -> Message {
    Message::Worker(WorkerMessage::Returned { call: CallId { life: Incarnation(1), number }, ok })
}

/// A caller with a breaker that opens at the first failure, and what it says to a request.
fn asked(probe: &mut Probe<Service>, caller: &mut Caller, number: u32) -> Vec<String> {
    let (door, client) = (probe.peer(), probe.peer());
    let job = Message::Worker(WorkerMessage::Job { work: work(number, client), by: Incarnation(1) });
    told(probe.message(caller, door, job))
}

fn caller(probe: &mut Probe<Service>, rule: Option<Rule>) -> Caller {
    let (door, dependency) = (probe.peer(), probe.peer());
    let mut caller = Caller::new(0, door, dependency, rule);
    assert_eq!(told(probe.start(&mut caller)), ["announce CallerBegan { place: 0 }", "send @1.1 Open"]);
    caller
}

#[test]
fn a_call_that_is_carried_out_is_answered() {
    let mut probe = Probe::default();
    let mut caller = caller(&mut probe, Some(RULE));
    let call = asked(&mut probe, &mut caller, 1);
    assert_eq!(call[0], "announce CallMade { place: 0, call: 1 }");
    assert!(call[1].starts_with("send @2.2 Call {"), "{call:?}");
    assert_eq!(call[2], "set Timer(1) 120ms");
    let dependency = probe.peer();
    let end = told(probe.message(&mut caller, dependency, returned(1, true)));
    assert_eq!(
        end,
        ["cancel Timer(1)", "announce CallEnded { place: 0, call: 1, ok: true }", "send @4.4 Done(c1#1)"]
    );
    let again = probe.message(&mut caller, dependency, returned(1, true));
    assert_eq!(told(again), ["dead letter LateResult"]);
}

#[test]
fn a_caller_with_a_breaker_fails_fast_until_its_probe_is_back() {
    let mut probe = Probe::default();
    let mut caller = caller(&mut probe, Some(RULE));
    asked(&mut probe, &mut caller, 1);
    let late = told(probe.turn(&mut caller, Input::Timer(TimerId(1))));
    assert_eq!(late[1..3], ["announce BreakerOpened { place: 0 }", "set Timer(0) 100ms"]);
    assert_eq!(asked(&mut probe, &mut caller, 2)[0], "announce FailedFast { request: c1#2 }");
    let half = told(probe.turn(&mut caller, Input::Timer(TimerId(0))));
    assert_eq!(half, ["announce BreakerHalfOpen { place: 0 }"]);
    assert!(asked(&mut probe, &mut caller, 3)[0].starts_with("announce CallMade"));
    assert_eq!(asked(&mut probe, &mut caller, 4)[0], "announce FailedFast { request: c1#4 }");
    let dependency = probe.peer();
    let closed = told(probe.message(&mut caller, dependency, returned(2, true)));
    assert_eq!(closed[2], "announce BreakerClosed { place: 0 }");
}

#[test]
fn a_caller_without_a_breaker_fails_with_its_call() {
    let mut probe = Probe::default();
    let mut caller = caller(&mut probe, None);
    asked(&mut probe, &mut caller, 1);
    let dependency = probe.peer();
    let end = told(probe.message(&mut caller, dependency, returned(1, false)));
    assert_eq!(end[2], "exit Failed(\"a call has failed\")");
}

#[test]
fn what_comes_back_to_another_life_is_a_dead_letter() {
    let mut probe = Probe::default();
    let mut caller = caller(&mut probe, Some(RULE));
    asked(&mut probe, &mut caller, 1);
    let dependency = probe.peer();
    let other = Message::Worker(WorkerMessage::Returned {
        call: CallId { life: Incarnation(7), number: 1 },
        ok: true,
    });
    assert_eq!(told(probe.message(&mut caller, dependency, other)), ["dead letter LateResult"]);
}

#[test]
fn a_dependency_goes_down_and_up_and_says_so_or_nothing() {
    let mut probe = Probe::default();
    let by = probe.peer();
    let call = || {
        let request = RequestId { client: 1, number: 1 };
        Message::Call { call: CallId { life: Incarnation(1), number: 1 }, request }
    };
    let mut dependency = Dependency::default();
    assert!(probe.start(&mut dependency).is_empty(), "if all is dull it stays up");
    assert_eq!(told(probe.message(&mut dependency, by, call()))[0], "announce Executed { request: c1#1 }");
    for (silent, answer) in [(0, "send @1.1 Returned"), (1, "dead letter Dropped")] {
        probe.script([0, silent, 3]);
        let down = told(probe.turn(&mut dependency, Input::Timer(TimerId(0))));
        assert_eq!(down[1], "set Timer(0) 50ms");
        assert!(told(probe.message(&mut dependency, by, call()))[1].starts_with(answer));
        let up = told(probe.turn(&mut dependency, Input::Timer(TimerId(0))));
        assert_eq!(up, ["announce DependencyUp", "set Timer(0) 60ms"]);
    }
}
