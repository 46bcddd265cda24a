//! Work that spans turns, and the interrupt that preempts it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a run within its actor; the first is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Run(pub u64);

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run {}", self.0)
    }
}

/// What became of an interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum InterruptAck {
    /// The present run will end interrupted.
    Applied,
    /// The present run was already being interrupted.
    Absorbed,
    /// Nothing ran; nothing is kept, or it would kill the next run.
    NoActiveRun,
    /// Another run than the expected one is active; no effect.
    StaleRun,
    /// Kept for the end of the present step (an interjection).
    Queued,
}

/// Which run is active and whether it is being interrupted: the bookkeeping that every interruptible actor needs.
///
/// Reports of a run carry its number, and [`Runs::is_current`] tells a late one from one that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Runs {
    started: u64,
    active: Option<Active>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Active {
    run: Run,
    interrupted: bool,
}

impl Runs {
    /// Starts the next run.
    ///
    /// # Panics
    ///
    /// If a run is active: at most one is.
    pub fn begin(&mut self) -> Run {
        assert!(self.active.is_none(), "{:?} is active, so no run can begin", self.active);
        self.started += 1;
        let run = Run(self.started);
        self.active = Some(Active { run, interrupted: false });
        run
    }

    /// Ends the active run and returns it.
    pub fn end(&mut self) -> Option<Run> {
        self.active.take().map(|active| active.run)
    }

    /// The active run.
    pub fn current(&self) -> Option<Run> {
        self.active.as_ref().map(|active| active.run)
    }

    /// Whether `run` is the active one.
    pub fn is_current(&self, run: Run) -> bool {
        self.current() == Some(run)
    }

    /// Whether the active run is being interrupted.
    pub fn is_interrupted(&self) -> bool {
        self.active.as_ref().is_some_and(|active| active.interrupted)
    }

    /// Applies an interrupt to the active run, if it is the expected one.
    pub fn interrupt(&mut self, expected: Option<Run>) -> InterruptAck {
        match &mut self.active {
            None => InterruptAck::NoActiveRun,
            Some(active) if expected.is_some_and(|run| run != active.run) => InterruptAck::StaleRun,
            Some(active) if active.interrupted => InterruptAck::Absorbed,
            Some(active) => {
                active.interrupted = true;
                InterruptAck::Applied
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupt_while_nothing_runs_leaves_no_trace() {
        let mut runs = Runs::default();
        let before = runs.clone();
        assert_eq!(runs.interrupt(None), InterruptAck::NoActiveRun);
        assert_eq!(runs, before);
    }

    #[test]
    fn an_interrupt_for_an_earlier_run_does_not_touch_the_present_one() {
        let mut runs = Runs::default();
        let first = runs.begin();
        runs.end();
        runs.begin();
        assert_eq!(runs.interrupt(Some(first)), InterruptAck::StaleRun);
        assert!(!runs.is_interrupted());
    }

    #[test]
    fn a_second_interrupt_is_absorbed_and_the_next_run_is_clean() {
        let mut runs = Runs::default();
        runs.begin();
        assert_eq!(runs.interrupt(None), InterruptAck::Applied);
        assert_eq!(runs.interrupt(None), InterruptAck::Absorbed);
        runs.end();
        runs.begin();
        assert!(!runs.is_interrupted());
    }
}
