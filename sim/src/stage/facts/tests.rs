//! Logs as processes leave them, read and judged.

use rehearsal_protocol::{Incarnation, Time};
use serde::{Deserialize, Serialize};

use super::{Checked, Log, Logs, Presumption, write};
use crate::check::{Properties, fold};
use crate::stage::Judge;

/// What the facts of these tests say.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Said {
    Question(u32),
    Answer(u32),
    Done(u32),
}

/// A-1: every answer comes after its question. A-2: whoever asked is done in the end.
fn judge() -> Judge {
    let mut properties = Properties::default();
    let after = fold(0, |asked: &mut u32, _, fact: &Said| match fact {
        Said::Question(number) => {
            *asked = (*asked).max(*number);
            Ok(())
        }
        Said::Answer(number) if number > asked => Err(format!("answer {number} without a question")),
        Said::Answer(_) | Said::Done(_) => Ok(()),
    });
    properties.always("A-1", "every answer comes after its question", after);
    properties.eventually("A-2", "it ends", std::time::Duration::from_secs(1), [1_u32], |fact| match fact {
        Said::Done(number) => Some(*number),
        Said::Question(_) | Said::Answer(_) => None,
    });
    Judge::of_facts(&properties.checks(), properties.goals().cloned().collect())
}

const LEFT: &str =
    r#"{"format":"rehearsal-facts","version":1,"system":"talk","node":"left","nodes":["left","right"]}"#;
const RIGHT: &str =
    r#"{"format":"rehearsal-facts","version":1,"system":"talk","node":"right","nodes":["left","right"]}"#;
const CLOSED: &str = r#"{"closed":true}"#;

/// A line of a log of `left`, node 0, or of `right`, node 1.
fn line(node: u32, at: u64, clock: [u64; 2], fact: Said) -> String {
    let (name, fact) = (["left", "right"][node as usize], serde_json::to_string(&fact).unwrap());
    format!(
        r#"{{"at_ns":{at},"actor":"/{name}/lead","address":[{node},{node}],"incarnation":1,"clock":[{},{}],"fact":{fact}}}"#,
        clock[0], clock[1]
    )
}

fn left(at: u64, clock: [u64; 2], fact: Said) -> String {
    line(0, at, clock, fact)
}

fn right(at: u64, clock: [u64; 2], fact: Said) -> String {
    line(1, at, clock, fact)
}

fn text(lines: &[&str]) -> String {
    lines.join("\n") + "\n"
}

fn read(text: &str) -> Result<Log, String> {
    Log::read(&mut text.as_bytes()).map_err(|error| error.to_string())
}

fn log(lines: &[&str]) -> Log {
    read(&text(lines)).unwrap()
}

fn judged(logs: Vec<Log>) -> Checked {
    Logs::of(logs).unwrap().judged(&mut judge()).unwrap()
}

/// What is violated, and why that is only presumptive.
fn verdict(checked: Checked) -> (String, Vec<Presumption>) {
    (
        checked.violation.map_or_else(|| "pass".to_owned(), |violation| violation.invariant),
        checked.presumptions,
    )
}

#[test]
fn a_cause_comes_before_its_effect_whatever_the_clocks_of_the_machines_say() {
    let asks = left(5_000, [1, 0], Said::Question(1));
    let answers = right(10, [1, 1], Said::Answer(1));
    let done = left(5_001, [2, 1], Said::Done(1));
    let logs = vec![log(&[LEFT, &asks, &done, CLOSED]), log(&[RIGHT, &answers, CLOSED])];
    let checked = judged(logs);
    assert_eq!((checked.facts, checked.orders), (3, 5));
    assert_eq!(verdict(checked), ("pass".to_owned(), vec![]));
}

#[test]
fn an_effect_before_its_cause_is_a_violation_in_every_order() {
    let answers = right(10, [0, 1], Said::Answer(1));
    let asks = left(5, [1, 1], Said::Question(1));
    let done = left(20, [2, 1], Said::Done(1));
    let logs = vec![log(&[LEFT, &asks, &done, CLOSED]), log(&[RIGHT, &answers, CLOSED])];
    let checked = judged(logs);
    assert_eq!(verdict(checked), ("A-1".to_owned(), vec![]));
}

