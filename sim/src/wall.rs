//! The one place that looks at real time: for limits and rates, never for a decision inside a run.
#![expect(
    clippy::disallowed_types,
    reason = "wall time bounds and measures runs, and decides nothing within them"
)]

use std::time::{Duration, Instant};

/// Measures wall time.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The wall time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
