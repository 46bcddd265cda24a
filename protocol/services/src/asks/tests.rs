//! The parts without the simulator: states and exact effects.

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Effect;
use rehearsal_protocol::input::{Input, MessageId, Recovered, Signal, TimerId};
use rehearsal_protocol::mailbox::Lane;
use rehearsal_protocol::probe::Probe;
use rehearsal_protocol::supervision::{Answer, MailboxOnRestart, StateOnRestart};

use super::{AskId, Asks, Client, Counter, Job, Message, Operator, Variant};

fn told(effects: Vec<Effect<Asks>>) -> Vec<String> {
    effects.iter().map(|effect| format!("{effect:?}")).collect()
}

fn asks(effects: Vec<Effect<Asks>>) -> Vec<String> {
    told(effects).into_iter().filter(|effect| effect.starts_with("send")).collect()
}

fn first(number: u16) -> AskId {
    AskId::new(1, Incarnation(1), number)
}

fn refused(by: Address, ask: AskId) -> Input<Asks> {
    Input::Signal(Signal::Refused { by, message: MessageId(9), ask: Some(ask.0) })
}

/// A client of five asks that has found its counter, and the two that it knows.
fn client(probe: &mut Probe<Asks>, variant: Variant) -> (Client, Address, Address) {
    let (supervisor, counter) = (probe.peer(), probe.peer());
    let mut client = Client::new(1, 5).planted(variant);
    assert_eq!(told(probe.start(&mut client)), ["announce ClientBegan { client: 1 }"]);
    let found = told(probe.message(&mut client, counter, Message::Here { supervisor }));
    assert_eq!(found, ["set Timer(0) 20ms"]);
    (client, supervisor, counter)
}

#[test]
fn a_client_asks_three_times_and_then_the_rest() {
    let mut probe = Probe::default();
    let (mut client, _, counter) = client(&mut probe, Variant::Reference);
    let due = Input::Timer(TimerId(0));
    let effects = told(probe.turn(&mut client, due.clone()));
    assert_eq!(effects.len(), 6);
    assert_eq!(
        effects[..2],
        [
            "announce Asked { ask: c1.1#1, service: @1.1 }",
            "send @2.2 Count { ask: c1.1#1, reply_port: true }"
        ]
    );
    let answer = |number| Message::Counted { ask: first(number), count: 1 };
    for number in [1, 3] {
        let settled = format!("announce Settled {{ ask: c1.1#{number}, answered: true }}");
        assert_eq!(told(probe.message(&mut client, counter, answer(number))), [settled]);
    }
    let settled = "announce Settled { ask: c1.1#2, answered: false }";
    assert_eq!(told(probe.turn(&mut client, refused(counter, first(2)))), [settled, "set Timer(0) 20ms"]);
    assert_eq!(asks(probe.turn(&mut client, due)).len(), 2, "five in all");
    probe.turn(&mut client, refused(counter, first(4)));
    let last = "announce Settled { ask: c1.1#5, answered: true }";
    assert_eq!(told(probe.message(&mut client, counter, answer(5))), [last], "there are no more");
}

#[test]
fn an_answer_to_what_is_settled_goes_nowhere() {
    let mut probe = Probe::default();
    let (mut client, _, counter) = client(&mut probe, Variant::Reference);
    probe.turn(&mut client, Input::Timer(TimerId(0)));
    probe.turn(&mut client, refused(counter, first(1)));
    let answer = Message::Counted { ask: first(1), count: 1 };
    assert_eq!(told(probe.message(&mut client, counter, answer)), ["dead letter LateResult"]);
}

#[test]
fn a_client_says_what_it_waits_for_when_the_counter_begins_another_life() {
    let mut probe = Probe::default();
    let (mut client, supervisor, counter) = client(&mut probe, Variant::Reference);
    probe.turn(&mut client, Input::Timer(TimerId(0)));
    let effects = told(probe.message(&mut client, counter, Message::Here { supervisor }));
    assert_eq!(effects, [1, 2, 3].map(|ask| format!("announce Outlived {{ ask: c1.1#{ask} }}")));
}

fn counter(supervisor: Address, client: Address, begins_with: StateOnRestart) -> Counter {
    let job = Job { mailbox: MailboxOnRestart::Keep, state: begins_with, clients: vec![client] };
    Counter::new(supervisor, job, begins_with)
}

fn started(probe: &mut Probe<Asks>, counter: &mut Counter) -> Vec<String> {
    let mut recovered = Recovered { incarnation: Incarnation(2), ..Recovered::default() };
    recovered.kept.insert("count".to_owned(), postcard::to_allocvec(&7_u64).unwrap());
    told(probe.turn(counter, Input::Start(recovered)))
}

