//! Service and task without a simulator: state and exact effects.

use crate::background::{ServiceMessage, TaskMessage};
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Effect;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::probe::Probe;

use super::task::Peers;
use super::*;

const SCOPE: ScopeId = ScopeId(7);

fn said(effects: &[Effect<Background>]) -> Vec<String> {
    effects.iter().map(|effect| format!("{effect:?}")).collect()
}

/// A service on the bench: registry `@1.1`, cache `@2.2`, tenant `@3.3`, its first task `@0.4`.
struct Play {
    probe: Probe<Background>,
    service: Service,
    cache: Address,
    tenant: Address,
}

impl Play {
    fn opened(variant: Variant) -> Self {
        let mut probe = Probe::default();
        let (registry, cache, tenant) = (probe.peer(), probe.peer(), probe.peer());
        let service = Service::new(registry, cache, variant);
        let mut play = Self { probe, service, cache, tenant };
        play.says(Message::Service(ServiceMessage::Open(SCOPE)));
        play
    }

    fn says(&mut self, message: Message) -> Vec<String> {
        said(&self.probe.message(&mut self.service, self.tenant, message))
    }

    fn start(&mut self, kind: Kind) -> Vec<String> {
        self.says(Message::Service(ServiceMessage::Start { scope: SCOPE, kind }))
    }

    fn recorded(&mut self, number: u32) -> Vec<String> {
        let recorded = Message::Service(ServiceMessage::Recorded(task(number)));
        said(&self.probe.message(&mut self.service, self.cache, recorded))
    }

    fn close(&mut self, manner: Manner) -> Vec<String> {
        self.says(Message::Service(ServiceMessage::Close { scope: SCOPE, manner }))
    }

    fn ended(&mut self, number: u32, outcome: Outcome) -> Vec<String> {
        self.says(Message::Service(ServiceMessage::Ended { task: task(number), outcome }))
    }
}

fn task(number: u32) -> TaskId {
    TaskId { scope: SCOPE, number }
}

const CLOSED: &str = "send @3.3 Closed(ScopeId(7))";

fn says_closed(effects: &[String]) -> bool {
    effects.last().is_some_and(|last| last == CLOSED)
}

#[test]
fn a_scope_without_tasks_closes_at_once() {
    let mut play = Play::opened(Variant::Reference);
    let expected =
        ["announce Closing(ScopeId(7))", "announce Closed { scope: ScopeId(7), ended: 0 }", CLOSED];
    assert_eq!(play.close(Manner::Cancel), expected);
}

#[test]
fn a_scope_is_closed_when_its_cancelled_task_has_ended() {
    let mut play = Play::opened(Variant::Reference);
    play.start(Kind::Run);
    play.recorded(1);
    assert_eq!(play.close(Manner::Cancel), ["announce Closing(ScopeId(7))", "send @0.4 Cancel"]);
    let ended = play.ended(1, Outcome::Cancelled);
    assert!(ended[0].contains("status: Ended(Cancelled)") && says_closed(&ended), "{ended:?}");
}

#[test]
fn without_waiting_it_is_closed_before() {
    let mut play = Play::opened(Variant::CancelWithoutWaiting);
    play.start(Kind::Run);
    play.recorded(1);
    assert!(says_closed(&play.close(Manner::Cancel)));
}

#[test]
fn a_draining_scope_lets_a_run_finish_and_stops_a_watch() {
    let mut play = Play::opened(Variant::Reference);
    play.start(Kind::Run);
    play.recorded(1);
    play.start(Kind::Watch);
    play.recorded(2);
    assert_eq!(play.close(Manner::Drain), ["announce Closing(ScopeId(7))", "send @0.5 Cancel"]);
    assert!(!says_closed(&play.ended(2, Outcome::Cancelled)));
    assert!(says_closed(&play.ended(1, Outcome::Done)));
}

#[test]
fn a_scope_owns_all_its_watches_and_the_bug_only_the_last() {
    for (variant, cancelled) in [(Variant::Reference, 2), (Variant::OneWatchEach, 1)] {
        let mut play = Play::opened(variant);
        for number in 1..=2 {
            play.start(Kind::Watch);
            play.recorded(number);
        }
        let closing = play.close(Manner::Cancel);
        assert_eq!(
            closing.iter().filter(|effect| effect.ends_with("Cancel")).count(),
            cancelled,
            "{closing:?}"
        );
    }
}

