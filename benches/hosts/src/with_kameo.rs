//! Two actors of kameo.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message};
use tokio::sync::Notify;

#[derive(Actor)]
struct Player {
    to: Option<ActorRef<Player>>,
    counted: Arc<AtomicU64>,
    done: Arc<Notify>,
}

struct Meet(ActorRef<Player>);
struct Ball(u64);

impl Message<Meet> for Player {
    type Reply = ();

    async fn handle(&mut self, Meet(other): Meet, _: &mut Context<Self, ()>) {
        self.to = Some(other);
    }
}

impl Message<Ball> for Player {
    type Reply = ();

    async fn handle(&mut self, Ball(left): Ball, _: &mut Context<Self, ()>) {
        self.counted.fetch_add(1, Ordering::Relaxed);
        match &self.to {
            Some(to) if left > 1 => to.tell(Ball(left - 1)).await.expect("it is there"),
            _ => self.done.notify_one(),
        }
    }
}

pub(crate) fn play(hops: u64) -> Duration {
    crate::on_one_thread(hops, async move {
        let (counted, done) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
        let start = || {
            let player = Player { to: None, counted: counted.clone(), done: done.clone() };
            Player::spawn_with_mailbox(player, mailbox::unbounded())
        };
        let (ping, pong) = (start(), start());
        ping.tell(Meet(pong.clone())).await.expect("it is there");
        pong.tell(Meet(ping.clone())).await.expect("it is there");
        pong.tell(Ball(hops)).await.expect("it is there");
        done.notified().await;
        ping.kill();
        pong.kill();
        ping.wait_for_shutdown().await;
        pong.wait_for_shutdown().await;
        counted.load(Ordering::Relaxed)
    })
}