#[test]
fn a_counter_goes_on_from_what_its_disk_kept_or_from_nothing() {
    for (state, count) in [(StateOnRestart::Recover, 7), (StateOnRestart::Initial, 0)] {
        let mut probe = Probe::default();
        let (supervisor, client) = (probe.peer(), probe.peer());
        let effects = started(&mut probe, &mut counter(supervisor, client, state));
        let fact = format!(
            "announce CounterBegan {{ service: @1.1, mailbox: Keep, state: {state:?}, count: {count} }}"
        );
        assert!(effects.contains(&fact), "{effects:?}");
        assert_eq!(effects.last().unwrap(), "send @2.2 Here { supervisor: @1.1 }");
        assert_eq!(effects.iter().any(|effect| effect.starts_with("write")), count == 0, "{effects:?}");
    }
}

#[test]
fn a_counter_counts_and_answers_in_one_turn() {
    let mut probe = Probe::default();
    let (supervisor, client) = (probe.peer(), probe.peer());
    let mut counter = counter(supervisor, client, StateOnRestart::Recover);
    started(&mut probe, &mut counter);
    let effects =
        told(probe.message(&mut counter, client, Message::Count { ask: first(3), reply_port: true }));
    let expected = [
        "write count 1 bytes",
        "announce Counted { service: @1.1, ask: c1.1#3, count: 8 }",
        "send @2.2 Counted { ask: c1.1#3, count: 8 }",
    ];
    assert_eq!(effects, expected);
}

#[test]
#[should_panic(expected = "c1.1#3 is poison")]
fn poison_makes_a_counter_panic() {
    let mut probe = Probe::default();
    let (supervisor, client) = (probe.peer(), probe.peer());
    probe.script([u64::from(super::counter::POISON - 1)]);
    let ask = Message::Count { ask: first(3), reply_port: true };
    probe.message(&mut counter(supervisor, client, StateOnRestart::Recover), client, ask);
}

#[test]
fn a_counter_that_shall_end_asks_its_supervisor_and_ends_with_the_answer() {
    let mut probe = Probe::default();
    let (supervisor, client) = (probe.peer(), probe.peer());
    let mut counter = counter(supervisor, client, StateOnRestart::Recover);
    let answer = || Message::Answer(Box::new(Answer::Done));
    assert_eq!(told(probe.message(&mut counter, supervisor, answer())), ["dead letter LateResult"]);
    let effects = told(probe.turn(&mut counter, Input::Signal(Signal::Shutdown)));
    assert_eq!(effects, ["announce DrainBegan { service: @1.1 }", "send @1.1 Command(CountChildren)"]);
    assert!(told(probe.turn(&mut counter, Input::Signal(Signal::Shutdown))).is_empty(), "it drains already");
    let effects = told(probe.message(&mut counter, supervisor, answer()));
    assert_eq!(effects, ["announce Drained { service: @1.1 }", "exit Shutdown"]);
}

#[test]
fn an_operator_stops_the_counter_and_starts_it_when_it_has_heard_that_it_is_down() {
    let mut probe = Probe::default();
    let supervisor = probe.peer();
    let mut operator = Operator::new(supervisor);
    probe.start(&mut operator);
    probe.script([3]);
    let effects = told(probe.turn(&mut operator, Input::Timer(TimerId(0))));
    let stop = "send @1.1 Command(TerminateChild(\"counter\"))";
    assert_eq!(effects, ["announce StopOrdered { service: @1.1 }", stop]);
    let effects = told(probe.message(&mut operator, supervisor, Message::Answer(Box::new(Answer::Done))));
    assert_eq!(effects, ["announce Stopped { service: @1.1 }", "set Timer(0) 60ms"]);
    let effects = told(probe.turn(&mut operator, Input::Timer(TimerId(0))));
    assert_eq!(effects, ["send @1.1 Command(RestartChild(\"counter\"))"]);
    assert!(told(probe.turn(&mut operator, Input::Timer(TimerId(0)))).is_empty());
}

#[test]
fn an_operator_whose_supervisor_is_down_hears_that_as_well() {
    let mut probe = Probe::default();
    let supervisor = probe.peer();
    let mut operator = Operator::new(supervisor);
    probe.start(&mut operator);
    probe.script([3]);
    probe.turn(&mut operator, Input::Timer(TimerId(0)));
    let effects = told(probe.turn(&mut operator, refused(supervisor, AskId(0))));
    assert_eq!(effects[0], "announce Stopped { service: @1.1 }");
    assert!(told(probe.turn(&mut operator, refused(supervisor, AskId(0)))).is_empty());
}

#[test]
fn only_what_waits_for_an_answer_is_an_ask() {
    let count = |reply_port| Message::Count { ask: first(3), reply_port };
    assert_eq!(Asks::ask(&count(true)), Some(first(3).0));
    assert_eq!(Asks::ask(&count(false)), None);
    assert_eq!(Asks::ask(&Message::Counted { ask: first(3), count: 1 }), None);
    assert_eq!((Asks::lane(&count(true)), first(3).client()), (Lane::Work, 1));
}
