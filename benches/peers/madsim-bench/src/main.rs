//! madsim 0.2.34. Build with RUSTFLAGS="--cfg madsim".

#[cfg(not(madsim))]
compile_error!("build with RUSTFLAGS=\"--cfg madsim\"");

use workload::{finish, note, Case, Forwarder, Spec, Token};
use madsim::net::{Endpoint, TcpListener, TcpStream};
use madsim::runtime::{Builder, Handle, Runtime};
use madsim::Config;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Barrier, Notify};

fn ip(node: u32) -> IpAddr {
    Ipv4Addr::new(10, 0, (node / 250) as u8, (node % 250 + 1) as u8).into()
}

fn addr(spec: &Spec, actor: u32) -> SocketAddr {
    (ip(spec.node_of(actor)), (1000 + actor % spec.per_node()) as u16).into()
}

/// How an actor's tokens travel.
#[derive(Clone, Copy, PartialEq)]
enum Via {
    /// `send_to` / `recv_from`: bytes.
    Bytes,
    /// `send_to_raw` / `recv_from_raw`: a boxed Rust value.
    Raw,
}

async fn actor(spec: Spec, me: u32, via: Via, bound: Arc<Barrier>, done: Arc<Notify>) {
    let ep = Endpoint::bind(addr(&spec, me)).await.unwrap();
    bound.wait().await;
    let send = |dst: u32, t: Token| {
        let to = addr(&spec, dst);
        let ep = &ep;
        async move {
            match via {
                Via::Bytes => ep.send_to(to, 0, &t.encode()).await.unwrap(),
                Via::Raw => ep.send_to_raw(to, 0, Box::new(t)).await.unwrap(),
            }
        }
    };
    let mut f = Forwarder::new(&spec, me);
    for id in spec.initial(me) {
        let d = f.pick();
        send(d, Token { id, left: spec.hops - 1 }).await;
    }
    let mut buf = [0; 8];
    loop {
        let t = match via {
            Via::Bytes => {
                ep.recv_from(0, &mut buf).await.unwrap();
                Token::decode(buf)
            }
            Via::Raw => *ep.recv_from_raw(0).await.unwrap().0.downcast().unwrap(),
        };
        if note(me, t) == spec.deliveries() {
            done.notify_one();
        }
        if let Some((d, t)) = f.on_token(t) {
            send(d, t).await;
        }
    }
}

/// Runs inside a runtime's main task; returns the simulated nanoseconds taken.
async fn world(spec: Spec, via: Via) -> u64 {
    let start = madsim::time::Instant::now();
    let h = Handle::current();
    let bound = Arc::new(Barrier::new(spec.actors as usize));
    let done = Arc::new(Notify::new());
    let mut nodes = Vec::new();
    for n in 0..spec.nodes {
        let node = h.create_node().ip(ip(n)).build();
        nodes.push(node.id());
        for a in n * spec.per_node()..(n + 1) * spec.per_node() {
            node.spawn(actor(spec, a, via, bound.clone(), done.clone()));
        }
    }
    done.notified().await;
    // without this every execution leaks its waiting tasks (about 13 KiB for W3)
    for n in nodes {
        h.kill(n);
    }
    madsim::time::sleep(std::time::Duration::from_millis(1)).await;
    start.elapsed().as_nanos() as u64
}

fn sim(spec: Spec, via: Via) -> (u64, u64) {
    let rt = Runtime::with_seed_and_config(spec.seed, Config::default());
    let t = rt.block_on(world(spec, via));
    finish(&spec, t)
}

fn tcp(spec: Spec) -> (u64, u64) {
    let rt = Runtime::with_seed_and_config(spec.seed, Config::default());
    let server = rt.create_node().ip(ip(1)).build();
    let client = rt.create_node().ip(ip(0)).build();
    let at = addr(&spec, 1);
    let t = rt.block_on(async move {
        let start = madsim::time::Instant::now();
        let up = Arc::new(Barrier::new(2));
        let up2 = up.clone();
        server.spawn(async move {
            let l = TcpListener::bind(at).await.unwrap();
            up2.wait().await;
            let (mut s, _) = l.accept().await.unwrap();
            pump(spec, 1, &mut s).await;
        });
        let c = client.spawn(async move {
            up.wait().await;
            let mut s = TcpStream::connect(at).await.unwrap();
            s.write_all(&Token { id: 0, left: spec.hops - 1 }.encode()).await.unwrap();
            s.flush().await.unwrap();
            pump(spec, 0, &mut s).await;
        });
        c.await.unwrap();
        start.elapsed().as_nanos() as u64
    });
    finish(&spec, t)
}

