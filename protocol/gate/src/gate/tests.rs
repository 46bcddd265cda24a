//! The parts of a gate without the simulator: states and exact effects. Here is the supervisor.
//!
//! - `asking` — what a person may ask for beside gates;
//! - `files` — answers that are left in a folder;
//! - `parts` — agent, provider, store, cache.

mod asking;
mod files;
mod parts;

use super::message::{AgentMessage, CacheMessage, SupervisorMessage};
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Effect;
use rehearsal_protocol::input::{Exit, Input, Signal, TimerId};
use rehearsal_protocol::probe::Probe;

use super::message::{Answer, Command, Keep, Kept, News, Report, Show};
use super::record::{AgentId, Decision, Record, Row, Status, Subject};
use super::{
    Cache, Config, Flaws, Folder, Gates, Message, Model, Peers, Provider, Results, Store, Supervisor, Variant,
};
use crate::gate::agent::Agent;

const ABOUT: Subject = Subject { spec: 1, checkpoint: 1 };

fn agent(role: u8) -> AgentId {
    AgentId { gate: 1, role }
}

fn completed(role: u8, opinion: u8) -> Message {
    Message::Supervisor(SupervisorMessage::Report(Report::Completed { agent: agent(role), opinion }))
}

fn peers(probe: &mut Probe<Gates>) -> Peers {
    Peers {
        store: probe.peer(),
        cache: probe.peer(),
        provider: probe.peer(),
        folder: probe.peer(),
        person: probe.peer(),
    }
}

/// A supervisor on the bench: store `@1.1`, cache `@2.2`, provider `@3.3`, folder `@4.4`, person `@5.5`, its first agent `@0.6`.
struct Bench {
    probe: Probe<Gates>,
    supervisor: Supervisor,
    peers: Peers,
}

impl Bench {
    /// One that has found these rows.
    fn found(model: Model, flaws: &[Variant], rows: Vec<Row>) -> (Self, Vec<Effect<Gates>>) {
        let mut probe = Probe::default();
        let peers = peers(&mut probe);
        let results = flaws.first().map_or(Results::Reported, |flaw| flaw.results());
        let config = Config { model, results, ..Config::default() };
        let mut supervisor = Supervisor::new(peers, config, Flaws::of(flaws));
        probe.start(&mut supervisor);
        let effects = probe.message(
            &mut supervisor,
            peers.store,
            Message::Supervisor(SupervisorMessage::Kept(Kept::All(rows))),
        );
        (Self { probe, supervisor, peers }, effects)
    }

    /// One with an open gate.
    fn opened(model: Model, flaws: &[Variant]) -> Self {
        let (mut bench, _) = Self::found(model, flaws, Vec::new());
        bench.open(1);
        bench.stored(1);
        bench
    }

    fn open(&mut self, gate: u32) -> Vec<Effect<Gates>> {
        self.hears(Message::Supervisor(SupervisorMessage::Command(Command::Open { gate, subject: ABOUT })))
    }

    fn hears(&mut self, message: Message) -> Vec<Effect<Gates>> {
        self.probe.message(&mut self.supervisor, self.peers.person, message)
    }

    fn stored(&mut self, number: u64) -> Vec<Effect<Gates>> {
        self.probe.message(
            &mut self.supervisor,
            self.peers.store,
            Message::Supervisor(SupervisorMessage::Kept(Kept::Written(number))),
        )
    }

    fn panics(&mut self, who: Address) -> Vec<Effect<Gates>> {
        let reason = Exit::Panicked("planned".to_owned());
        let exit = Signal::Exit { who, incarnation: Incarnation(1), reason };
        self.probe.turn(&mut self.supervisor, Input::Signal(exit))
    }
}

fn sent(effects: &[Effect<Gates>]) -> Vec<(Address, &Message)> {
    let sends = effects.iter().filter_map(|effect| match effect {
        Effect::Send { to, message } => Some((*to, message)),
        _ => None,
    });
    sends.collect()
}

/// The decision that a person is told.
fn told(effects: &[Effect<Gates>]) -> Option<Decision> {
    sent(effects).into_iter().find_map(|(_, message)| match message {
        Message::News(News::Result { decision, .. }) => Some(*decision),
        _ => None,
    })
}

