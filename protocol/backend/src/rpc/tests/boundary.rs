//! The front and a client.

use crate::rpc::message::{ClientMessage, FrontMessage};
use rehearsal_protocol::address::Incarnation;
use rehearsal_protocol::input::{Input, TimerId};

use super::*;

const C1: ConnectionId = ConnectionId { client: 1, number: 1 };
const SETS_UP: TimerId = TimerId(1 << 32 | 1);

/// A front on the bench: its sessions are `@1.1`, the client is `@2.2`.
struct Bench {
    probe: Probe<Rpc>,
    front: Front,
    sessions: Address,
    client: Address,
}

impl Bench {
    /// The client has asked for a connection and proved that it wants it.
    fn proved(variant: Variant) -> Self {
        let mut probe = Probe::default();
        let (sessions, client) = (probe.peer(), probe.peer());
        let mut bench = Self { probe, front: Front::new(sessions, variant), sessions, client };
        assert!(bench.probe.start(&mut bench.front).is_empty());
        let challenge = "send @2.2 Challenge { connection: c1~1, life: Incarnation(1) }";
        assert_eq!(bench.hears(Message::Front(FrontMessage::Connect(C1))), [challenge]);
        let life = Incarnation(1);
        assert_eq!(
            bench.hears(Message::Front(FrontMessage::Proof { connection: C1, life })),
            ["set Timer(4294967297) 4ms"]
        );
        bench
    }

    fn hears(&mut self, message: Message) -> Vec<String> {
        said(&self.probe.message(&mut self.front, self.client, message))
    }

    fn is_set_up(&mut self) -> Vec<String> {
        said(&self.probe.turn(&mut self.front, Input::Timer(SETS_UP)))
    }
}

const WELCOME: [&str; 2] =
    ["announce Delivered { connection: c1~1, what: Welcome }", "send @2.2 Welcome(c1~1)"];

#[test]
fn a_connection_is_asked_for_proved_and_set_up() {
    let mut bench = Bench::proved(Variant::Reference);
    assert_eq!(
        bench.hears(Message::Front(FrontMessage::Ask {
            connection: C1,
            request: request(1, 1, Operation::Send)
        })),
        ["send @2.2 Gone(c1~1)"]
    );
    assert_eq!(bench.is_set_up(), WELCOME);
    let asked = bench
        .hears(Message::Front(FrontMessage::Ask { connection: C1, request: request(1, 1, Operation::Send) }));
    assert_eq!(asked, ["send @1.1 Execute(Request { id: c1#1, session: s1, operation: Send })"]);
}

#[test]
fn a_disconnect_during_the_set_up_ends_it_and_the_bug_connects_late() {
    let mut bench = Bench::proved(Variant::Reference);
    let closed = bench.hears(Message::Front(FrontMessage::Disconnect(C1)));
    assert_eq!(closed, ["announce Closed { connection: c1~1, met: SettingUp }", "cancel Timer(4294967297)"]);
    assert!(bench.is_set_up().is_empty());
    let mut bench = Bench::proved(Variant::LateConnect);
    assert_eq!(bench.hears(Message::Front(FrontMessage::Disconnect(C1))), closed[..1]);
    assert_eq!(bench.is_set_up(), WELCOME);
}

#[test]
fn a_connect_that_comes_after_its_disconnect_opens_nothing() {
    let mut probe = Probe::<Rpc>::default();
    let (sessions, client) = (probe.peer(), probe.peer());
    let mut front = Front::new(sessions, Variant::Reference);
    let closed = said(&probe.message(&mut front, client, Message::Front(FrontMessage::Disconnect(C1))));
    assert_eq!(closed, ["announce Closed { connection: c1~1, met: Nothing }"]);
    let connect = said(&probe.message(&mut front, client, Message::Front(FrontMessage::Connect(C1))));
    assert_eq!(connect, ["dead letter StaleAttempt"]);
}

#[test]
fn a_proof_for_an_earlier_life_opens_nothing() {
    let mut bench = Bench::proved(Variant::Reference);
    bench.hears(Message::Front(FrontMessage::Connect(ConnectionId { number: 2, ..C1 })));
    let life = Incarnation(0);
    let proof = Message::Front(FrontMessage::Proof { connection: ConnectionId { number: 2, ..C1 }, life });
    assert_eq!(bench.hears(proof), ["dead letter StaleAttempt"]);
}

