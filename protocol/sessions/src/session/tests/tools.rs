//! The calls of one key.

use crate::session::message::ToolMessage;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::probe::Probe;

use super::play::{call, lines, run, says};
use crate::session::*;

/// Tools between their session `@1.1` and the sandbox `@2.2`.
struct Bench {
    probe: Probe<Session>,
    tools: ToolActor,
    session: Address,
    sandbox: Address,
}

impl Bench {
    fn new() -> Self {
        let mut probe = Probe::default();
        let (session, sandbox) = (probe.peer(), probe.peer());
        let tools =
            ToolActor::new(session, sandbox, Config { width: 2, ..Config::default() }, Variant::Reference);
        Self { probe, tools, session, sandbox }
    }

    fn execute(&mut self, index: u16, class: Class) -> Vec<String> {
        let from = self.session;
        self.tell(from, Message::Tool(ToolMessage::Execute { call: call(index), attempt: 1, class }))
    }

    fn cancel(&mut self) -> Vec<String> {
        let from = self.session;
        self.tell(from, Message::CancelCalls { run: run(1) })
    }

    fn performed(&mut self, index: u16) -> Vec<String> {
        let (from, outcome) = (self.sandbox, Outcome::Succeeded(0));
        self.tell(from, Message::Tool(ToolMessage::Performed { call: call(index), attempt: 1, outcome }))
    }

    fn aborted(&mut self, index: u16) -> Vec<String> {
        let from = self.sandbox;
        self.tell(from, Message::Tool(ToolMessage::Aborted { call: call(index) }))
    }

    fn overdue(&mut self, index: u16) -> Vec<String> {
        let id = TimerId((1 << 32) | (1 << 16) | u64::from(index));
        lines(&self.probe.turn(&mut self.tools, Input::Timer(id)))
    }

    fn tell(&mut self, from: Address, message: Message) -> Vec<String> {
        lines(&self.probe.message(&mut self.tools, from, message))
    }
}

#[test]
fn a_permitted_call_starts_at_once_with_a_deadline() {
    assert_eq!(
        Bench::new().execute(0, Class::Serial),
        [
            "announce CallStarted { call: s1:b1/1.1.0 }",
            "send @2.2 Perform { call: s1:b1/1.1.0, attempt: 1 }",
            "set Timer(4295032832) 3s",
        ]
    );
}

#[test]
fn serial_calls_of_a_key_run_one_at_a_time() {
    let mut bench = Bench::new();
    bench.execute(0, Class::Serial);
    assert!(bench.execute(1, Class::Serial).is_empty());
    assert!(says(&bench.performed(0), "announce CallStarted { call: s1:b1/1.1.1 }"));
}

#[test]
fn parallel_calls_run_up_to_the_width_beside_a_serial_one() {
    let mut bench = Bench::new();
    bench.execute(0, Class::Serial);
    assert!(says(&bench.execute(1, Class::Parallel), "announce CallStarted"));
    assert!(says(&bench.execute(2, Class::Parallel), "announce CallStarted"));
    assert!(bench.execute(3, Class::Parallel).is_empty());
}

#[test]
fn a_forbidden_call_is_denied_and_never_runs() {
    assert_eq!(
        Bench::new().execute(0, Class::Forbidden),
        ["send @1.1 Result(Report { call: s1:b1/1.1.0, attempt: 1, outcome: Denied, reporter: None })"]
    );
}

#[test]
fn a_call_past_its_deadline_is_stopped_and_reported() {
    let mut bench = Bench::new();
    bench.execute(0, Class::Serial);
    assert_eq!(
        bench.overdue(0),
        [
            "send @2.2 Abort { call: s1:b1/1.1.0, attempt: 1 }",
            "announce PermitFreed { call: s1:b1/1.1.0 }",
            "send @1.1 Result(Report { call: s1:b1/1.1.0, attempt: 1, outcome: TimedOut, reporter: None })"
        ]
    );
}

