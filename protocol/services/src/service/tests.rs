//! The parts of services without the simulator: states and exact effects.

mod calls;
mod fronts;
mod groups;
mod loads;

use std::time::Duration;

use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Effect;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::probe::Probe;

use super::{
    Arrivals, Client, ClientMessage, Door, EntranceMessage, Load, Message, RequestId, Retry, Service, Stage,
    Variant, Work, WorkerMessage,
};

fn work(number: u32, client: Address) -> Work {
    Work { request: RequestId { client: 1, number }, attempt: 1, poison: false, client }
}

fn told(effects: Vec<Effect<Service>>) -> Vec<String> {
    effects.iter().map(|effect| format!("{effect:?}")).collect()
}

#[test]
fn a_stage_refuses_what_comes_from_a_life_that_it_is_not_linked_to_and_links_itself_anew() {
    let mut probe = Probe::default();
    let (before, client) = (probe.peer(), probe.peer());
    let mut stage = Stage::new(1, before, None);
    assert_eq!(told(probe.start(&mut stage)), ["send @1.1 Link", "set Timer(2) 40ms"]);
    probe.message(&mut stage, before, Message::Worker(WorkerMessage::Linked(Incarnation(1))));
    let job = |by| Message::Worker(WorkerMessage::Job { work: work(1, client), by: Incarnation(by) });
    assert_eq!(told(probe.message(&mut stage, before, job(1))), ["set Timer(1) 2ms"]);
    let refused = ["announce Refused { request: c1#1 }", "dead letter Undeliverable", "set Timer(2) 40ms"];
    assert_eq!(told(probe.message(&mut stage, before, job(2))), refused);
    assert_eq!(told(probe.message(&mut stage, before, job(2))).len(), 2, "it has found out already");
    let asks = ["send @1.1 Link", "set Timer(2) 40ms"];
    assert_eq!(told(probe.turn(&mut stage, Input::Timer(TimerId(2)))), asks);
    assert_eq!(
        told(probe.turn(&mut stage, Input::Timer(TimerId(2)))),
        asks,
        "the one before may not be there yet"
    );
    let linked = ["cancel Timer(2)", "announce Linked { place: 1 }"];
    assert_eq!(
        told(probe.message(&mut stage, before, Message::Worker(WorkerMessage::Linked(Incarnation(2))))),
        linked
    );
    assert_eq!(told(probe.message(&mut stage, before, job(2))), [""; 0], "it is accepted, and waits");
}

#[test]
fn a_stage_that_cannot_do_its_work_says_so_and_ends() {
    let mut probe = Probe::default();
    let before = probe.peer();
    probe.script([47]);
    let effects = told(probe.start(&mut Stage::new(1, before, None)));
    assert_eq!(effects, ["announce Stillborn { place: 1 }", "exit Failed(\"it cannot do its work\")"]);
}

#[test]
fn a_stage_works_on_one_request_after_another() {
    let mut probe = Probe::default();
    let (door, after, client) = (probe.peer(), probe.peer(), probe.peer());
    let mut stage = Stage::new(0, door, Some(after));
    probe.start(&mut stage);
    for number in [1, 2] {
        probe.message(
            &mut stage,
            door,
            Message::Worker(WorkerMessage::Job { work: work(number, client), by: Incarnation(1) }),
        );
    }
    for (number, more) in [(1, true), (2, false)] {
        let effects = told(probe.turn(&mut stage, Input::Timer(TimerId(1))));
        assert!(effects[0].contains(&format!("c1#{number}")), "{effects:?}");
        assert_eq!(effects.len() == 2, more, "the timer runs while something waits: {effects:?}");
    }
}

#[test]
#[should_panic(expected = "c1#7 is poison")]
fn poison_makes_the_second_stage_panic() {
    let mut probe = Probe::default();
    let (before, client) = (probe.peer(), probe.peer());
    let mut stage = Stage::new(1, before, None);
    probe.message(&mut stage, before, Message::Worker(WorkerMessage::Linked(Incarnation(1))));
    let work = Work { poison: true, ..work(7, client) };
    probe.message(&mut stage, before, Message::Worker(WorkerMessage::Job { work, by: Incarnation(1) }));
    probe.turn(&mut stage, Input::Timer(TimerId(1)));
}

