//! Threads on which panics of actors are not printed: a panic in a turn is contained and told in the report.

/// What threads are called on which runs are made.
pub(crate) const WORKER: &str = "rehearsal-run";

/// Makes runs on a thread on which panics of actors are not printed.
pub(crate) fn quietly<T: Send>(runs: impl FnOnce() -> T + Send) -> T {
    let (mut runs, mut result) = (Some(runs), None);
    on_worker(&mut || result = runs.take().map(|runs| runs()));
    result.expect("the worker made the runs, or its panic went on here")
}

/// The same for all kinds of runs, so that it is compiled once.
fn on_worker(runs: &mut (dyn FnMut() + Send)) {
    silence_panics_of_actors();
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().name(WORKER.to_owned());
        let worker = worker.spawn_scoped(scope, runs).expect("the system has room for a thread");
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

/// A panic in a turn is contained and told in the report; its default message would only flood the screen.
pub(crate) fn silence_panics_of_actors() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            #[expect(clippy::disallowed_methods, reason = "only decides whether a panic is printed")]
            let thread = std::thread::current();
            if thread.name() != Some(WORKER) {
                usual(info);
            }
        }));
    });
}