#[test]
fn a_verdict_that_depends_on_the_order_is_presumptive() {
    let answers = right(10, [0, 1], Said::Answer(1));
    let asks = left(5, [1, 0], Said::Question(1));
    let done = left(20, [2, 0], Said::Done(1));
    let logs = vec![log(&[LEFT, &asks, &done, CLOSED]), log(&[RIGHT, &answers, CLOSED])];
    let checked = judged(logs);
    let order = Presumption::Order { violated: 2, of: 5 };
    assert_eq!(verdict(checked), ("A-1".to_owned(), vec![order]));
}

/// The frame came from the second boot of `right`, before that announced anything; the clock of `right` is behind.
#[test]
fn who_knows_of_a_boot_and_none_of_its_facts_waits_for_none_of_them() {
    let boot = 1 << 32;
    let asks = left(30, [1, boot], Said::Question(1));
    let answers = right(20, [1, boot + 1], Said::Answer(1));
    let done = left(40, [2, boot], Said::Done(1));
    let before = right(1, [0, 1], Said::Question(0));
    let logs = vec![log(&[LEFT, &asks, &done, CLOSED]), log(&[RIGHT, &before, RIGHT, &answers, CLOSED])];
    let checked = judged(logs);
    assert_eq!(verdict(checked), ("pass".to_owned(), vec![]));
}

#[test]
fn what_is_owed_is_judged_only_when_all_logs_are_closed_and_there() {
    let asks = left(5, [1, 0], Said::Question(1));
    let closed = || log(&[LEFT, &asks, CLOSED]);
    let checked = judged(vec![closed(), log(&[RIGHT, CLOSED])]);
    assert_eq!(verdict(checked), ("A-2".to_owned(), vec![]));
    let checked = judged(vec![closed(), log(&[RIGHT])]);
    let open = Presumption::Open { nodes: vec!["right".to_owned()] };
    assert_eq!(verdict(checked), ("pass".to_owned(), vec![open]));
    let checked = judged(vec![closed()]);
    let missing = Presumption::Missing { nodes: vec!["right".to_owned()] };
    assert_eq!(verdict(checked), ("pass".to_owned(), vec![missing]));
}

#[test]
fn a_node_that_starts_anew_opens_its_log_again() {
    let asks = left(5, [1, 0], Said::Question(1));
    let again = left(9, [(1 << 32) + 1, 0], Said::Done(1));
    assert!(!log(&[LEFT, &asks, CLOSED, LEFT]).closed);
    let log = log(&[LEFT, &asks, LEFT, &again, CLOSED]);
    assert!(log.closed && log.torn.is_empty());
    assert_eq!(log.facts.len(), 2);
}

#[test]
fn a_line_that_a_kill_tore_is_left_out_and_told() {
    let asks = left(5, [1, 0], Said::Question(1));
    let done = left(9, [(1 << 32) + 1, 0], Said::Done(1));
    let at_the_end = read(&format!("{LEFT}\n{asks}\n{}", &asks[..20])).unwrap();
    assert_eq!((at_the_end.facts.len(), at_the_end.torn, at_the_end.closed), (1, vec![3], false));
    let before_a_boot = log(&[LEFT, &asks, &asks[..20], LEFT, &done, CLOSED]);
    assert_eq!((before_a_boot.torn.as_slice(), before_a_boot.closed), (&[3][..], true));
    let checked = judged(vec![before_a_boot, log(&[RIGHT, CLOSED])]);
    assert_eq!(verdict(checked), ("pass".to_owned(), vec![Presumption::Torn { lines: 1 }]));
    let at_the_beginning = log(&[&LEFT[..30], LEFT, &asks]);
    assert_eq!((at_the_beginning.facts.len(), at_the_beginning.torn), (1, vec![1]));
}