#[test]
fn the_door_passes_nothing_on_before_the_first_stage_opens() {
    let mut probe = Probe::default();
    let (first, client) = (probe.peer(), probe.peer());
    let mut door = Door::default();
    let request = Message::Entrance(EntranceMessage::Request(work(1, client)));
    assert_eq!(told(probe.message(&mut door, client, request.clone())), ["dead letter Undeliverable"]);
    probe.message(&mut door, first, Message::Entrance(EntranceMessage::Open));
    assert!(told(probe.message(&mut door, client, request))[0].starts_with("send @1.1 Job"));
}

#[test]
fn the_door_of_a_pool_takes_each_in_turn() {
    let mut probe = Probe::default();
    let (first, second, client) = (probe.peer(), probe.peer(), probe.peer());
    let mut door = Door::default();
    for worker in [first, second, first] {
        probe.message(&mut door, worker, Message::Entrance(EntranceMessage::Open));
    }
    let mut to = || {
        let sent = told(probe.message(
            &mut door,
            client,
            Message::Entrance(EntranceMessage::Request(work(1, client))),
        ));
        sent[0].split(' ').nth(1).map(str::to_owned)
    };
    let [a, b, c] = [to(), to(), to()].map(Option::unwrap);
    assert_eq!((a.as_str(), b.as_str(), c.as_str()), ("@1.1", "@2.2", "@1.1"));
}

#[test]
#[should_panic(expected = "c1#7 is poison")]
fn poison_makes_any_of_a_pool_panic() {
    let mut probe = Probe::default();
    let (door, client) = (probe.peer(), probe.peer());
    let mut worker = Stage::of_pool(3, door);
    probe.start(&mut worker);
    let work = Work { poison: true, ..work(7, client) };
    probe.message(&mut worker, door, Message::Worker(WorkerMessage::Job { work, by: Incarnation(1) }));
    probe.turn(&mut worker, Input::Timer(TimerId(1)));
}

#[test]
fn requests_arrive_one_to_five_gaps_apart_until_all_have() {
    let mut probe = Probe::default();
    let client = probe.peer();
    let load = Load { requests: 2, gap: Duration::from_millis(10), poison: 3 };
    let mut arrivals = Arrivals::new(client, load);
    probe.script([4, 2, 0]);
    assert_eq!(told(probe.start(&mut arrivals)), ["set Timer(0) 50ms"]);
    let next = told(probe.turn(&mut arrivals, Input::Timer(TimerId(0))));
    assert_eq!(next, ["send @1.1 Arrives { poison: true }", "set Timer(0) 10ms"]);
    let last = told(probe.turn(&mut arrivals, Input::Timer(TimerId(0))));
    assert_eq!(last, ["send @1.1 Arrives { poison: false }"]);
}

#[test]
fn a_client_asks_again_and_gives_up_in_the_end() {
    let mut probe = Probe::default();
    let door = probe.peer();
    let load = Load { requests: 1, gap: Duration::from_millis(10), poison: 0 };
    let mut client = Client::new(1, door, load, Retry::at_once(2));
    let arrives = Message::Client(ClientMessage::Arrives { poison: false });
    assert_eq!(told(probe.message(&mut client, door, arrives))[0], "announce Asked { request: c1#1 }");
    let again = told(probe.turn(&mut client, Input::Timer(TimerId(1))));
    assert_eq!(
        (again[0].as_str(), again.len()),
        ("announce AskedAgain { request: c1#1, attempt: 2, waited: 0 }", 3)
    );
    let over = told(probe.turn(&mut client, Input::Timer(TimerId(1))));
    assert_eq!(over, ["announce GivenUp { request: c1#1 }", "announce Finished { client: 1 }"]);
    let late = probe.message(
        &mut client,
        door,
        Message::Client(ClientMessage::Done(RequestId { client: 1, number: 1 })),
    );
    assert_eq!(told(late), ["dead letter LateResult"], "an answer that comes too late is never the caller's");
}

#[test]
fn a_client_that_is_refused_waits_as_its_policy_says_and_does_not_hear_of_former_attempts() {
    let mut probe = Probe::default();
    let door = probe.peer();
    let load = Load { requests: 1, gap: Duration::from_millis(10), poison: 0 };
    let retry = Retry::doubling(3, Duration::from_millis(50), Duration::from_millis(400));
    let mut client = Client::new(1, door, load, retry);
    probe.message(&mut client, door, Message::Client(ClientMessage::Arrives { poison: false }));
    let me = probe.me();
    let refused = told(probe.message(&mut client, door, Message::Client(ClientMessage::Failed(work(1, me)))));
    assert_eq!(refused, ["cancel Timer(1)", "set Timer(4294967297) 50ms"]);
    let again = told(probe.turn(&mut client, Input::Timer(TimerId(4_294_967_297))));
    assert_eq!(again[0], "announce AskedAgain { request: c1#1, attempt: 2, waited: 50000000 }");
    let late = probe.message(&mut client, door, Message::Client(ClientMessage::Failed(work(1, me))));
    assert_eq!(told(late), ["dead letter LateResult"], "that was the first attempt");
}