#[test]
fn a_cancelled_call_that_waits_ends_at_once_and_one_that_runs_is_asked_to_stop() {
    let mut bench = Bench::new();
    bench.execute(0, Class::Serial);
    bench.execute(1, Class::Serial);
    assert_eq!(
        bench.cancel(),
        [
            "announce CancelHeard { run: s1:b1/1 }",
            "send @2.2 Abort { call: s1:b1/1.1.0, attempt: 1 }",
            "set Timer(4295032832) 200ms",
            "send @1.1 Result(Report { call: s1:b1/1.1.1, attempt: 1, outcome: Cancelled, reporter: None })"
        ]
    );
    assert!(says(&bench.aborted(0), "cancel Timer(4295032832)"));
}

#[test]
fn a_call_that_does_not_stop_is_given_up_after_the_grace() {
    let mut bench = Bench::new();
    bench.execute(0, Class::Serial);
    bench.cancel();
    assert_eq!(
        bench.overdue(0),
        [
            "announce PermitFreed { call: s1:b1/1.1.0 }",
            "send @1.1 Result(Report { call: s1:b1/1.1.0, attempt: 1, outcome: Cancelled, reporter: None })"
        ]
    );
}

#[test]
fn a_call_that_is_overtaken_by_its_cancellation_never_begins() {
    let mut bench = Bench::new();
    bench.cancel();
    assert_eq!(
        bench.execute(0, Class::Serial),
        ["send @1.1 Result(Report { call: s1:b1/1.1.0, attempt: 1, outcome: Cancelled, reporter: None })"]
    );
}

#[test]
fn a_result_for_a_call_that_is_not_open_goes_to_the_session_as_it_is() {
    assert_eq!(
        Bench::new().performed(7),
        [
            "send @1.1 Result(Report { call: s1:b1/1.1.7, attempt: 1, outcome: Succeeded(0), reporter: Some(@2.2) })"
        ]
    );
}

/// Tools of a run whose agent is patient, with a call of this class at work.
fn patient(class: Class) -> Bench {
    let mut bench = Bench::new();
    let from = bench.session;
    bench.tell(from, Message::Tool(ToolMessage::Patience { run: run(1), attempts: 3 }));
    bench.execute(0, class);
    bench
}

impl Bench {
    fn failed(&mut self, attempt: u8) -> Vec<String> {
        let (from, outcome) = (self.sandbox, Outcome::Failed(1));
        self.tell(from, Message::Tool(ToolMessage::Performed { call: call(0), attempt, outcome }))
    }
}

#[test]
fn a_call_that_reads_is_made_again_for_a_patient_agent_within_its_deadline() {
    let mut bench = patient(Class::Parallel);
    let again = |attempt| {
        [
            format!("announce CallRetried {{ call: s1:b1/1.1.0, attempt: {attempt} }}"),
            format!("send @2.2 Perform {{ call: s1:b1/1.1.0, attempt: {attempt} }}"),
        ]
    };
    assert_eq!(bench.failed(1), again(2), "no new deadline is set");
    assert_eq!(bench.failed(2), again(3));
    assert!(says(&bench.failed(3), "announce PermitFreed"), "the last failure is the result");
    assert!(says(&patient(Class::Parallel).overdue(0), "send @2.2 Abort { call: s1:b1/1.1.0, attempt: 1 }"));
}

#[test]
fn a_result_of_an_attempt_that_was_given_up_is_dropped() {
    let mut bench = patient(Class::Parallel);
    bench.failed(1);
    assert_eq!(bench.failed(1), ["dead letter StaleAttempt"]);
    assert_eq!(bench.performed(0), ["dead letter StaleAttempt"]);
}

#[test]
fn a_call_that_writes_is_made_once_however_patient_its_agent_is() {
    assert!(says(&patient(Class::Serial).failed(1), "announce PermitFreed"));
}

#[test]
fn a_call_of_another_run_has_none_of_the_patience() {
    let mut bench = Bench::new();
    let from = bench.session;
    bench.tell(from, Message::Tool(ToolMessage::Patience { run: run(7), attempts: 3 }));
    bench.execute(0, Class::Parallel);
    assert!(says(&bench.failed(1), "announce PermitFreed"));
}

#[test]
fn a_call_that_is_being_aborted_is_not_made_again() {
    let mut bench = patient(Class::Parallel);
    bench.cancel();
    assert!(says(&bench.failed(1), "announce PermitFreed"));
}
