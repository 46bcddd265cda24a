//! Ping-pong between two actors of one process: Rehearsal's host beside ractor, kameo and bare channels of tokio.
//!
//! `cargo run --release -- [HOPS] [ROUNDS]` runs every case once a round, in turns, and prints medians. Each case checks its count.

mod bare;
mod ours;
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
    let mut typed = std::env::args().skip(1).map(|number| number.parse().expect("a whole number"));
    let (hops, rounds) = (typed.next().unwrap_or(1_000_000), typed.next().unwrap_or(7));
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
