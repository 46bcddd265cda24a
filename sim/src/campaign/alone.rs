//! Runs under the eye of the watchdog.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::Stuck;
use super::watchdog::Watchdog;
use super::worker::describe;
use crate::quiet::{WORKER, silence_panics_of_actors};
use crate::registry::Rehearsal;
use crate::run::{AnyRunner, Outcome, RunSpec};
use crate::wall::Stopwatch;

/// Why a run has no outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// A turn did not return.
    Stuck(Stuck),
    /// The run panicked outside any turn: an error of the tool itself.
    Died(String),
}

/// One run on a thread of its own, so that an actor that never returns from a turn is named instead of waited for. The
/// runner comes back with everything that it recorded.
///
/// # Errors
///
/// If the run has no outcome.
///
/// # Panics
///
/// If the system has no room for a thread.
pub fn alone(
    rehearsal: &dyn Rehearsal,
    spec: &RunSpec,
    turn_limit: Duration,
) -> Result<(Box<dyn AnyRunner>, Outcome), Unfinished> {
    let spec = spec.clone();
    watched(rehearsal, turn_limit, move |runner| runner.run(&spec))
}

/// Several runs on a thread of their own, as shrinking makes them: any of them may meet an actor that never returns.
///
/// # Errors
///
/// If a run has no outcome.
///
/// # Panics
///
/// If the system has no room for a thread.
pub fn watched<T: Send + 'static>(
    rehearsal: &dyn Rehearsal,
    turn_limit: Duration,
    runs: impl FnOnce(&mut dyn AnyRunner) -> T + Send + 'static,
) -> Result<(Box<dyn AnyRunner>, T), Unfinished> {
    silence_panics_of_actors();
    let mut runner = rehearsal.runner();
    let mut watchdog = Watchdog::new(vec![runner.pulse()], turn_limit);
    let (sender, result) = channel();
    let work = move || {
        let result = catch_unwind(AssertUnwindSafe(|| runs(runner.as_mut())));
        let _ = sender.send(result.map(|result| (runner, result)));
    };
    let thread = std::thread::Builder::new().name(WORKER.to_owned());
    thread.spawn(work).expect("the system has room for a thread");
    let watch = Stopwatch::start();
    loop {
        match result.recv_timeout(Duration::from_millis(20)) {
            Ok(Ok(over)) => return Ok(over),
            Ok(Err(panic)) => return Err(Unfinished::Died(describe(&*panic))),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Unfinished::Died("its thread is gone".to_owned()));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(stuck) = watchdog.look(watch.elapsed(), rehearsal) {
            return Err(Unfinished::Stuck(stuck));
        }
    }
}
