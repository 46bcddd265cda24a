//! Agent, provider, store, cache.

use super::*;
use crate::gate::message::{AgentMessage, CacheMessage, SupervisorMessage};

#[test]
fn an_agent_that_has_its_answer_reports_it_though_it_is_not_needed_any_more() {
    let mut probe = Probe::default();
    let (supervisor, peers) = (probe.peer(), peers(&mut probe));
    let provider = peers.provider;
    let mut early = Agent::new(agent(0), supervisor, peers, Config::default(), Flaws::none());
    probe.start(&mut early);
    let mut late = early.clone();
    assert_eq!(
        format!("{:?}", probe.message(&mut early, supervisor, Message::Agent(AgentMessage::Abort))),
        "[exit Shutdown]"
    );
    probe.message(&mut late, provider, Message::Agent(AgentMessage::Answer(Answer::Opinion(3))));
    assert_eq!(
        format!("{:?}", probe.message(&mut late, supervisor, Message::Agent(AgentMessage::Abort))),
        "[dead letter Dropped]"
    );
    let report = probe.turn(&mut late, Input::Timer(TimerId(0)));
    assert_eq!(sent(&report), [(supervisor, &completed(0, 3))]);
}

#[test]
#[should_panic(expected = "g1/0 cannot read its answer")]
fn garbage_makes_an_agent_panic() {
    let mut probe = Probe::default();
    let (supervisor, peers) = (probe.peer(), peers(&mut probe));
    let mut reader = Agent::new(agent(0), supervisor, peers, Config::default(), Flaws::none());
    probe.message(&mut reader, peers.provider, Message::Agent(AgentMessage::Answer(Answer::Garbage)));
}

#[test]
fn a_provider_answers_in_its_time_or_is_silent() {
    let mut probe = Probe::default();
    let asker = probe.peer();
    let mut provider = Provider::default();
    probe.script([62, 5]);
    let asked = probe.message(&mut provider, asker, Message::Prompt(agent(0)));
    assert_eq!(format!("{asked:?}"), "[set Timer(1) 5s]");
    let first = probe.turn(&mut provider, Input::Timer(TimerId(1)));
    assert_eq!(format!("{first:?}"), "[send @1.1 Answer(Line(1)), set Timer(1) 5s]");
    let second = probe.turn(&mut provider, Input::Timer(TimerId(1)));
    assert_eq!(format!("{second:?}"), "[send @1.1 Answer(Line(2)), set Timer(1) 50s]", "a minute in all");
    let answer = probe.turn(&mut provider, Input::Timer(TimerId(1)));
    assert_eq!(sent(&answer), [(asker, &Message::Agent(AgentMessage::Answer(Answer::Garbage)))]);
    probe.script([63, 0]);
    assert!(probe.message(&mut provider, asker, Message::Prompt(agent(1))).is_empty());
}

#[test]
fn a_store_answers_when_a_write_is_synced_and_a_log_tells_the_cache_itself() {
    for (model, tells) in [(Model::Transaction, false), (Model::EventLog, true)] {
        let mut probe = Probe::default();
        let (cache, supervisor) = (probe.peer(), probe.peer());
        let mut store = Store::new(model, cache);
        probe.start(&mut store);
        let rows = vec![(1, Record::opened(ABOUT, 3))];
        let write = Message::Keep(Keep::Write { number: 4, rows });
        assert!(sent(&probe.message(&mut store, supervisor, write)).is_empty());
        assert!(
            probe.message(&mut store, supervisor, Message::Keep(Keep::Load)).is_empty(),
            "one after another"
        );
        let synced = probe.turn(&mut store, Input::Synced(rehearsal_protocol::input::WriteId(1)));
        let to_cache = sent(&synced).iter().any(|(to, _)| *to == cache);
        assert_eq!(to_cache, tells);
        let answers: Vec<_> = sent(&synced).into_iter().filter(|(to, _)| *to == supervisor).collect();
        assert_eq!(answers[0].1, &Message::Supervisor(SupervisorMessage::Kept(Kept::Written(4))));
        assert!(
            matches!(answers[1].1, Message::Supervisor(SupervisorMessage::Kept(Kept::All(rows))) if rows.len() == 1)
        );
    }
}

