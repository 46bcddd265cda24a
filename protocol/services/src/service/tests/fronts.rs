//! Fronts and servers.

use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::input::{Exit, Input, Signal, TimerId};
use rehearsal_protocol::probe::Probe;

use super::{told, work};
use crate::service::{
    ClientMessage, EntranceMessage, Front, Message, RequestId, Server, Service, WorkerMessage,
};

fn ended(who: Address, life: u32) -> Input<Service> {
    Input::Signal(Signal::Exit { who, incarnation: Incarnation(life), reason: Exit::Killed })
}

/// A front whose server is ready, and that server and a client.
fn ready(probe: &mut Probe<Service>, limit: Option<u32>) -> (Front, Address, Address) {
    let (server, client) = (probe.peer(), probe.peer());
    let mut front = Front::new(limit);
    assert_eq!(told(probe.start(&mut front)), ["announce FrontBegan"]);
    let effects =
        told(probe.message(&mut front, server, Message::Entrance(EntranceMessage::Ready(Incarnation(1)))));
    assert_eq!(effects, ["monitor @1.1", "announce ServerReady"]);
    (front, server, client)
}

#[test]
fn a_front_without_a_server_refuses() {
    let mut probe = Probe::default();
    let client = probe.peer();
    let effects = told(probe.message(
        &mut Front::new(None),
        client,
        Message::Entrance(EntranceMessage::Request(work(1, client))),
    ));
    assert_eq!(effects[0], "announce Rejected { request: c1#1, busy: false }");
    assert!(effects[1].starts_with("send @1.1 Failed("), "{effects:?}");
}

#[test]
fn a_request_that_is_asked_for_twice_takes_two_places() {
    let mut probe = Probe::default();
    let (mut front, server, client) = ready(&mut probe, Some(2));
    let ask = |probe: &mut Probe<Service>, front: &mut Front, number| {
        told(probe.message(front, client, Message::Entrance(EntranceMessage::Request(work(number, client)))))
            [0]
        .clone()
    };
    for _ in 0..2 {
        assert_eq!(ask(&mut probe, &mut front, 1), "announce Admitted { request: c1#1 }");
    }
    assert_eq!(ask(&mut probe, &mut front, 2), "announce Rejected { request: c1#2, busy: true }");
    let done = Message::Client(ClientMessage::Done(RequestId { client: 1, number: 1 }));
    let served = told(probe.message(&mut front, server, done));
    assert_eq!(served, ["announce Served { request: c1#1 }", "send @2.2 Done(c1#1)"]);
    assert_eq!(ask(&mut probe, &mut front, 2), "announce Admitted { request: c1#2 }");
}

#[test]
fn who_waits_is_told_when_the_server_ends_and_the_news_of_a_former_life_changes_nothing() {
    let mut probe = Probe::default();
    let (mut front, server, client) = ready(&mut probe, None);
    probe.message(&mut front, client, Message::Entrance(EntranceMessage::Request(work(1, client))));
    let cut = told(probe.turn(&mut front, ended(server, 1)));
    assert_eq!(cut[0], "announce CutOff { requests: 1 }");
    assert!(cut[1].starts_with("send @2.2 Failed("), "{cut:?}");
    probe.message(&mut front, server, Message::Entrance(EntranceMessage::Ready(Incarnation(3))));
    assert!(probe.turn(&mut front, ended(server, 2)).is_empty());
    let late = probe.message(
        &mut front,
        server,
        Message::Client(ClientMessage::Done(RequestId { client: 1, number: 1 })),
    );
    assert_eq!(told(late), ["dead letter LateResult"]);
}

#[test]
fn a_server_takes_its_time_to_start_up_and_fails_if_chance_has_it() {
    let mut probe = Probe::default();
    let front = probe.peer();
    let (mut sound, mut frail) = (Server::new(front), Server::new(front));
    assert_eq!(told(probe.start(&mut sound)), ["set Timer(1) 20ms"]);
    assert_eq!(told(probe.turn(&mut sound, Input::Timer(TimerId(1)))), ["send @1.1 Ready(Incarnation(1))"]);
    probe.script([3, 2]);
    assert_eq!(told(probe.start(&mut frail)), ["set Timer(1) 400ms"]);
    assert_eq!(told(probe.turn(&mut frail, Input::Timer(TimerId(1))))[1], "set Timer(2) 60ms");
    let end = told(probe.turn(&mut frail, Input::Timer(TimerId(2))));
    assert_eq!(end, ["exit Failed(\"it has run out of memory\")"]);
}

#[test]
fn a_server_carries_out_one_request_after_another() {
    let mut probe = Probe::default();
    let (front, client) = (probe.peer(), probe.peer());
    let mut server = Server::new(front);
    let job = |number| Message::Worker(WorkerMessage::Job { work: work(number, client), by: Incarnation(1) });
    assert_eq!(told(probe.message(&mut server, front, job(1))), ["set Timer(0) 6ms"]);
    assert!(probe.message(&mut server, front, job(2)).is_empty());
    let done = told(probe.turn(&mut server, Input::Timer(TimerId(0))));
    assert_eq!(done, ["announce Executed { request: c1#1 }", "send @1.1 Done(c1#1)", "set Timer(0) 6ms"]);
}
