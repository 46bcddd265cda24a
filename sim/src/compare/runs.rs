//! Makes the runs of a comparison, under the eye of the watchdog.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::{CompareSpec, Hung, Under};
use crate::campaign::watchdog::Watchdog;
use crate::gauge::Gauge;
use crate::measure::Measured;
use crate::quiet::{WORKER, silence_panics_of_actors};
use crate::run::RunSpec;
use crate::wall::Stopwatch;

/// What was measured of each seed under each policy, in the order of seeds up to the first that is missing.
pub(super) struct Runs {
    pub(super) measured: Vec<Vec<Measured>>,
    pub(super) cut_short: bool,
    pub(super) hung: Option<Hung>,
}

/// One worker's seeds are next to each other; it sends what came out under the number of its share.
struct Worker {
    share: usize,
    gauges: Vec<Box<dyn Gauge>>,
    seeds: Vec<u64>,
    spec: CompareSpec,
    stop: Arc<AtomicBool>,
    results: Sender<(usize, Vec<Measured>)>,
}

impl Worker {
    fn work(mut self) {
        for seed in self.seeds {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let spec = RunSpec::seeded(seed, self.spec.profile).by(self.spec.strategy);
            let measured = self.gauges.iter_mut().map(|gauge| gauge.measure(&spec)).collect();
            if self.results.send((self.share, measured)).is_err() {
                return;
            }
        }
    }
}

pub(super) fn all(policies: &[Under], spec: &CompareSpec, stop: &Arc<AtomicBool>) -> Runs {
    let seeds: Vec<u64> = spec.seeds.clone().collect();
    let share = seeds.len().div_ceil(spec.jobs.max(1)).max(1);
    silence_panics_of_actors();
    let (sender, results) = channel();
    let mut pulses = vec![Vec::new(); policies.len()];
    let mut parts = Vec::new();
    for (number, seeds) in seeds.chunks(share).enumerate() {
        let gauges: Vec<_> = policies.iter().map(|under| under.rehearsal.gauge()).collect();
        gauges.iter().zip(&mut pulses).for_each(|(gauge, pulses)| pulses.push(gauge.pulse()));
        parts.push(Vec::with_capacity(seeds.len()));
        let worker = Worker {
            share: number,
            gauges,
            seeds: seeds.to_vec(),
            spec: spec.clone(),
            stop: stop.clone(),
            results: sender.clone(),
        };
        // Not scoped: an actor that never returns must not keep the comparison from ending.
        let thread = std::thread::Builder::new().name(WORKER.to_owned());
        thread.spawn(move || worker.work()).expect("the system has room for a thread");
    }
    drop(sender);
    let mut watchdogs: Vec<_> =
        pulses.into_iter().map(|pulses| Watchdog::new(pulses, spec.turn_limit)).collect();
    let (watch, mut last, mut hung) = (Stopwatch::start(), Duration::ZERO, None);
    while hung.is_none() {
        match results.recv_timeout(Duration::from_millis(50)) {
            Ok((share, measured)) => parts[share].push(measured),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if watch.elapsed() >= last + Duration::from_millis(100) {
            last = watch.elapsed();
            let mut looks = watchdogs.iter_mut().zip(policies).enumerate();
            hung = looks.find_map(|(policy, (watchdog, under))| {
                let stuck = watchdog.look(last, under.rehearsal.as_ref())?;
                Some(Hung { policy, stuck })
            });
        }
    }
    let cut_short = parts.iter().map(Vec::len).sum::<usize>() < seeds.len();
    let mut measured = Vec::with_capacity(seeds.len());
    for part in parts {
        let is_whole = part.len() == share.min(seeds.len() - measured.len());
        measured.extend(part);
        if !is_whole {
            break;
        }
    }
    let has_a_reason = hung.is_some() || stop.load(Ordering::Relaxed);
    assert!(!cut_short || has_a_reason, "a run panicked outside its turns");
    Runs { measured, cut_short, hung }
}