/// The numbers of the writes, and the versions that are in each.
fn writes(effects: &[Effect<Gates>]) -> Vec<(u64, Vec<u32>)> {
    let of = |message: &Message| match message {
        Message::Keep(Keep::Write { number, rows }) => {
            Some((*number, rows.iter().map(|(_, record)| record.version).collect()))
        }
        _ => None,
    };
    sent(effects).into_iter().filter_map(|(_, message)| of(message)).collect()
}

/// The versions that the cache is told.
fn drawn(effects: &[Effect<Gates>]) -> Vec<u32> {
    let of = |message: &Message| match message {
        Message::Cache(CacheMessage::Show(Show::Row((_, record)))) => Some(record.version),
        _ => None,
    };
    sent(effects).into_iter().filter_map(|(_, message)| of(message)).collect()
}

#[test]
fn a_gate_starts_its_agents_when_its_row_is_there() {
    let (mut bench, _) = Bench::found(Model::Transaction, &[], Vec::new());
    let opening = bench.open(1);
    assert_eq!(writes(&opening), [(1, vec![1])]);
    assert_eq!(drawn(&opening), [], "nothing is drawn that is not committed");
    let stored = bench.stored(1);
    let spawned = stored.iter().filter(|effect| matches!(effect, Effect::Spawn { .. })).count();
    assert_eq!((spawned, drawn(&stored)), (3, vec![1]));
}

#[test]
fn a_second_gate_about_the_same_is_refused_even_before_the_row_of_the_first_is_there() {
    for (flaws, is_refused) in
        [(&[][..], true), (&[Variant::CheckThenSpawn], false), (&[Variant::OpenGuard], false)]
    {
        let (mut bench, _) = Bench::found(Model::Transaction, flaws, Vec::new());
        bench.open(1);
        let second = bench.open(2);
        let refusal = Message::News(News::Refused(2));
        assert_eq!(sent(&second).iter().any(|(_, message)| **message == refusal), is_refused, "{flaws:?}");
    }
}

#[test]
fn a_decision_is_told_when_it_is_durable_and_not_before() {
    let mut bench = Bench::opened(Model::Transaction, &[]);
    bench.hears(completed(0, 7));
    bench.hears(completed(1, 7));
    assert_eq!(told(&bench.hears(completed(2, 7))), None);
    assert_eq!(writes(&bench.stored(2)), [(3, vec![5])], "what came meanwhile is one transaction");
    let high = Decision::Consensus(super::Confidence::High, 7);
    assert_eq!(told(&bench.stored(3)), Some(high));
}

#[test]
fn triple_writing_takes_the_next_report_when_the_last_is_everywhere() {
    let mut bench = Bench::opened(Model::TripleWrite, &[]);
    let first = bench.hears(completed(0, 7));
    assert_eq!((drawn(&first), writes(&first)), (vec![2], vec![(2, vec![2])]), "the cache is told first");
    assert!(drawn(&bench.hears(completed(1, 7))).is_empty(), "it waits");
    assert_eq!(drawn(&bench.stored(2)), [3], "now it is taken");
}

#[test]
fn a_log_takes_each_change_at_once() {
    let mut bench = Bench::opened(Model::EventLog, &[]);
    let changes = [0, 1].map(|role| writes(&bench.hears(completed(role, 7))));
    assert_eq!(changes, [[(2, vec![2])], [(3, vec![3])]]);
}

#[test]
fn polling_tells_at_the_next_look_and_waits_for_no_write() {
    let mut bench = Bench::opened(Model::Polled, &[]);
    for role in 0..3 {
        assert_eq!(told(&bench.hears(completed(role, 7))), None);
    }
    let look = bench.probe.turn(&mut bench.supervisor, Input::Timer(TimerId(1)));
    assert_eq!(told(&look), Some(Decision::Consensus(super::Confidence::High, 7)));
}

#[test]
fn an_agent_that_panics_has_failed_unless_nobody_listens() {
    for (flaws, decides) in [(&[][..], true), (&[Variant::NobodyListens], false)] {
        let mut bench = Bench::opened(Model::EventLog, flaws);
        bench.hears(completed(0, 7));
        bench.hears(completed(1, 7));
        let third = bench.supervisor.agents.iter().find(|(_, id)| id.role == 2).map(|(who, _)| *who);
        let effects = bench.panics(third.unwrap());
        assert_eq!(writes(&effects).len() == 1, decides, "{flaws:?}");
    }
}

