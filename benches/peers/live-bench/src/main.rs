//! Real runtimes, for scale: ractor 0.16.5, kameo 0.22.2 and bare tokio channels,
//! all on tokio's current_thread runtime. They simulate no network: messages go
//! straight to mailboxes. The `_paused` cases draw 1–10 ms for each message and
//! send it later with the library's own timer under tokio's paused clock, which
//! is the nearest thing to a simulation that they offer.

use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use workload::{Case, Forwarder, Spec, Token, finish, note, splitmix};

fn runtime(paused: bool) -> Runtime {
    let mut b = tokio::runtime::Builder::new_current_thread();
    if paused {
        b.enable_time().start_paused(true);
    }
    b.build().unwrap()
}

fn draw(rng: &mut u64) -> Duration {
    Duration::from_nanos(1_000_000 + (((splitmix(rng) >> 32) * 9_000_000) >> 32))
}

/// Runs `world` on a fresh runtime; the digest takes in the simulated time.
fn on_runtime<F: std::future::Future<Output = ()>>(spec: Spec, paused: bool, world: F) -> (u64, u64) {
    let rt = runtime(paused);
    let t = rt.block_on(async {
        if !paused {
            world.await;
            return 0;
        }
        let start = tokio::time::Instant::now();
        world.await;
        start.elapsed().as_millis() as u64
    });
    drop(rt);
    finish(&spec, t)
}

mod with_ractor {
    use super::*;
    use ractor::{Actor, ActorProcessingErr, ActorRef};

    struct Fwd;
    struct St {
        f: Forwarder,
        spec: Spec,
        peers: Arc<Vec<ActorRef<Msg>>>,
        done: Arc<Notify>,
        latency: Option<u64>,
    }
    enum Msg {
        Start(Arc<Vec<ActorRef<Msg>>>),
        Token(Token),
    }
    impl St {
        fn send(&mut self, d: u32, t: Token) {
            let to = &self.peers[d as usize];
            match &mut self.latency {
                None => to.cast(Msg::Token(t)).unwrap(),
                Some(rng) => {
                    to.send_after(draw(rng), move || Msg::Token(t));
                }
            }
        }
    }
    impl Actor for Fwd {
        type Msg = Msg;
        type State = St;
        type Arguments = (Spec, u32, Arc<Notify>, bool);
        async fn pre_start(
            &self,
            _: ActorRef<Msg>,
            (spec, me, done, latency): Self::Arguments,
        ) -> Result<St, ActorProcessingErr> {
            Ok(St {
                f: Forwarder::new(&spec, me),
                spec,
                peers: Arc::default(),
                done,
                latency: latency.then_some(!spec.seed ^ me as u64),
            })
        }
        async fn handle(&self, _: ActorRef<Msg>, m: Msg, st: &mut St) -> Result<(), ActorProcessingErr> {
            match m {
                Msg::Start(peers) => {
                    st.peers = peers;
                    for id in st.spec.initial(st.f.me) {
                        let d = st.f.pick();
                        st.send(d, Token { id, left: st.spec.hops - 1 });
                    }
                }
                Msg::Token(t) => {
                    if note(st.f.me, t) == st.spec.deliveries() {
                        st.done.notify_one();
                    }
                    if let Some((d, t)) = st.f.on_token(t) {
                        st.send(d, t);
                    }
                }
            }
            Ok(())
        }
    }

    pub async fn world(spec: Spec, latency: bool) {
        let done = Arc::new(Notify::new());
        let mut refs = Vec::new();
        let mut handles = Vec::new();
        for a in 0..spec.actors {
            let (r, h) = Actor::spawn(None, Fwd, (spec, a, done.clone(), latency)).await.unwrap();
            refs.push(r);
            handles.push(h);
        }
        let refs = Arc::new(refs);
        for r in refs.iter() {
            r.cast(Msg::Start(refs.clone())).unwrap();
        }
        done.notified().await;
        for r in refs.iter() {
            r.stop(None);
        }
        for h in handles {
            h.await.unwrap();
        }
    }
}

mod with_kameo {
    use super::*;
    use kameo::Actor;
    use kameo::actor::{ActorRef, Spawn};
    use kameo::mailbox;
    use kameo::message::{Context, Message};

    #[derive(Actor)]
    struct Fwd {
        f: Forwarder,
        spec: Spec,
        peers: Arc<Vec<ActorRef<Fwd>>>,
        done: Arc<Notify>,
        latency: Option<u64>,
    }
    struct Start(Arc<Vec<ActorRef<Fwd>>>);
    struct Tok(Token);

