//! Two tasks and two channels: the floor.

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub(crate) fn play(hops: u64) -> Duration {
    crate::on_one_thread(hops, async move {
        let (to_ping, ping) = unbounded_channel();
        let (to_pong, pong) = unbounded_channel();
        let pong = tokio::spawn(rally(pong, to_ping));
        to_pong.send(hops).expect("the other is there");
        let counted = rally(ping, to_pong).await;
        counted + pong.await.expect("it does not panic")
    })
}

async fn rally(mut balls: UnboundedReceiver<u64>, to: UnboundedSender<u64>) -> u64 {
    let mut counted = 0;
    while let Some(left) = balls.recv().await {
        counted += 1;
        if left == 1 || to.send(left - 1).is_err() {
            break;
        }
    }
    counted
}
