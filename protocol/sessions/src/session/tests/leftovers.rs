//! What is left of calls that were stopped: groups of processes.

use crate::session::message::{SandboxMessage, ToolMessage};
use std::time::Duration;

use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::probe::Probe;

use super::play::{call, lines, run};
use crate::session::tool::{leftover, timer};
use crate::session::*;

const KILL: &str = "send @2.2 Kill { call: s1:b1/1.1.0, attempt: 1 }";
const AGAIN: &str = "set Timer(9223372041149808640) 100ms";

/// Tools with one call at work, between their session `@1.1` and the sandbox `@2.2`.
struct Bench {
    probe: Probe<Session>,
    tools: ToolActor,
    session: Address,
    sandbox: Address,
}

impl Bench {
    fn at_work(variant: Variant) -> Self {
        let leftovers = Leftovers::Killed { again: Duration::from_millis(100) };
        let mut probe = Probe::default();
        let (session, sandbox) = (probe.peer(), probe.peer());
        let config = Config { leftovers, ..Config::default() };
        let tools = ToolActor::new(session, sandbox, config, variant);
        let mut bench = Self { probe, tools, session, sandbox };
        let execute = Message::Tool(ToolMessage::Execute { call: call(0), attempt: 1, class: Class::Serial });
        bench.tell(session, execute);
        bench
    }

    fn tell(&mut self, from: Address, message: Message) -> Vec<String> {
        lines(&self.probe.message(&mut self.tools, from, message))
    }

    fn timer(&mut self, id: TimerId) -> Vec<String> {
        lines(&self.probe.turn(&mut self.tools, Input::Timer(id)))
    }

    fn cancel(&mut self) {
        let session = self.session;
        self.tell(session, Message::CancelCalls { run: run(1) });
    }

    fn hears(&mut self, message: Message) -> Vec<String> {
        let sandbox = self.sandbox;
        self.tell(sandbox, message)
    }
}

#[test]
fn a_cancelled_call_has_its_group_killed_when_its_process_has_stopped() {
    let mut bench = Bench::at_work(Variant::Reference);
    bench.cancel();
    assert_eq!(bench.hears(Message::Tool(ToolMessage::Aborted { call: call(0) }))[1..3], [KILL, AGAIN]);
}

#[test]
fn a_call_that_does_not_stop_in_the_grace_has_its_group_killed() {
    let mut bench = Bench::at_work(Variant::Reference);
    bench.cancel();
    assert_eq!(bench.timer(timer(call(0)))[..2], [KILL, AGAIN]);
}

#[test]
fn a_call_past_its_deadline_has_its_group_killed_after_the_grace() {
    let mut bench = Bench::at_work(Variant::Reference);
    let overdue = bench.timer(timer(call(0)));
    assert_eq!(overdue[1], "set Timer(9223372041149808640) 200ms");
    assert_eq!(bench.timer(leftover(call(0))), [KILL, AGAIN]);
}

#[test]
fn a_group_is_killed_again_until_it_is_known_to_be_gone() {
    let mut bench = Bench::at_work(Variant::Reference);
    bench.cancel();
    bench.timer(timer(call(0)));
    assert_eq!(bench.timer(leftover(call(0))), [KILL, AGAIN]);
    assert_eq!(
        bench.hears(Message::Tool(ToolMessage::Killed { call: call(0) })),
        ["cancel Timer(9223372041149808640)"]
    );
    assert_eq!(bench.timer(leftover(call(0))), [""; 0]);
}

#[test]
fn the_bugs_kill_no_group_or_once() {
    let mut bench = Bench::at_work(Variant::KillsDirectChild);
    bench.cancel();
    assert!(!bench.timer(timer(call(0))).contains(&KILL.to_owned()));
    let mut bench = Bench::at_work(Variant::KilledOnce);
    bench.cancel();
    let killed = bench.timer(timer(call(0)));
    assert!(killed.contains(&KILL.to_owned()) && !killed.contains(&AGAIN.to_owned()), "{killed:?}");
}

#[test]
fn what_has_reported_by_itself_has_nothing_left() {
    let mut bench = Bench::at_work(Variant::Reference);
    let done =
        Message::Tool(ToolMessage::Performed { call: call(0), attempt: 1, outcome: Outcome::Succeeded(0) });
    assert!(!bench.hears(done).iter().any(|effect| effect.contains("Kill")));
}

/// A sandbox at work on a call whose process has started another, or has not; its tools are `@1.1`.
fn at_work(child: bool) -> (Probe<Session>, Sandbox, Address) {
    let (mut probe, mut sandbox) = (Probe::default(), Sandbox::with_groups());
    let tools = probe.peer();
    probe.script([0, 7, if child { 3 } else { 0 }]);
    let begun = lines(&probe.message(
        &mut sandbox,
        tools,
        Message::Sandbox(SandboxMessage::Perform { call: call(0), attempt: 1 }),
    ));
    assert_eq!(begun, ["announce ProcessesBegan { call: s1:b1/1.1.0, attempt: 1 }"]);
    (probe, sandbox, tools)
}

const GONE: &str = "announce ProcessesGone { call: s1:b1/1.1.0, attempt: 1 }";

#[test]
fn a_process_without_children_is_gone_when_it_is_stopped() {
    let (mut probe, mut sandbox, tools) = at_work(false);
    let stopped = probe.message(
        &mut sandbox,
        tools,
        Message::Sandbox(SandboxMessage::Abort { call: call(0), attempt: 1 }),
    );
    assert_eq!(lines(&stopped)[1..], [GONE, "send @1.1 Aborted { call: s1:b1/1.1.0 }"]);
}

#[test]
fn what_a_process_has_started_outlives_it_until_the_group_is_killed() {
    let (mut probe, mut sandbox, tools) = at_work(true);
    let stopped = lines(&probe.message(
        &mut sandbox,
        tools,
        Message::Sandbox(SandboxMessage::Abort { call: call(0), attempt: 1 }),
    ));
    assert!(!stopped.contains(&GONE.to_owned()), "{stopped:?}");
    let kill = Message::Sandbox(SandboxMessage::Kill { call: call(0), attempt: 1 });
    let killed = lines(&probe.message(&mut sandbox, tools, kill.clone()));
    assert_eq!(killed[1..], [GONE, "send @1.1 Killed { call: s1:b1/1.1.0 }"]);
    let again = lines(&probe.message(&mut sandbox, tools, kill));
    assert_eq!(again.last().unwrap(), "send @1.1 Killed { call: s1:b1/1.1.0 }");
}
