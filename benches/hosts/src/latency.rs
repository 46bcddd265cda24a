//! Many latencies, as a row of a table.

use std::time::Duration;

/// What was measured.
pub(crate) struct Measured {
    /// How long each request took.
    pub(crate) latencies: Vec<Duration>,
    /// How long all of them took together.
    pub(crate) wall: Duration,
}

/// The head of a table.
pub(crate) fn head(title: &str) {
    println!("\n{title}\n\n| | requests/s | p50 | p99 | max |\n|---|---|---|---|---|");
}

impl Measured {
    pub(crate) fn row(mut self, name: &str) {
        self.latencies.sort_unstable();
        let count = self.latencies.len();
        let at = |share: f64| self.latencies[((count - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
        let rate = count as f64 / self.wall.as_secs_f64();
        println!("| {name} | {rate:.0} | {:.0} µs | {:.0} µs | {:.0} µs |", at(0.5), at(0.99), at(1.0));
    }
}
