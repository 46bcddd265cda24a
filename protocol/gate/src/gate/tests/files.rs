//! Answers that are left in a folder, as M0 did it.

use super::*;
use crate::gate::agent::HALF;
use crate::gate::file::{FileName, Vote};
use crate::gate::message::File;
use crate::gate::message::{AgentMessage, SupervisorMessage};

const REPORT: TimerId = TimerId(0);
const REST: TimerId = TimerId(1);
const LOOK: TimerId = TimerId(1);

fn filed(flaws: &[Variant]) -> (Bench, Config) {
    let mut bench = Bench::opened(Model::EventLog, &[]);
    let config = Config { model: Model::EventLog, results: Results::Filed, ..Config::default() };
    bench.supervisor = Supervisor::new(bench.peers, config, Flaws::of(flaws));
    bench.probe.start(&mut bench.supervisor);
    bench.probe.message(
        &mut bench.supervisor,
        bench.peers.store,
        Message::Supervisor(SupervisorMessage::Kept(Kept::All(Vec::new()))),
    );
    bench.open(1);
    bench.stored(1);
    (bench, config)
}

/// What an agent writes, piece by piece, and whether it has ended then.
fn written(flaws: &[Variant]) -> Vec<(FileName, u8, bool)> {
    let mut probe = Probe::default();
    let (supervisor, peers) = (probe.peer(), peers(&mut probe));
    let config = Config { results: Results::Filed, ..Config::default() };
    let mut writer = Agent::new(agent(2), supervisor, peers, config, Flaws::of(flaws));
    probe.message(&mut writer, peers.provider, Message::Agent(AgentMessage::Answer(Answer::Opinion(7))));
    let mut pieces = Vec::new();
    for timer in [REPORT, REST] {
        let effects = probe.turn(&mut writer, Input::Timer(timer));
        let ends =
            effects.iter().any(|effect| matches!(effect, Effect::Exit(reason) if **reason == Exit::Normal));
        let files = sent(&effects).into_iter().filter_map(|(to, message)| match message {
            Message::File(File::Write { name, vote }) if to == peers.folder => {
                Some((*name, vote.opinion, ends))
            }
            _ => None,
        });
        pieces.extend(files);
        if ends {
            break;
        }
    }
    pieces
}

#[test]
fn an_agent_writes_its_file_in_one_piece_under_a_name_of_its_own() {
    let (own, of_role) = (FileName { gate: Some(1), role: 2 }, FileName { gate: None, role: 2 });
    assert_eq!(written(&[]), [(own, 7, true)]);
    assert_eq!(written(&[Variant::FileOfRole]), [(of_role, 7, true)]);
    assert_eq!(written(&[Variant::HalfWritten]), [(own, HALF, false), (own, 7, true)]);
}

#[test]
fn a_gate_looks_for_the_files_of_agents_that_work_and_counts_what_it_finds() {
    let (mut bench, _) = filed(&[]);
    bench.hears(Message::Supervisor(SupervisorMessage::Command(Command::CancelAgent(agent(1)))));
    let look = bench.probe.turn(&mut bench.supervisor, Input::Timer(LOOK));
    let names = [0, 2].map(|role| FileName { gate: Some(1), role }).to_vec();
    assert_eq!(sent(&look), [(bench.peers.folder, &Message::File(File::Scan { gate: 1, names }))]);
    let files = [0, 2].map(|role| Vote { by: agent(role), opinion: 7 }).to_vec();
    let found = bench.hears(Message::Supervisor(SupervisorMessage::Found { gate: 1, files }));
    let names = [0, 1, 2].map(|role| FileName { gate: Some(1), role }).to_vec();
    let removed = Message::File(File::Remove(names));
    assert!(sent(&found).contains(&(bench.peers.folder, &removed)), "a gate that is decided needs no files");
    let last = (3..6).find_map(|number| told(&bench.stored(number)));
    assert_eq!(last, Some(Decision::Consensus(crate::gate::Confidence::Medium, 7)));
}

#[test]
fn a_folder_has_the_last_of_each_name_until_it_is_removed() {
    let mut probe = Probe::default();
    let broker = probe.peer();
    let mut folder = Folder::default();
    let name = FileName { gate: Some(1), role: 0 };
    let scan = Message::File(File::Scan { gate: 1, names: vec![name, FileName { gate: Some(1), role: 1 }] });
    assert!(probe.message(&mut folder, broker, scan.clone()).is_empty(), "nothing is there");
    for opinion in [HALF, 7] {
        let write = File::Write { name, vote: Vote { by: agent(0), opinion } };
        probe.message(&mut folder, broker, Message::File(write));
    }
    let files = vec![Vote { by: agent(0), opinion: 7 }];
    assert_eq!(
        sent(&probe.message(&mut folder, broker, scan)),
        [(broker, &Message::Supervisor(SupervisorMessage::Found { gate: 1, files }))]
    );
    probe.message(&mut folder, broker, Message::File(File::Remove(vec![name])));
    assert_eq!(folder, Folder::default());
}