#[test]
fn a_watch_that_waits_for_its_turn_never_starts_in_a_draining_scope() {
    for (variant, starts) in [(Variant::Reference, false), (Variant::WatchAfterClose, true)] {
        let mut play = Play::opened(variant);
        for (number, kind) in [(1, Kind::Run), (2, Kind::Run), (3, Kind::Watch)] {
            play.start(kind);
            play.recorded(number);
        }
        let closing = play.close(Manner::Drain);
        assert_eq!(closing.iter().any(|effect| effect.contains("Ended(Cancelled)")), !starts, "{closing:?}");
        let ended = play.ended(1, Outcome::Done);
        assert_eq!(ended.iter().any(|effect| effect.starts_with("spawn")), starts, "{ended:?}");
    }
}

#[test]
fn a_claim_whose_task_never_starts_is_given_back() {
    let mut play = Play::opened(Variant::Reference);
    play.start(Kind::Refresh);
    assert_eq!(play.service.claim(), Some(task(1)));
    assert_eq!(play.close(Manner::Cancel), ["announce Closing(ScopeId(7))"]);
    let recorded = play.recorded(1);
    assert!(recorded.iter().any(|effect| effect.contains("Released")) && says_closed(&recorded));
    assert_eq!(play.service.claim(), None);
}

#[test]
fn the_leak_keeps_that_claim() {
    let mut play = Play::opened(Variant::ClaimLeak);
    play.start(Kind::Refresh);
    play.close(Manner::Cancel);
    assert!(says_closed(&play.recorded(1)));
    assert_eq!(play.service.claim(), Some(task(1)));
}

#[test]
fn a_second_refresh_is_content_with_the_first() {
    let mut play = Play::opened(Variant::Reference);
    play.start(Kind::Refresh);
    assert_eq!(play.start(Kind::Refresh), ["send @3.3 Started(ScopeId(7))"]);
}

#[test]
fn more_tasks_than_the_width_wait() {
    let mut play = Play::opened(Variant::Reference);
    for number in 1..=3 {
        play.start(Kind::Run);
        let spawns = play.recorded(number).iter().any(|effect| effect.starts_with("spawn"));
        assert_eq!(spawns, number <= 2, "task {number}");
    }
    assert!(play.ended(1, Outcome::Done).iter().any(|effect| effect.starts_with("spawn")));
}

/// A run that has begun; its peers are `@1.1`, `@2.2` and `@3.3`.
fn begun(variant: Variant) -> (Probe<Background>, Task, Address) {
    let mut probe = Probe::default();
    let peers = Peers { service: probe.peer(), registry: probe.peer(), cache: probe.peer() };
    let mut run = Task::new(task(1), Kind::Run, peers, variant);
    probe.start(&mut run);
    (probe, run, peers.registry)
}

#[test]
fn a_task_that_is_cancelled_while_it_writes_waits_for_its_write() {
    let (mut probe, mut run, peer) = begun(Variant::Reference);
    probe.message(&mut run, peer, Message::Task(TaskMessage::Fetched));
    assert!(probe.message(&mut run, peer, Message::Task(TaskMessage::Cancel)).is_empty());
    assert_eq!(
        said(&probe.message(&mut run, peer, Message::Task(TaskMessage::Written))),
        ["set Timer(2) 15ms"]
    );
    let over = said(&probe.turn(&mut run, Input::Timer(TimerId(2))));
    assert!(over[1].contains("Stopped") && over[1].contains("Cancelled"), "{over:?}");
    assert!(over[2].starts_with("send @1.1 Ended") && over[3] == "exit", "{over:?}");
}

#[test]
fn a_task_reports_its_end_after_it_has_cleaned_up_and_the_bug_before() {
    let (mut probe, mut run, peer) = begun(Variant::Reference);
    assert_eq!(
        said(&probe.message(&mut run, peer, Message::Task(TaskMessage::Cancel))),
        ["cancel Timer(1)", "set Timer(2) 15ms"]
    );
    let (mut probe, mut run, peer) = begun(Variant::EndedBeforeHook);
    assert!(
        said(&probe.message(&mut run, peer, Message::Task(TaskMessage::Cancel)))[1]
            .starts_with("send @1.1 Ended")
    );
}

#[test]
fn what_never_comes_is_a_failure() {
    let (mut probe, mut run, _) = begun(Variant::Reference);
    probe.turn(&mut run, Input::Timer(TimerId(1)));
    let over = said(&probe.turn(&mut run, Input::Timer(TimerId(2))));
    assert!(over[0].contains("Stopped") && over[0].contains("Failed"), "{over:?}");
}
