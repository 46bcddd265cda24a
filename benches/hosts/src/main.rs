//! Rehearsal's host, measured beside what it could be replaced by.
//!
//! - `cargo run --release -- ping-pong [HOPS] [ROUNDS]`: between two actors of one process, beside ractor, kameo and bare channels of tokio; every
//!   case once a round, in turns, and medians;
//! - `cargo run --release -- loopback [REQUESTS]`: requests and answers between two nodes over TCP, beside bare sockets, and the session protocol;
//! - `cargo run --release -- disks [SYNCS]`: syncs of the append-only log, beside SQLite.
//!
//! Each case checks its count.

mod bare;
mod bare_sockets;
mod disks;
mod latency;
mod loopback;
mod ours;
mod sessions;
mod with_kameo;
mod with_ractor;

use std::time::{Duration, Instant};

/// One way to play ping-pong: as many hops as asked for, then the time that they took.
struct Case {
    name: &'static str,
    play: fn(u64) -> Duration,
}

const CASES: [Case; 4] = [
    Case { name: "rehearsal", play: ours::play },
    Case { name: "ractor", play: with_ractor::play },
    Case { name: "kameo", play: with_kameo::play },
    Case { name: "tokio channels", play: bare::play },
];

fn main() {
    let mut typed = std::env::args().skip(1);
    let what = typed.next().unwrap_or_else(|| "ping-pong".to_owned());
    let mut numbers = typed.map(|number| number.parse().expect("a whole number"));
    let mut number = |default: u64| numbers.next().unwrap_or(default);
    match &*what {
        "ping-pong" => ping_pong(number(1_000_000), number(7)),
        "loopback" => over_loopback(number(20_000)),
        "disks" => disks::measure(number(2_000)),
        other => panic!("`{other}` is none of ping-pong, loopback, disks"),
    }
}

fn over_loopback(requests: u64) {
    latency::head("requests over loopback, two threads");
    for _ in 0..3 {
        bare_sockets::echo(requests).row("tokio TCP, bare");
        loopback::echo(requests).row("two nodes of rehearsal");
    }
    latency::head("session protocol over loopback, four nodes, two threads: a message until it is accepted");
    for clients in [1, 8, 32] {
        sessions::talk(clients, requests).row(&format!("{clients} clients"));
    }
}

fn ping_pong(hops: u64, rounds: u64) {
    let mut times = vec![Vec::new(); CASES.len()];
    for case in &CASES {
        (case.play)(hops / 10); // Warm.
    }
    for _ in 0..rounds {
        for (case, times) in CASES.iter().zip(&mut times) {
            times.push((case.play)(hops));
        }
    }
    let rates: Vec<f64> = times.into_iter().map(|times| hops as f64 / median(times).as_secs_f64()).collect();
    println!("ping-pong, {hops} hops, current-thread runtime, medians of {rounds} rounds");
    for (case, rate) in CASES.iter().zip(&rates) {
        println!("{:<16}{:>8.2} M hops/s  {:>6.2} of rehearsal", case.name, rate / 1e6, rate / rates[0]);
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn on_one_thread<F: Future<Output = u64>>(hops: u64, game: F) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let start = Instant::now();
    let counted = runtime.block_on(game);
    let time = start.elapsed();
    assert_eq!(counted, hops, "every hop is counted once");
    time
}

fn on_two_threads<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(work)
}