#[test]
fn a_new_connection_takes_the_place_of_the_one_before() {
    let mut bench = Bench::proved(Variant::Reference);
    bench.is_set_up();
    let connected = bench.hears(Message::Front(FrontMessage::Connect(ConnectionId { number: 2, ..C1 })));
    assert_eq!(connected[0], "announce Closed { connection: c1~1, met: Open }");
    let happened = bench.probe.message(
        &mut bench.front,
        bench.sessions,
        Message::Front(FrontMessage::Happened(SessionId(1))),
    );
    assert!(happened.is_empty(), "{happened:?}");
}

/// A client that waits for its connection; the front is `@1.1`.
fn connecting() -> (Probe<Rpc>, Client, Address) {
    let mut probe = Probe::default();
    let front = probe.peer();
    let mut client = Client::new(1, front, 2);
    assert_eq!(said(&probe.start(&mut client)), ["announce ClientBegan { client: 1 }", "set Timer(0) 60ms"]);
    let asked = said(&probe.turn(&mut client, Input::Timer(TimerId(0))));
    assert_eq!(asked, ["announce Asked(c1#100001)", "send @1.1 Connect(c1~100001)", "set Timer(0) 250ms"]);
    (probe, client, front)
}

const OURS: ConnectionId = ConnectionId { client: 1, number: 100_001 };

#[test]
fn a_client_proves_only_the_connection_that_it_wants() {
    let (mut probe, mut client, front) = connecting();
    let life = Incarnation(3);
    let proof = probe.message(
        &mut client,
        front,
        Message::Client(ClientMessage::Challenge { connection: OURS, life }),
    );
    assert_eq!(said(&proof), ["send @1.1 Proof { connection: c1~100001, life: Incarnation(3) }"]);
    let stale =
        probe.message(&mut client, front, Message::Client(ClientMessage::Challenge { connection: C1, life }));
    assert_eq!(said(&stale), ["dead letter StaleAttempt"]);
}

#[test]
fn a_client_whose_connection_is_not_set_up_in_time_gives_it_up() {
    let (mut probe, mut client, _) = connecting();
    let given_up = said(&probe.turn(&mut client, Input::Timer(TimerId(0))));
    assert_eq!(given_up, ["send @1.1 Disconnect(c1~100001)", "set Timer(0) 60ms"]);
    let again = said(&probe.turn(&mut client, Input::Timer(TimerId(0))));
    assert_eq!(again[0], "send @1.1 Connect(c1~100002)");
}

#[test]
fn a_client_asks_the_same_again_over_another_connection_until_it_is_answered() {
    let (mut probe, mut client, front) = connecting();
    let ask =
        "Ask { connection: c1~100001, request: Request { id: c1#100001, session: s1, operation: Send } }";
    let asked = said(&probe.message(&mut client, front, Message::Client(ClientMessage::Welcome(OURS))));
    assert_eq!(asked, [format!("send @1.1 {ask}"), "set Timer(0) 250ms".to_owned()]);
    let gone = said(&probe.message(&mut client, front, Message::Client(ClientMessage::Gone(OURS))));
    assert_eq!(gone[0], "send @1.1 Connect(c1~100002)");
    let next = ConnectionId { number: 100_002, ..OURS };
    let asked = said(&probe.message(&mut client, front, Message::Client(ClientMessage::Welcome(next))));
    assert_eq!(asked[0], format!("send @1.1 {}", ask.replace("~100001", "~100002")));
    let answer = Message::Client(ClientMessage::Answer {
        request: RequestId { client: 1, number: 100_001 },
        reply: Reply::Created(SessionId(4)),
    });
    let settled = said(&probe.message(&mut client, front, answer.clone()));
    assert_eq!(settled, ["announce Settled(c1#100001)", "set Timer(0) 60ms"]);
    assert_eq!(said(&probe.message(&mut client, front, answer)), ["dead letter LateResult"]);
}