    impl Fwd {
        async fn send(&mut self, d: u32, t: Token) {
            let to = &self.peers[d as usize];
            match &mut self.latency {
                None => to.tell(Tok(t)).await.unwrap(),
                Some(rng) => {
                    to.tell(Tok(t)).send_after(draw(rng));
                }
            }
        }
    }
    impl Message<Start> for Fwd {
        type Reply = ();
        async fn handle(&mut self, m: Start, _: &mut Context<Self, ()>) {
            self.peers = m.0;
            for id in self.spec.initial(self.f.me) {
                let d = self.f.pick();
                self.send(d, Token { id, left: self.spec.hops - 1 }).await;
            }
        }
    }
    impl Message<Tok> for Fwd {
        type Reply = ();
        async fn handle(&mut self, Tok(t): Tok, _: &mut Context<Self, ()>) {
            if note(self.f.me, t) == self.spec.deliveries() {
                self.done.notify_one();
            }
            if let Some((d, t)) = self.f.on_token(t) {
                self.send(d, t).await;
            }
        }
    }

    pub async fn world(spec: Spec, latency: bool) {
        let done = Arc::new(Notify::new());
        let refs: Vec<ActorRef<Fwd>> = (0..spec.actors)
            .map(|a| {
                let actor = Fwd {
                    f: Forwarder::new(&spec, a),
                    spec,
                    peers: Arc::default(),
                    done: done.clone(),
                    latency: latency.then_some(!spec.seed ^ a as u64),
                };
                // unbounded: a bounded mailbox can deadlock a ring of senders
                Fwd::spawn_with_mailbox(actor, mailbox::unbounded())
            })
            .collect();
        let refs = Arc::new(refs);
        for r in refs.iter() {
            r.tell(Start(refs.clone())).await.unwrap();
        }
        done.notified().await;
        for r in refs.iter() {
            r.stop_gracefully().await.unwrap();
        }
        for r in refs.iter() {
            r.wait_for_shutdown().await;
        }
    }
}

mod with_channels {
    use super::*;
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

    type Tx = UnboundedSender<Token>;

    async fn actor(
        spec: Spec,
        me: u32,
        mut rx: UnboundedReceiver<Token>,
        peers: Arc<Vec<Tx>>,
        done: Arc<Notify>,
        latency: bool,
    ) {
        let mut f = Forwarder::new(&spec, me);
        let mut rng = !spec.seed ^ me as u64;
        let mut send = |d: u32, t: Token| {
            if latency {
                let (tx, after) = (peers[d as usize].clone(), draw(&mut rng));
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    let _ = tx.send(t);
                });
            } else {
                peers[d as usize].send(t).unwrap();
            }
        };
        for id in spec.initial(me) {
            let d = f.pick();
            send(d, Token { id, left: spec.hops - 1 });
        }
        while let Some(t) = rx.recv().await {
            if note(me, t) == spec.deliveries() {
                done.notify_one();
            }
            if let Some((d, t)) = f.on_token(t) {
                send(d, t);
            }
        }
    }

    pub async fn world(spec: Spec, latency: bool) {
        let done = Arc::new(Notify::new());
        let (txs, rxs): (Vec<_>, Vec<_>) = (0..spec.actors).map(|_| unbounded_channel()).unzip();
        let txs = Arc::new(txs);
        let tasks: Vec<_> = rxs
            .into_iter()
            .enumerate()
            .map(|(a, rx)| tokio::spawn(actor(spec, a as u32, rx, txs.clone(), done.clone(), latency)))
            .collect();
        done.notified().await;
        for t in tasks {
            t.abort();
            let _ = t.await;
        }
    }
}

fn tiny<F: std::future::Future<Output = ()>>(n: u64, paused: bool, world: fn(Spec, bool) -> F) -> (u64, u64) {
    let mut d = 0u64;
    for seed in 0..n {
        let s = Spec::tiny(seed);
        d = d.rotate_left(1) ^ on_runtime(s, paused, world(s, paused)).1;
    }
    (n, d)
}

fn once<F: std::future::Future<Output = ()>>(
    s: Spec,
    paused: bool,
    world: fn(Spec, bool) -> F,
) -> (u64, u64) {
    on_runtime(s, paused, world(s, paused))
}

macro_rules! cases {
    ($peer:literal, $world:path) => {
        [
            Case {
                name: concat!($peer, "_w1"),
                unit: "msg",
                size: 1_000_000,
                run: |n| once(Spec::ping_pong(n), false, $world),
            },
            Case {
                name: concat!($peer, "_w1_paused"),
                unit: "msg",
                size: 200_000,
                run: |n| once(Spec::ping_pong(n), true, $world),
            },
            Case {
                name: concat!($peer, "_w2"),
                unit: "msg",
                size: 1000,
                run: |n| once(Spec::ring(n), false, $world),
            },
            Case {
                name: concat!($peer, "_w2_paused"),
                unit: "msg",
                size: 1000,
                run: |n| once(Spec::ring(n), true, $world),
            },
            Case { name: concat!($peer, "_w3"), unit: "exec", size: 10_000, run: |n| tiny(n, false, $world) },
            Case {
                name: concat!($peer, "_w3_paused"),
                unit: "exec",
                size: 5_000,
                run: |n| tiny(n, true, $world),
            },
        ]
    };
}

fn main() {
    let all: Vec<Case> = cases!("ractor", with_ractor::world)
        .into_iter()
        .chain(cases!("kameo", with_kameo::world))
        .chain(cases!("tokio", with_channels::world))
        .collect();
    workload::program("live", &all);
}
