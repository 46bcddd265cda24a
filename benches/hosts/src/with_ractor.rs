//! Two actors of ractor.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::Notify;

struct Player;

struct State {
    to: Option<ActorRef<Message>>,
    counted: Arc<AtomicU64>,
    done: Arc<Notify>,
}

enum Message {
    Meet(ActorRef<Message>),
    Ball(u64),
}

impl Actor for Player {
    type Msg = Message;
    type State = State;
    type Arguments = (Arc<AtomicU64>, Arc<Notify>);

    async fn pre_start(
        &self,
        _: ActorRef<Message>,
        (counted, done): Self::Arguments,
    ) -> Result<State, ActorProcessingErr> {
        Ok(State { to: None, counted, done })
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Meet(other) => state.to = Some(other),
            Message::Ball(left) => {
                state.counted.fetch_add(1, Ordering::Relaxed);
                match &state.to {
                    Some(to) if left > 1 => to.cast(Message::Ball(left - 1))?,
                    _ => state.done.notify_one(),
                }
            }
        }
        Ok(())
    }
}

pub(crate) fn play(hops: u64) -> Duration {
    crate::on_one_thread(hops, async move {
        let (counted, done) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
        let start = || Actor::spawn(None, Player, (counted.clone(), done.clone()));
        let (ping, ping_ends) = start().await.expect("it starts");
        let (pong, pong_ends) = start().await.expect("it starts");
        ping.cast(Message::Meet(pong.clone())).expect("it is there");
        pong.cast(Message::Meet(ping.clone())).expect("it is there");
        pong.cast(Message::Ball(hops)).expect("it is there");
        done.notified().await;
        ping.stop(None);
        pong.stop(None);
        ping_ends.await.expect("it ends");
        pong_ends.await.expect("it ends");
        counted.load(Ordering::Relaxed)
    })
}