#[test]
fn a_client_whose_budget_is_spent_gives_up() {
    let mut probe = Probe::default();
    let door = probe.peer();
    let load = Load { requests: 2, gap: Duration::from_millis(10), poison: 0 };
    let mut client = Client::new(1, door, load, Retry::at_once(9).on_budget(1, 0));
    probe.message(&mut client, door, Message::Client(ClientMessage::Arrives { poison: false }));
    let out_of_patience = || Input::Timer(TimerId(1));
    assert!(told(probe.turn(&mut client, out_of_patience()))[0].starts_with("announce AskedAgain"));
    assert_eq!(told(probe.turn(&mut client, out_of_patience())), ["announce GivenUp { request: c1#1 }"]);
}

#[test]
fn an_attempt_counts_though_its_refusal_comes_when_the_client_has_asked_again() {
    for (variant, gives_up) in [(Variant::Reference, true), (Variant::RefusalsNotCounted, false)] {
        let mut probe = Probe::default();
        let door = probe.peer();
        let load = Load { requests: 1, gap: Duration::from_millis(10), poison: 0 };
        let mut client = Client::new(1, door, load, Retry::at_once(2)).planted(variant);
        probe.message(&mut client, door, Message::Client(ClientMessage::Arrives { poison: false }));
        probe.turn(&mut client, Input::Timer(TimerId(1)));
        let me = probe.me();
        probe.message(&mut client, door, Message::Client(ClientMessage::Failed(work(1, me))));
        let last = told(probe.turn(&mut client, Input::Timer(TimerId(1))));
        assert_eq!(last[0].starts_with("announce GivenUp"), gives_up, "{variant:?}: {last:?}");
    }
}

#[test]
fn a_second_answer_is_worth_nothing() {
    for (variant, asks_again) in [(Variant::Reference, false), (Variant::RetriesPayIn, true)] {
        let mut probe = Probe::default();
        let door = probe.peer();
        let load = Load { requests: 2, gap: Duration::from_millis(10), poison: 0 };
        let mut client = Client::new(1, door, load, Retry::at_once(9).on_budget(1, 33)).planted(variant);
        let number = |number| RequestId { client: 1, number };
        probe.message(&mut client, door, Message::Client(ClientMessage::Arrives { poison: false }));
        probe.turn(&mut client, Input::Timer(TimerId(1)));
        for _ in 0..2 {
            probe.message(&mut client, door, Message::Client(ClientMessage::Done(number(1))));
        }
        probe.message(&mut client, door, Message::Client(ClientMessage::Arrives { poison: false }));
        probe.message(&mut client, door, Message::Client(ClientMessage::Done(number(1))));
        let last = told(probe.turn(&mut client, Input::Timer(TimerId(2))));
        assert_eq!(last[0].starts_with("announce AskedAgain"), asks_again, "{variant:?}: {last:?}");
    }
}

#[test]
fn a_late_answer_is_not_for_what_is_asked_for_again() {
    for (variant, takes) in [(Variant::Reference, false), (Variant::TakesLateAnswers, true)] {
        let mut probe = Probe::default();
        let door = probe.peer();
        let load = Load { requests: 2, gap: Duration::from_millis(10), poison: 0 };
        let mut client = Client::new(1, door, load, Retry::at_once(3)).planted(variant);
        for _ in 0..2 {
            probe.message(&mut client, door, Message::Client(ClientMessage::Arrives { poison: false }));
        }
        probe.message(
            &mut client,
            door,
            Message::Client(ClientMessage::Done(RequestId { client: 1, number: 1 })),
        );
        probe.turn(&mut client, Input::Timer(TimerId(2)));
        let late = told(probe.message(
            &mut client,
            door,
            Message::Client(ClientMessage::Done(RequestId { client: 1, number: 1 })),
        ));
        let taken = late.iter().any(|effect| effect.starts_with("announce Answered { request: c1#2"));
        assert_eq!(taken, takes, "{variant:?}: {late:?}");
    }
}