#[test]
fn a_store_that_is_full_says_so_and_keeps_nothing() {
    let mut probe = Probe::default();
    let (cache, supervisor) = (probe.peer(), probe.peer());
    let mut store = Store::new(Model::Transaction, cache);
    probe.start(&mut store);
    probe.script([23]);
    let write = Message::Keep(Keep::Write { number: 4, rows: vec![(1, Record::opened(ABOUT, 3))] });
    let effects = probe.message(&mut store, supervisor, write);
    assert_eq!(format!("{effects:?}"), "[announce DiskFull, send @2.2 Kept(NotWritten(4))]");
}

#[test]
fn a_cache_asks_for_everything_and_forgets_what_is_not_in_it() {
    let mut probe = Probe::default();
    let source = probe.peer();
    let mut cache = Cache::new(source);
    assert_eq!(sent(&probe.start(&mut cache)), [(source, &Message::Refill)]);
    probe.message(
        &mut cache,
        source,
        Message::Cache(CacheMessage::Show(Show::Row((1, Record::opened(ABOUT, 3))))),
    );
    let filled = probe.message(&mut cache, source, Message::Cache(CacheMessage::Show(Show::All(Vec::new()))));
    assert_eq!(format!("{filled:?}"), "[announce Filled([])]");
    assert_eq!(cache, Cache::new(source));
}

#[test]
fn a_cache_says_what_it_was_told_and_forgets_the_lines_of_who_has_ended() {
    let mut probe = Probe::default();
    let (source, person) = (probe.peer(), probe.peer());
    let mut cache = Cache::new(source);
    let query = Message::Cache(CacheMessage::Query { agent: agent(2), by: person });
    let unknown = probe.message(&mut cache, source, query.clone());
    assert_eq!(
        format!("{unknown:?}"),
        "[announce Said { agent: g1/2, status: None }, send @2.2 News(Status { agent: g1/2, status: None })]"
    );
    let row = Record::opened(ABOUT, 3);
    probe.message(&mut cache, source, Message::Cache(CacheMessage::Show(Show::Row((1, row.clone())))));
    let before = cache.clone();
    probe.message(
        &mut cache,
        source,
        Message::Cache(CacheMessage::Show(Show::Progress { agent: agent(2), lines: 1 })),
    );
    assert_ne!(cache, before, "it has the line of an agent that works");
    let ended = Record { agents: vec![Status::Running, Status::Running, Status::Failed], ..row };
    probe.message(&mut cache, source, Message::Cache(CacheMessage::Show(Show::Row((1, ended.clone())))));
    let told = sent(&probe.message(&mut cache, source, query))[0].1.clone();
    assert_eq!(told, Message::News(News::Status { agent: agent(2), status: Some(Status::Failed) }));
    let mut other = Cache::new(source);
    probe.message(&mut other, source, Message::Cache(CacheMessage::Show(Show::Row((1, ended)))));
    probe.message(
        &mut other,
        source,
        Message::Cache(CacheMessage::Show(Show::Progress { agent: agent(2), lines: 2 })),
    );
    assert_eq!(cache, other, "what comes late is of no use either");
}

#[test]
fn an_agent_reports_its_progress_when_its_last_report_was_taken_and_then_all_of_it() {
    for (flaws, at_once) in [(&[][..], 0), (&[Variant::UnboundedProgress], 1)] {
        let mut probe = Probe::default();
        let (supervisor, peers) = (probe.peer(), peers(&mut probe));
        let mut agent = Agent::new(agent(0), supervisor, peers, Config::default(), Flaws::of(flaws));
        let line = |n| Message::Agent(AgentMessage::Answer(Answer::Line(n)));
        let first = probe.message(&mut agent, peers.provider, line(1));
        assert_eq!(
            format!("{first:?}"),
            "[announce Progress { agent: g1/0, lines: 1, new: 1 }, send @1.1 Report(Progress { agent: g1/0, lines: 1 })]"
        );
        let meanwhile = [2, 3].map(|n| sent(&probe.message(&mut agent, peers.provider, line(n))).len());
        assert_eq!(meanwhile, [at_once; 2], "{flaws:?}");
        let taken = probe.message(&mut agent, supervisor, Message::Agent(AgentMessage::Taken));
        let rest = "[announce Progress { agent: g1/0, lines: 3, new: 2 }, send @1.1 Report(Progress { agent: g1/0, lines: 3 })]";
        assert_eq!(format!("{taken:?}"), if at_once == 0 { rest } else { "[]" });
        assert!(
            probe.message(&mut agent, supervisor, Message::Agent(AgentMessage::Taken)).is_empty(),
            "there is nothing new"
        );
    }
}
