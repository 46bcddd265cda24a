//! Two actors of Rehearsal on one node.

use std::sync::Arc;
use std::time::Duration;

use rehearsal_host::{Node, Settings, System};
use rehearsal_protocol::{Actor, Address, Context, Input, Protocol};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

struct PingPong;

impl Protocol for PingPong {
    type Message = Ball;
    type Fact = u64;
}

#[derive(Clone, Copy, Debug, Hash, Serialize, Deserialize)]
struct Ball {
    left: u64,
}

#[derive(Clone, Debug, Hash)]
struct Player {
    to: Address,
    serves: u64,
    judge: Address,
}

impl Actor<PingPong> for Player {
    fn receive(&mut self, cx: &mut Context<'_, PingPong>, input: Input<PingPong>) {
        match input {
            Input::Start(_) if self.serves > 0 => cx.send(self.to, Ball { left: self.serves }),
            Input::Message(ball) if ball.message.left > 1 => {
                cx.send(self.to, Ball { left: ball.message.left - 1 });
            }
            Input::Message(ball) => cx.send(self.judge, ball.message),
            _ => {}
        }
    }
}

pub(crate) fn play(hops: u64) -> Duration {
    crate::on_one_thread(hops, async move {
        let done = Arc::new(Notify::new());
        let over = done.clone();
        let mut system = System::<PingPong>::new("ping-pong", 1);
        let mut court = system.node("court");
        let judge = court.edge("judge", move |mut edge| {
            let done = done.clone();
            async move {
                if edge.next().await.is_some() {
                    done.notify_one();
                }
            }
        });
        let (ping, pong) = (court.declare("ping"), court.declare("pong"));
        court.actor("pong", Player { to: ping, serves: 0, judge });
        court.actor("ping", Player { to: pong, serves: hops, judge });
        let node = Node::start(&system, "court", Settings::default()).expect("it starts");
        over.notified().await;
        let turns = |path: &str| {
            node.metrics()
                .into_iter()
                .filter(|actor| &*actor.path == path)
                .map(|actor| actor.turns)
                .sum::<u64>()
        };
        turns("/court/ping") + turns("/court/pong") - 2 // Their starts.
    })
}
