//! turmoil 0.7.2.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use turmoil::Builder;
use turmoil::net::{TcpListener, TcpStream, UdpSocket};
use workload::{Case, Forwarder, Spec, Token, finish, note};

fn builder(spec: &Spec, min_ms: u64, max_ms: u64) -> Builder {
    let mut b = Builder::new();
    b.rng_seed(spec.seed)
        .epoch(std::time::UNIX_EPOCH)
        .simulation_duration(Duration::from_secs(1_000_000))
        .min_message_latency(Duration::from_millis(min_ms))
        .max_message_latency(Duration::from_millis(max_ms))
        .udp_capacity(1 << 16)
        .tcp_capacity(1 << 16);
    b
}

fn name(node: u32) -> String {
    format!("node-{node}")
}

fn port(spec: &Spec, actor: u32) -> u16 {
    (1000 + actor % spec.per_node()) as u16
}

async fn actor(spec: Spec, me: u32, ips: Arc<Vec<IpAddr>>, done: Arc<Notify>) -> turmoil::Result {
    let s = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port(&spec, me))).await?;
    let at = |dst: u32| -> SocketAddr { (ips[spec.node_of(dst) as usize], port(&spec, dst)).into() };
    // every host binds during the first tick, before anything can be delivered
    tokio::time::sleep(Duration::from_millis(2)).await;
    let mut f = Forwarder::new(&spec, me);
    for id in spec.initial(me) {
        let d = f.pick();
        s.send_to(&Token { id, left: spec.hops - 1 }.encode(), at(d)).await?;
    }
    let mut buf = [0; 8];
    loop {
        s.recv_from(&mut buf).await?;
        let t = Token::decode(buf);
        if note(me, t) == spec.deliveries() {
            done.notify_one();
        }
        if let Some((d, t)) = f.on_token(t) {
            s.send_to(&t.encode(), at(d)).await?;
        }
    }
}

/// The actors of one node: the first in the host's own task, the rest spawned.
async fn node(spec: Spec, n: u32, ips: Arc<Vec<IpAddr>>, done: Arc<Notify>) -> turmoil::Result {
    for a in n * spec.per_node()..(n + 1) * spec.per_node() {
        let (ips, done) = (ips.clone(), done.clone());
        tokio::task::spawn_local(async move { actor(spec, a, ips, done).await.unwrap() });
    }
    if n == 0 {
        done.notified().await;
        return Ok(());
    }
    std::future::pending().await
}

fn udp(spec: Spec, min_ms: u64, max_ms: u64) -> (u64, u64) {
    udp_curve(spec, min_ms, max_ms, None)
}

/// turmoil draws latency from an exponential distribution, rounds it down to
/// whole milliseconds and caps it. Its default curve (5) over 1–10 ms has a mean
/// near 2.4 ms; curve 1.4 has one near the 5.5 ms of a uniform draw.
fn udp_curve(spec: Spec, min_ms: u64, max_ms: u64, curve: Option<f64>) -> (u64, u64) {
    let mut sim = builder(&spec, min_ms, max_ms).build();
    if let Some(c) = curve {
        sim.set_message_latency_curve(c);
    }
    let ips: Arc<Vec<IpAddr>> = Arc::new((0..spec.nodes).map(|n| sim.lookup(name(n))).collect());
    let done = Arc::new(Notify::new());
    for n in 1..spec.nodes {
        let (ips, done) = (ips.clone(), done.clone());
        sim.host(name(n), move || node(spec, n, ips.clone(), done.clone()));
    }
    // turmoil runs until its clients are done: node 0 is the one client
    sim.client(name(0), node(spec, 0, ips, done));
    sim.run().unwrap();
    finish(&spec, sim.elapsed().as_nanos() as u64)
}

fn tcp(spec: Spec, min_ms: u64, max_ms: u64) -> (u64, u64) {
    let mut sim = builder(&spec, min_ms, max_ms).build();
    sim.host("server", move || async move {
        let l = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 1000)).await?;
        loop {
            let (mut s, _) = l.accept().await?;
            pump(spec, 1, &mut s).await?;
        }
    });
    sim.client("client", async move {
        let mut s = TcpStream::connect(("server", 1000)).await?;
        s.write_all(&Token { id: 0, left: spec.hops - 1 }.encode()).await?;
        pump(spec, 0, &mut s).await
    });
    sim.run().unwrap();
    finish(&spec, sim.elapsed().as_nanos() as u64)
}

async fn pump(spec: Spec, me: u32, s: &mut TcpStream) -> turmoil::Result {
    let mut f = Forwarder::new(&spec, me);
    let mut buf = [0; 8];
    loop {
        if s.read_exact(&mut buf).await.is_err() {
            return Ok(());
        }
        let t = Token::decode(buf);
        note(me, t);
        match f.on_token(t) {
            Some((_, t)) => s.write_all(&t.encode()).await?,
            None => return Ok(()),
        }
    }
}

fn tiny(n: u64, spec: fn(u64) -> Spec) -> (u64, u64) {
    let mut d = 0u64;
    for seed in 0..n {
        d = d.rotate_left(1) ^ udp(spec(seed), 1, 10).1;
    }
    (n, d)
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
        "turmoil",
        &[
            Case { name: "w1_udp", unit: "msg", size: 50_000, run: |n| udp(Spec::ping_pong(n), 1, 10) },
            Case { name: "w1_tcp", unit: "msg", size: 50_000, run: |n| tcp(Spec::ping_pong(n), 1, 10) },
            Case {
                name: "w1_udp_no_latency",
                unit: "msg",
                size: 50_000,
                run: |n| udp(Spec::ping_pong(n), 0, 0),
            },
            Case {
                name: "w1_udp_default_latency",
                unit: "msg",
                size: 10_000,
                run: |n| udp(Spec::ping_pong(n), 0, 100),
            },
            Case {
                name: "w1_udp_mean5",
                unit: "msg",
                size: 50_000,
                run: |n| udp_curve(Spec::ping_pong(n), 1, 10, Some(1.4)),
            },
            Case { name: "w2_udp", unit: "msg", size: 1000, run: |n| udp(Spec::ring(n), 1, 10) },
            Case {
                name: "w2_udp_mean5",
                unit: "msg",
                size: 1000,
                run: |n| udp_curve(Spec::ring(n), 1, 10, Some(1.4)),
            },
            Case {
                name: "w3_tiny_mean5",
                unit: "exec",
                size: 200,
                run: |n| {
                    let mut d = 0u64;
                    for seed in 0..n {
                        d = d.rotate_left(1) ^ udp_curve(Spec::tiny(seed), 1, 10, Some(1.4)).1;
                    }
                    (n, d)
                },
            },
            Case { name: "w3_tiny", unit: "exec", size: 500, run: |n| tiny(n, Spec::tiny) },
            Case { name: "w3_burst", unit: "exec", size: 2000, run: |n| tiny(n, Spec::burst) },
        ],
    );
}
