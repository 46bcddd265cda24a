//! Requests from one node to an actor of another, over TCP.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rehearsal_host::{Edge, Node, Settings, System};
use rehearsal_protocol::{Actor, Address, Context, Input, Protocol};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::latency::Measured;

struct Echo;

impl Protocol for Echo {
    type Message = Ball;
    type Fact = u64;
}

#[derive(Clone, Copy, Debug, Hash, Serialize, Deserialize)]
struct Ball(u64);

#[derive(Clone, Debug, Hash)]
struct Wall;

impl Actor<Echo> for Wall {
    fn receive(&mut self, cx: &mut Context<'_, Echo>, input: Input<Echo>) {
        if let Input::Message(ball) = input {
            cx.send(ball.from, ball.message);
        }
    }
}

pub(crate) fn echo(requests: u64) -> Measured {
    crate::on_two_threads(async move {
        let (done, over) = oneshot::channel();
        let done = Arc::new(Mutex::new(Some(done)));
        let mut system = System::<Echo>::new("echo", 1);
        let wall = system.node("wall").actor("wall", Wall);
        system.node("player").edge("player", move |edge| {
            let done = done.clone();
            async move {
                let measured = play(edge, wall, requests).await;
                if let Some(done) = done.lock().expect("nobody panics").take() {
                    let _ = done.send(measured); // If nobody waits, nobody wants it.
                }
            }
        });
        let nodes = start_all(&system, |_| Settings::default()).await;
        let measured = over.await.expect("it plays to the end");
        drop(nodes);
        measured
    })
}

async fn play(mut edge: Edge<Echo>, wall: Address, requests: u64) -> Measured {
    let mut hit = async |number| {
        edge.send(wall, Ball(number));
        loop {
            if let Some(Input::Message(ball)) = edge.next().await {
                return assert_eq!(ball.message.0, number, "the same ball comes back");
            }
        }
    };
    for number in 0..100 {
        hit(number).await; // The links come up.
    }
    let (mut latencies, start) = (Vec::new(), Instant::now());
    for number in 0..requests {
        let sent = Instant::now();
        hit(number).await;
        latencies.push(sent.elapsed());
    }
    Measured { latencies, wall: start.elapsed() }
}

/// Starts all nodes of a system in this process, each listening on loopback.
pub(crate) async fn start_all<P: Protocol>(
    system: &System<P>,
    settings: impl Fn(&str) -> Settings<P>,
) -> Vec<Node<P>> {
    let (mut listeners, mut peers) = (Vec::new(), BTreeMap::new());
    for name in system.nodes() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        peers.insert(name.to_owned(), listener.local_addr().expect("it is bound"));
        listeners.push((name, listener));
    }
    let start = |(name, listener): (&str, _)| {
        let settings = Settings { listener: Some(listener), peers: peers.clone(), ..settings(name) };
        Node::start(system, name, settings).expect("it starts")
    };
    listeners.into_iter().map(start).collect()
}