#[test]
fn the_deadline_decides_for_want_of_answers() {
    for (flaws, decides) in [(&[][..], true), (&[Variant::NobodyListens], false)] {
        let mut bench = Bench::opened(Model::EventLog, flaws);
        let effects = bench.probe.turn(&mut bench.supervisor, Input::Timer(super::supervisor::deadline(1)));
        assert_eq!(writes(&effects).len() == 1, decides);
        assert_eq!(told(&bench.stored(2)), decides.then_some(Decision::Timeout));
    }
}

#[test]
fn the_sketch_decides_with_two_that_agree_and_again_if_the_third_comes_while_that_is_written() {
    for (flaws, words) in [(&[][..], 1), (&[Variant::DecidesTwice], 2)] {
        let mut bench = Bench::opened(Model::EventLog, flaws);
        let mut turns = vec![bench.hears(completed(0, 7)), bench.hears(completed(1, 7))];
        turns.push(bench.probe.turn(&mut bench.supervisor, Input::Timer(super::supervisor::hurry(1))));
        turns.push(bench.hears(completed(2, 8)));
        turns.extend((2..7).map(|number| bench.stored(number)));
        let told: Vec<_> = turns.iter().filter_map(|effects| told(effects)).collect();
        assert_eq!(told, vec![Decision::Consensus(super::Confidence::Medium, 7); words]);
    }
}

#[test]
fn an_agent_with_three_tries_is_started_again_twice_and_then_has_failed() {
    let mut bench = Bench::opened(Model::EventLog, &[]);
    bench.supervisor = Supervisor::new(bench.peers, Config { tries: 3, ..Config::default() }, Flaws::none());
    bench.probe.start(&mut bench.supervisor);
    bench.probe.message(
        &mut bench.supervisor,
        bench.peers.store,
        Message::Supervisor(SupervisorMessage::Kept(Kept::All(Vec::new()))),
    );
    bench.open(1);
    bench.stored(1);
    let third = |bench: &Bench| {
        *bench.supervisor.agents.iter().find(|(_, id)| id.role == 2).expect("it was started").0
    };
    let spawns = |effects: &[Effect<Gates>]| {
        effects.iter().filter(|effect| matches!(effect, Effect::Spawn { .. })).count()
    };
    for (again, lost) in [(1, 0), (1, 0), (0, 1)] {
        let effects = {
            let who = third(&bench);
            bench.panics(who)
        };
        assert_eq!((spawns(&effects), writes(&effects).len()), (again, lost));
    }
}

#[test]
fn an_answer_of_a_cancelled_agent_changes_nothing() {
    for (flaws, changes) in [(&[][..], 0), (&[Variant::LateOverwrite], 1)] {
        let mut bench = Bench::opened(Model::EventLog, flaws);
        let cancel =
            bench.hears(Message::Supervisor(SupervisorMessage::Command(Command::CancelAgent(agent(1)))));
        assert_eq!(sent(&cancel)[0].1, &Message::Agent(AgentMessage::Abort));
        assert_eq!(writes(&bench.hears(completed(1, 7))).len(), changes, "{flaws:?}");
    }
}

#[test]
fn what_could_not_be_written_is_written_again() {
    for (flaws, writes_again) in [(&[][..], true), (&[Variant::IgnoresWriteErrors], false)] {
        let (mut bench, _) = Bench::found(Model::Transaction, flaws, Vec::new());
        bench.open(1);
        bench.hears(Message::Supervisor(SupervisorMessage::Kept(Kept::NotWritten(1))));
        let again = bench.probe.turn(&mut bench.supervisor, Input::Timer(TimerId(0)));
        assert_eq!(!writes(&again).is_empty(), writes_again, "{flaws:?}");
    }
}

#[test]
fn a_supervisor_that_starts_again_decides_the_gates_whose_agents_it_has_lost() {
    let open = Record {
        agents: vec![Status::Completed(7), Status::Completed(7), Status::Running],
        ..Record::opened(ABOUT, 3)
    };
    let (_, effects) = Bench::found(Model::Transaction, &[], vec![(1, open.clone())]);
    assert_eq!(writes(&effects), [(1, vec![3])]);
    let decided = Record { decision: Some(Decision::Escalate), ..open.clone() };
    let (_, effects) = Bench::found(Model::Transaction, &[], vec![(1, decided)]);
    assert_eq!(told(&effects), Some(Decision::Escalate), "whether it was told before, nobody knows");
    let (_, effects) = Bench::found(Model::Transaction, &[Variant::LeavesGates], vec![(1, open)]);
    assert!(writes(&effects).is_empty());
}
