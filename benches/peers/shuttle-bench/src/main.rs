//! shuttle 0.9.9. It has no network and no time: actors are threads with
//! `shuttle::sync::mpsc` mailboxes, and only the order is simulated.

use shuttle::scheduler::{DfsScheduler, RandomScheduler, Scheduler};
use shuttle::sync::Arc;
use shuttle::sync::mpsc::{Receiver, Sender, channel};
use shuttle::{Config, MaxSteps, Runner, future, thread};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use workload::{Case, Forwarder, Spec, Token, finish, note};

static STEPS: AtomicU64 = AtomicU64::new(0);

fn config() -> Config {
    let mut c = Config::new();
    c.max_steps = MaxSteps::None;
    c.silence_warnings = true;
    c
}

fn random(spec: &Spec) -> impl Scheduler + use<> {
    RandomScheduler::new_from_seed(spec.seed, 1)
}

enum Msg {
    Token(Token),
    Stop,
}

fn actor(spec: Spec, me: u32, rx: Receiver<Msg>, peers: Arc<Vec<Sender<Msg>>>) {
    let mut f = Forwarder::new(&spec, me);
    for id in spec.initial(me) {
        let d = f.pick();
        peers[d as usize].send(Msg::Token(Token { id, left: spec.hops - 1 })).unwrap();
    }
    while let Msg::Token(t) = rx.recv().unwrap() {
        if note(me, t).is_multiple_of(spec.deliveries()) {
            for p in peers.iter() {
                let _ = p.send(Msg::Stop);
            }
        }
        if let Some((d, t)) = f.on_token(t) {
            peers[d as usize].send(Msg::Token(t)).unwrap();
        }
    }
}

/// One execution: a thread for each actor.
fn world(spec: Spec) {
    let (txs, rxs): (Vec<_>, Vec<_>) = (0..spec.actors).map(|_| channel()).unzip();
    let txs = Arc::new(txs);
    let threads: Vec<_> = rxs
        .into_iter()
        .enumerate()
        .map(|(a, rx)| {
            let peers = txs.clone();
            thread::spawn(move || actor(spec, a as u32, rx, peers))
        })
        .collect();
    for t in threads {
        t.join().unwrap();
    }
}

fn threads(spec: Spec) -> (u64, u64) {
    Runner::new(random(&spec), config()).run(move || world(spec));
    finish(&spec, 0)
}

/// Ping-pong as two async tasks over shuttle's own async scheduler, with one
/// mpsc channel each way.
fn ping_async(n: u64) -> (u64, u64) {
    let spec = Spec::ping_pong(n);
    Runner::new(random(&spec), config()).run(move || {
        let (to0, in0) = channel();
        let (to1, in1) = channel();
        let side = |me: u32, rx: Receiver<Token>, tx: Sender<Token>| async move {
            let mut f = Forwarder::new(&spec, me);
            if me == 0 {
                tx.send(Token { id: 0, left: spec.hops - 1 }).unwrap();
            }
            while let Ok(t) = rx.recv() {
                note(me, t);
                match f.on_token(t) {
                    Some((_, t)) => tx.send(t).unwrap(),
                    None => break,
                }
                if t.left <= 1 {
                    break;
                }
            }
        };
        let a = future::spawn(side(0, in0, to1));
        let b = future::spawn(side(1, in1, to0));
        future::block_on(async move {
            a.await.unwrap();
            b.await.unwrap();
        });
    });
    finish(&spec, 0)
}

/// One runner, `n` executions, each scheduled afresh: how shuttle is meant to be
/// used (`check_random`).
fn many(n: u64, spec: fn(u64) -> Spec) -> (u64, u64) {
    let s = spec(workload::SEED);
    let scheduler = RandomScheduler::new_from_seed(s.seed, n as usize);
    let done = Runner::new(scheduler, config()).run(move || world(s));
    assert_eq!(done as u64, n);
    let (count, digest) = workload::take();
    assert_eq!(count, n * s.deliveries());
    (n, digest)
}

/// Exhaustive: two producers send `k` messages each to one receiver.
fn dfs(k: u32) -> (u64, u64) {
    STEPS.store(0, Relaxed);
    let n = Runner::new(DfsScheduler::new(None, false), config()).run(move || {
        let (tx, rx) = channel();
        for p in 0..2 {
            let tx = tx.clone();
            thread::spawn(move || {
                for i in 0..k {
                    tx.send((p, i)).unwrap();
                }
            });
        }
        drop(tx);
        assert_eq!(std::iter::from_fn(|| rx.recv().ok()).count() as u32, 2 * k);
        STEPS.fetch_add(shuttle::current::context_switches() as u64, Relaxed);
    });
    (STEPS.load(Relaxed), n as u64)
}

/// Exhaustive: `t` threads add to one shared counter `k` times each.
fn dfs_counter(t: u32, k: u32) -> (u64, u64) {
    use shuttle::sync::{atomic::AtomicU32, atomic::Ordering::SeqCst};
    STEPS.store(0, Relaxed);
    let n = Runner::new(DfsScheduler::new(None, false), config()).run(move || {
        let c = Arc::new(AtomicU32::new(0));
        let hs: Vec<_> = (0..t)
            .map(|_| {
                let c = c.clone();
                thread::spawn(move || {
                    for _ in 0..k {
                        c.fetch_add(1, SeqCst);
                    }
                })
            })
            .collect();
        for h in hs {
            h.join().unwrap();
        }
        assert_eq!(c.load(SeqCst), t * k);
        STEPS.fetch_add(shuttle::current::context_switches() as u64, Relaxed);
    });
    (STEPS.load(Relaxed), n as u64)
}

/// `n` complete searches: (context switches, executions of one search).
fn times(n: u64, f: fn() -> (u64, u64)) -> (u64, u64) {
    let mut total = (0, 0);
    for _ in 0..n {
        let (c, d) = f();
        total = (total.0 + c, d);
    }
    total
}

fn main() {
    workload::program(
        "shuttle",
        &[
            Case { name: "w1_threads", unit: "msg", size: 200_000, run: |n| threads(Spec::ping_pong(n)) },
            Case { name: "w1_async", unit: "msg", size: 200_000, run: ping_async },
            Case { name: "w2_threads", unit: "msg", size: 1000, run: |n| threads(Spec::ring(n)) },
            Case { name: "w3_tiny", unit: "exec", size: 2000, run: |n| many(n, Spec::tiny) },
            Case { name: "w3_burst", unit: "exec", size: 2000, run: |n| many(n, Spec::burst) },
            Case { name: "w4_dfs_k2", unit: "step", size: 50, run: |n| times(n, || dfs(2)) },
            Case { name: "w4_dfs_k3", unit: "step", size: 1, run: |n| times(n, || dfs(3)) },
            Case { name: "w4_dfs_counter", unit: "step", size: 500, run: |n| times(n, || dfs_counter(2, 3)) },
        ],
    );
}
