//! Two nodes over loopback, and what strangers do to them.

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::{Line, Puppet, Stageplay, Told, pass, say, telling};
use rehearsal_host::net::Bounds;
use rehearsal_host::{Node, Settings, System};
use rehearsal_protocol::{Address, NodeId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LEFT: Address = Address::new(NodeId(0), 0);
const RIGHT: Address = Address::new(NodeId(1), 1);

fn quick() -> Bounds {
    Bounds {
        frame: 4096,
        patience: Duration::from_millis(300),
        ping: Duration::from_millis(50),
        ..Bounds::default()
    }
}

fn system(version: u32, left: Vec<Line>) -> System<Stageplay> {
    let mut system = System::new("play", version);
    system.node("left").actor("lead", Puppet::first(left));
    system.node("right").actor("lead", Puppet::default());
    system
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

fn start(
    system: &System<Stageplay>,
    name: &str,
    listener: TcpListener,
    peer: (&str, SocketAddr),
    told: &Told,
) -> Node<Stageplay> {
    let peers = [(peer.0.to_owned(), peer.1)].into();
    let settings = Settings { listener: Some(listener), peers, bounds: quick(), ..telling(told) };
    Node::start(system, name, settings).unwrap()
}

async fn pair(left: Vec<Line>) -> (Node<Stageplay>, Node<Stageplay>, Told) {
    let (told, system) = (Told::default(), system(1, left));
    let (at_left, at_right) = (listener().await, listener().await);
    let (left, right) = (at_left.local_addr().unwrap(), at_right.local_addr().unwrap());
    let in_right = start(&system, "right", at_right, ("left", left), &told);
    let in_left = start(&system, "left", at_left, ("right", right), &told);
    (in_left, in_right, told)
}

#[tokio::test]
async fn a_message_a_signal_and_the_news_of_an_end_cross_the_network() {
    let lines =
        vec![Line::Monitor(RIGHT), pass(RIGHT, pass(LEFT, say("there and back"))), Line::Interrupt(RIGHT)];
    let (left, right, told) = pair(lines).await;
    told.hears("/left/lead: there and back").await;
    told.hears("/right/lead: Interrupt { from: @0.0, expected: Some(Run(7)) }").await;
    right.stop(Duration::from_secs(1)).await;
    told.hears("/left/lead: Exit { who: @1.1, incarnation: Incarnation(1), reason: Normal }").await;
    left.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_node_that_was_started_anew_has_ended_for_those_who_watched_it() {
    let told = Told::default();
    let system = system(1, vec![Line::Monitor(RIGHT)]);
    let (at_left, at_right) = (listener().await, listener().await);
    let right = at_right.local_addr().unwrap();
    let disk = std::sync::Arc::new(rehearsal_host::disk::MemoryDisk::default());
    let settings = |listener| Settings {
        listener: Some(listener),
        disk: disk.clone(),
        bounds: quick(),
        ..telling(&told)
    };
    let first = Node::start(&system, "right", settings(at_right)).unwrap();
    let watcher = start(&system, "left", at_left, ("right", right), &told);
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(first); // As in a crash: nothing is said.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let again = Node::start(&system, "right", settings(TcpListener::bind(right).await.unwrap())).unwrap();
    told.hears("/left/lead: Exit { who: @1.1, incarnation: Incarnation(0), reason: NodeDown(NodeId(1)) }")
        .await;
    told.hears("/right/lead: start 9").await; // The lives of the second boot are above those of the first.
    drop((watcher, again));
}

/// Passes connections on to an address once it is opened, and closes them at once before.
async fn gate(to: SocketAddr) -> (SocketAddr, tokio::sync::watch::Sender<bool>) {
    let at = listener().await;
    let (address, (open, opened)) = (at.local_addr().unwrap(), tokio::sync::watch::channel(false));
    tokio::spawn(async move {
        while let Ok((mut from, _)) = at.accept().await {
            if *opened.borrow() {
                tokio::spawn(async move {
                    let mut to = TcpStream::connect(to).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await; // Either may close it.
                });
            }
        }
    });
    (address, open)
}

#[tokio::test]
async fn the_news_of_an_end_that_was_lost_is_told_when_the_link_is_back_and_once() {
    let told = Told::default();
    let system = system(1, vec![Line::Monitor(RIGHT), pass(RIGHT, Line::Exit), Line::Timer(1, 1)]);
    let (at_left, at_right) = (listener().await, listener().await);
    let (left, right) = (at_left.local_addr().unwrap(), at_right.local_addr().unwrap());
    let (gate, open) = gate(left).await;
    let stale = Duration::from_millis(100);
    let bounds = Bounds { stale, greatest_wait: Duration::from_millis(20), ..quick() };
    let settings = |listener, peer: (&str, SocketAddr)| {
        let peers = [(peer.0.to_owned(), peer.1)].into();
        Settings { listener: Some(listener), peers, bounds, ..telling(&told) }
    };
    let in_right = Node::start(&system, "right", settings(at_right, ("left", gate))).unwrap();
    let in_left = Node::start(&system, "left", settings(at_left, ("right", right))).unwrap();
    let ended = async {
        while in_right.metrics().iter().any(|actor| actor.alive) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended).await.unwrap();
    tokio::time::sleep(stale * 2).await; // What waits is too old to be sent.
    open.send(true).unwrap();
    let exit = "/left/lead: Exit { who: @1.1, incarnation: Incarnation(1), reason: NoActor }";
    told.hears(exit).await;
    in_right.stop(Duration::from_secs(1)).await;
    in_left.stop(Duration::from_secs(1)).await;
    assert_eq!(told.all().iter().filter(|fact| fact.contains("Exit")).count(), 1, "{:#?}", told.all());
}

#[tokio::test]
async fn a_frame_above_the_bound_is_dropped_and_harms_nothing() {
    let long = say(&"x".repeat(5000));
    let lines = vec![pass(RIGHT, long), pass(RIGHT, say("short"))];
    let (_left, right, told) = pair(lines).await;
    told.hears("/right/lead: short").await;
    assert_eq!(told.by("/right/lead"), ["start 1", "short"]);
    right.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn nodes_of_another_version_do_not_meet() {
    let told = Told::default();
    let (at_left, at_right) = (listener().await, listener().await);
    let (left, right) = (at_left.local_addr().unwrap(), at_right.local_addr().unwrap());
    let new = start(&system(2, vec![]), "right", at_right, ("left", left), &told);
    let old = system(1, vec![pass(RIGHT, say("hello"))]);
    let old = start(&old, "left", at_left, ("right", right), &told);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(told.by("/right/lead"), ["start 1"]);
    drop((new, old));
}

/// Whatever a stranger sends, its connection is closed and the pair goes on.
async fn survives(stranger: impl AsyncFn(TcpStream)) {
    let (left, right, told) = pair(vec![pass(RIGHT, pass(LEFT, say("before"))), Line::Timer(1, 400)]).await;
    told.hears("/left/lead: before").await;
    stranger(TcpStream::connect(right.local_addr().unwrap()).await.unwrap()).await;
    told.hears("/left/lead: Timer(1)").await;
    let stopped = right.stop(Duration::from_secs(1)).await;
    assert!(stopped.forced.is_empty());
    left.stop(Duration::from_secs(1)).await;
}

async fn is_closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(2), stream.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "the connection is still open");
}

#[tokio::test]
async fn garbage_is_shown_out() {
    survives(async |mut stream| {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        is_closed(&mut stream).await;
    })
    .await;
}

#[tokio::test]
async fn a_silent_stranger_is_shown_out() {
    survives(async |mut stream| is_closed(&mut stream).await).await;
}

#[tokio::test]
async fn a_length_without_end_is_shown_out() {
    survives(async |mut stream| {
        stream.write_all(&u32::MAX.to_be_bytes()).await.unwrap();
        is_closed(&mut stream).await;
    })
    .await;
}

#[tokio::test]
async fn strangers_beyond_the_bound_are_closed_at_once() {
    let told = Told::default();
    let at = listener().await;
    let address = at.local_addr().unwrap();
    let bounds = Bounds { strangers: 2, patience: Duration::from_secs(20), ..quick() };
    let settings = Settings { listener: Some(at), bounds, ..telling(&told) };
    let node = Node::start(&system(1, vec![]), "right", settings).unwrap();
    let _held = [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
    tokio::time::sleep(Duration::from_millis(50)).await;
    is_closed(&mut TcpStream::connect(address).await.unwrap()).await;
    drop(node);
}

/// A peer that accepts and then is as good as dead.
async fn mute(listener: TcpListener, says: Option<Vec<u8>>) {
    let mut held = Vec::new();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        if let Some(says) = &says {
            let _ = stream.write_all(says).await;
        }
        held.push(stream);
    }
}

#[tokio::test]
async fn a_peer_that_never_reads_or_answers_harms_no_other() {
    let told = Told::default();
    let mut system = System::new("play", 1);
    let far = Address::new(NodeId(2), 2);
    let mut lines: Vec<Line> = (0..200).map(|_| pass(far, say(&"x".repeat(1000)))).collect();
    lines.push(pass(RIGHT, say("still here")));
    system.node("left").actor("lead", Puppet::first(lines));
    system.node("right").actor("lead", Puppet::default());
    system.node("far").actor("lead", Puppet::default());
    let (at_left, at_right, at_far) = (listener().await, listener().await, listener().await);
    // What a listener says to a good handshake: its length, "welcome", boot 1.
    let welcome = [0, 0, 0, 2, 0, 1].to_vec();
    let peers = [
        ("right".to_owned(), at_right.local_addr().unwrap()),
        ("far".to_owned(), at_far.local_addr().unwrap()),
    ];
    let mute = tokio::spawn(mute(at_far, Some(welcome)));
    let right = Settings { listener: Some(at_right), bounds: quick(), ..telling(&told) };
    let right = Node::start(&system, "right", right).unwrap();
    let bounds = Bounds { queue: 10, ..quick() };
    let left = Settings { listener: Some(at_left), peers: peers.into(), bounds, ..telling(&told) };
    let left = Node::start(&system, "left", left).unwrap();
    told.hears("/right/lead: still here").await;
    // The half-open connection is noticed, and frames do not pile up.
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(left.activity().outgoing <= 10, "{:?}", left.activity());
    mute.abort();
    drop((left, right));
}
