//! What a person may ask for beside gates: how an agent is, and that all comes to an end.

use super::*;
use crate::gate::Fact;
use crate::gate::message::{CacheMessage, SupervisorMessage};

fn shut_down(bench: &mut Bench) -> Vec<Effect<Gates>> {
    bench.hears(Message::Supervisor(SupervisorMessage::Command(Command::Shutdown)))
}

/// The agent of that role ends as it was told to.
fn ends(bench: &mut Bench, role: u8) -> Vec<Effect<Gates>> {
    let who = bench.supervisor.agents.iter().find(|(_, id)| id.role == role).map(|(who, _)| *who);
    let exit = Signal::Exit { who: who.unwrap(), incarnation: Incarnation(1), reason: Exit::Shutdown };
    bench.probe.turn(&mut bench.supervisor, Input::Signal(exit))
}

fn leaves(effects: &[Effect<Gates>]) -> bool {
    let says_so = effects.iter().any(|effect| matches!(effect, Effect::Announce(Fact::ShutDown)));
    let answers = sent(effects).iter().any(|(_, message)| **message == Message::News(News::ShutDown));
    let ends =
        effects.iter().any(|effect| matches!(effect, Effect::Exit(reason) if **reason == Exit::Shutdown));
    assert!(says_so == answers && answers == ends, "{effects:?}");
    ends
}

#[test]
fn how_an_agent_is_says_the_cache_where_memory_is_ahead_of_the_truth() {
    let asks = Message::Supervisor(SupervisorMessage::Command(Command::QueryStatus(agent(1))));
    for (model, flaws) in [
        (Model::Transaction, &[][..]),
        (Model::EventLog, &[]),
        (Model::TripleWrite, &[]),
        (Model::Transaction, &[Variant::AnswersFromMemory]),
    ] {
        let mut bench = Bench::opened(model, flaws);
        let effects = bench.hears(asks.clone());
        let Peers { cache, person, .. } = bench.peers;
        let status = Some(Status::Running);
        let expected = if model == Model::TripleWrite || !flaws.is_empty() {
            (person, Message::News(News::Status { agent: agent(1), status }))
        } else {
            (cache, Message::Cache(CacheMessage::Query { agent: agent(1), by: person }))
        };
        assert_eq!(sent(&effects), [(expected.0, &expected.1)], "{model:?} {flaws:?}");
    }
}

#[test]
fn a_report_of_progress_is_taken_drawn_and_answered() {
    let mut bench = Bench::opened(Model::Transaction, &[]);
    let effects = bench.hears(Message::Supervisor(SupervisorMessage::Report(Report::Progress {
        agent: agent(0),
        lines: 2,
    })));
    assert_eq!(
        format!("{effects:?}"),
        "[announce ProgressTaken(g1/0), send @0.6 Taken, send @2.2 Show(Progress { agent: g1/0, lines: 2 })]"
    );
}

#[test]
fn a_supervisor_with_nothing_to_do_ends_at_once() {
    let (mut bench, _) = Bench::found(Model::Transaction, &[], Vec::new());
    assert_eq!(
        format!("{:?}", shut_down(&mut bench)),
        "[announce ShuttingDown { open: 0 }, announce ShutDown, send @5.5 News(ShutDown), exit Shutdown]"
    );
}

#[test]
fn a_supervisor_ends_when_its_agents_have_and_its_decisions_are_durable() {
    let mut bench = Bench::opened(Model::Transaction, &[]);
    let effects = shut_down(&mut bench);
    assert_eq!((writes(&effects), leaves(&effects)), (vec![(2, vec![2])], false), "the gate is cancelled");
    assert!(!(0..3).any(|role| leaves(&ends(&mut bench, role))), "and that is not durable");
    let stored = bench.stored(2);
    assert_eq!((told(&stored), leaves(&stored)), (Some(Decision::Cancelled), true));
}

#[test]
fn a_supervisor_that_is_to_end_waits_for_an_agent_that_finishes() {
    let mut bench = Bench::opened(Model::Transaction, &[]);
    shut_down(&mut bench);
    ends(&mut bench, 0);
    ends(&mut bench, 1);
    assert!(!leaves(&bench.stored(2)));
    assert!(!leaves(&bench.hears(completed(2, 7))), "its report comes too late");
    assert!(leaves(&ends(&mut bench, 2)));
}

#[test]
fn a_supervisor_that_is_to_end_opens_no_gate() {
    let mut bench = Bench::opened(Model::Transaction, &[]);
    shut_down(&mut bench);
    let effects = bench.open(2);
    assert_eq!(format!("{effects:?}"), "[announce Closed(2), send @5.5 News(Closed(2))]");
}

#[test]
fn the_sketch_never_leaves_its_loop_or_waits_for_those_that_have_ended() {
    for (flaw, idle) in [(Variant::NeverLeaves, false), (Variant::OwnSender, true)] {
        let (mut bench, _) = Bench::found(Model::Transaction, &[flaw], Vec::new());
        assert_eq!(leaves(&shut_down(&mut bench)), idle, "{flaw:?} with no agents");
        let mut bench = Bench::opened(Model::Transaction, &[flaw]);
        shut_down(&mut bench);
        bench.stored(2);
        assert!(!(0..3).any(|role| leaves(&ends(&mut bench, role))), "{flaw:?}");
    }
}

#[test]
fn who_waits_for_no_commit_ends_before_its_decision_is_durable() {
    let mut bench = Bench::opened(Model::Transaction, &[Variant::AnswersFirst]);
    shut_down(&mut bench);
    let left = [0, 1, 2].map(|role| leaves(&ends(&mut bench, role)));
    assert_eq!(left, [false, false, true]);
}

#[test]
fn the_guard_of_m0_takes_the_agents_of_another_gate_for_its_own() {
    for (flaws, is_refused) in [(&[][..], false), (&[Variant::GuardByName], true)] {
        let mut bench = Bench::opened(Model::Transaction, flaws);
        let subject = Subject { spec: 2, checkpoint: 1 };
        let effects =
            bench.hears(Message::Supervisor(SupervisorMessage::Command(Command::Open { gate: 2, subject })));
        let refused = sent(&effects).iter().any(|(_, message)| **message == Message::News(News::Refused(2)));
        assert_eq!(refused, is_refused, "{flaws:?}");
    }
}