#[test]
fn a_line_that_no_kill_can_have_torn_makes_a_log_unreadable() {
    let asks = left(5, [1, 0], Said::Question(1));
    let refused = read(&text(&[LEFT, &asks[..20], &asks])).unwrap_err();
    assert!(refused.starts_with("line 2: "), "{refused}");
    let refused = read("a letter\n").unwrap_err();
    assert_eq!(refused, r#"line 1: the first line of a log says "format":"rehearsal-facts""#);
    let refused = read(&text(&["a letter", &asks])).unwrap_err();
    assert_eq!(refused, r#"line 1: the first line of a log says "format":"rehearsal-facts""#);
    let refused = read(&text(&[&asks])).unwrap_err();
    assert_eq!(refused, r#"line 1: the first line of a log says "format":"rehearsal-facts""#);
}

#[test]
fn a_log_whose_counts_go_back_is_of_two_runs() {
    let (asks, done) = (left(5, [7, 0], Said::Question(1)), left(9, [1, 0], Said::Done(1)));
    let refused = read(&text(&[LEFT, &asks, LEFT, &done])).unwrap_err();
    assert!(refused.starts_with("line 4: its node counts 1 facts, and 7 before"), "{refused}");
}

#[test]
fn a_log_that_lost_what_others_know_of_is_told() {
    let answers = right(10, [3, 1], Said::Answer(0));
    let done = left(20, [1, 0], Said::Done(1));
    let cut = log(&[LEFT, &done, CLOSED]);
    let checked = judged(vec![cut, log(&[RIGHT, &answers, CLOSED])]);
    let lost = Presumption::Lost { nodes: vec!["left".to_owned()] };
    assert_eq!(verdict(checked), ("pass".to_owned(), vec![lost]));
    let later = left(30, [3, 0], Said::Done(1));
    let gap = log(&[LEFT, &done, &later, CLOSED]);
    let checked = judged(vec![gap, log(&[RIGHT, CLOSED])]);
    let lost = Presumption::Lost { nodes: vec!["left".to_owned()] };
    assert_eq!(checked.presumptions, [lost]);
}

#[test]
fn logs_that_do_not_belong_together_are_refused() {
    let refused = |logs| Logs::of(logs).err().unwrap();
    assert_eq!(refused(vec![]), "there is no log");
    assert_eq!(refused(vec![log(&[LEFT]), log(&[LEFT])]), "two logs of left");
    let other = log(&[&RIGHT.replace("talk", "walk")]);
    assert_eq!(refused(vec![log(&[LEFT]), other]), "logs of `talk` and of `walk`, or with other nodes");
    let (asks, answers) = (left(1, [1, 1], Said::Question(1)), right(1, [1, 1], Said::Answer(1)));
    let contradict = refused(vec![log(&[LEFT, &asks]), log(&[RIGHT, &answers])]);
    assert_eq!(contradict, "each knows of what came later in another, so they are not of one run");
}

#[test]
fn times_are_told_from_the_first_fact_on() {
    let asks = left(1_000_000_007, [1, 0], Said::Answer(1));
    let checked = judged(vec![log(&[LEFT, &asks]), log(&[RIGHT])]);
    assert_eq!(checked.violation.unwrap().at, Time::ZERO);
}

/// The blocks of the specification, written by the host's tests and here.
fn specified(number: usize) -> &'static str {
    let page = include_str!("../../../../host/docs/facts.md");
    page.split("```jsonl\n").nth(number + 1).and_then(|block| block.split("```").next()).unwrap()
}

#[test]
fn the_log_of_a_node_in_the_specification_is_read() {
    let log = read(specified(0)).unwrap();
    assert_eq!((log.node, log.facts.len(), log.closed, log.torn), (Some(0), 2, true, vec![]));
    let last = &log.facts[1];
    assert_eq!(
        (last.at.as_nanos(), &*last.actor, last.incarnation),
        (5000, "/db/lock", Some(Incarnation(9)))
    );
    assert_eq!(last.clock, [(1 << 32) + 1, 2, 0]);
    assert_eq!(&*last.json.0, r#"{"Released":{"asked":1,"ended":1}}"#);
}

#[test]
fn the_log_of_all_nodes_in_the_specification_is_written_and_read() {
    let log = read(specified(1)).unwrap();
    assert_eq!((log.node, log.facts.len(), log.closed), (None, 1, true));
    let mut written = Vec::new();
    write(&mut written, "lease", log.opened.nodes.clone(), &log.facts, true).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), specified(1));
}