async fn pump(spec: Spec, me: u32, s: &mut TcpStream) {
    let mut f = Forwarder::new(&spec, me);
    let mut buf = [0; 8];
    loop {
        s.read_exact(&mut buf).await.unwrap();
        let t = Token::decode(buf);
        note(me, t);
        if let Some((_, t)) = f.on_token(t) {
            s.write_all(&t.encode()).await.unwrap();
            s.flush().await.unwrap();
        }
        if t.left <= 1 {
            return; // the last token, or the last but one sent
        }
    }
}

/// A question answered with its own number plus one.
#[derive(serde::Serialize, serde::Deserialize, madsim::Request)]
#[rtype("u64")]
struct Ask(u64);

/// Ping-pong by madsim's typed remote calls: a call is two deliveries.
fn rpc(n: u64) -> (u64, u64) {
    let spec = Spec::ping_pong(n);
    let rt = Runtime::with_seed_and_config(spec.seed, Config::default());
    let server = rt.create_node().ip(ip(1)).build();
    let client = rt.create_node().ip(ip(0)).build();
    let at = addr(&spec, 1);
    let sent = rt.block_on(async move {
        let up = Arc::new(Barrier::new(2));
        let up2 = up.clone();
        server.spawn(async move {
            let ep = Arc::new(Endpoint::bind(at).await.unwrap());
            ep.add_rpc_handler(|Ask(i): Ask| async move { i + 1 });
            up2.wait().await;
            std::future::pending::<()>().await;
        });
        let c = client.spawn(async move {
            let ep = Endpoint::bind(addr(&spec, 0)).await.unwrap();
            up.wait().await;
            for i in 0..n {
                assert_eq!(ep.call(at, Ask(i)).await.unwrap(), i + 1);
            }
        });
        c.await.unwrap();
        madsim::net::NetSim::current().stat().msg_count
    });
    assert_eq!(sent, 2 * n);
    (2 * n, 0)
}

fn tiny(n: u64, spec: fn(u64) -> Spec, via: Via) -> (u64, u64) {
    let mut d = 0u64;
    for seed in 0..n {
        d = d.rotate_left(1) ^ sim(spec(seed), via).1;
    }
    (n, d)
}

/// As `#[madsim::test]` does it: a thread for each seed.
fn tiny_threads(n: u64) -> (u64, u64) {
    Builder {
        seed: 0,
        count: n,
        jobs: 1,
        config: Config::default(),
        time_limit: None,
        check: false,
        allow_system_thread: false,
    }
    .run(|| async {
        let spec = Spec::tiny(Handle::current().seed());
        world(spec, Via::Bytes).await;
        finish(&spec, 0);
    });
    (n, 0)
}

fn main() {
    if std::env::var_os("TRACE").is_some() {
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(std::io::sink)
            .init();
    }
    workload::program(
        "madsim",
        &[
            Case { name: "w1_bytes", unit: "msg", size: 200_000, run: |n| sim(Spec::ping_pong(n), Via::Bytes) },
            Case { name: "w1_raw", unit: "msg", size: 200_000, run: |n| sim(Spec::ping_pong(n), Via::Raw) },
            Case { name: "w1_rpc", unit: "msg", size: 200_000, run: rpc },
            Case { name: "w1_tcp", unit: "msg", size: 200_000, run: |n| tcp(Spec::ping_pong(n)) },
            Case { name: "w2_bytes", unit: "msg", size: 1000, run: |n| sim(Spec::ring(n), Via::Bytes) },
            Case { name: "w2_raw", unit: "msg", size: 1000, run: |n| sim(Spec::ring(n), Via::Raw) },
            Case { name: "w3_tiny", unit: "exec", size: 2000, run: |n| tiny(n, Spec::tiny, Via::Bytes) },
            Case { name: "w3_tiny_threads", unit: "exec", size: 2000, run: tiny_threads },
            Case { name: "w3_burst", unit: "exec", size: 2000, run: |n| tiny(n, Spec::burst, Via::Bytes) },
        ],
    );
}
