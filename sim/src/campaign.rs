//! A campaign: many runs of one scenario with one verdict.
//!
//! Seeds are spread over cores; parallelism is only between runs, and results are merged so that one worker and many give
//! the same report.
//!
//! - [`settled`] — what is certain of a campaign that goes on;
//! - [`failure`] — all failures of one signature;
//! - [`merge`] — the results of all workers together;
//! - [`tally`] — what all runs come to together;
//! - [`worker`] — runs chunks of seeds and reports each;
//! - [`arms`] — what each strategy found;
//! - [`staged`] — many runs on a stage beside the world;
//! - [`watchdog`] — names an actor that never returns from a turn;
//! - [`alone`](mod@alone) — a run, or a few, under its eye.

pub mod alone;
pub mod arms;
pub mod failure;
mod merge;
pub mod settled;
pub mod staged;
pub(crate) mod tally;
pub(crate) mod watchdog;
mod worker;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use crate::check::Goal;
use crate::fault::Profile;
use crate::quiet::{WORKER, silence_panics_of_actors};
use crate::registry::Rehearsal;
use crate::search::{self, Strategy};
use crate::wall::Stopwatch;
use crate::world::Pulse;
pub use alone::{Unfinished, alone, watched};
pub use arms::{Arm, Arms};
pub use failure::{Failure, Shortest};
use merge::Merge;
pub use settled::SoFar;
use watchdog::Watchdog;
use worker::Worker;

/// What a campaign is to be.
#[derive(Clone, Debug)]
pub struct CampaignSpec {
    /// The seeds to run.
    pub seeds: Range<u64>,
    /// End after this much wall time.
    pub time: Option<Duration>,
    /// The mixture of faults.
    pub profile: &'static Profile,
    /// How choices are filled in.
    pub strategy: &'static Strategy,
    /// How many runs go on at the same time.
    pub jobs: usize,
    /// End with the first failure, in the order of seeds.
    pub fail_fast: bool,
    /// How long a single turn may take.
    pub turn_limit: Duration,
    /// Whether a goal that no run reached fails the campaign.
    pub goals_required: bool,
    /// What an earlier part of the same campaign came to; the seeds go on where it ended.
    pub so_far: Option<Arc<SoFar>>,
}

impl CampaignSpec {
    /// These seeds under a profile by the default strategy, on all cores.
    pub fn new(seeds: Range<u64>, profile: &'static Profile) -> Self {
        Self {
            seeds,
            time: None,
            profile,
            strategy: search::DEFAULT,
            jobs: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            fail_fast: false,
            turn_limit: Duration::from_secs(10),
            goals_required: true,
            so_far: None,
        }
    }
}

/// What came out of a campaign.
#[derive(Clone, Debug)]
pub struct Report {
    /// How many runs there were.
    pub runs: u64,
    /// How many turns in all of them.
    pub turns: u64,
    /// How long it took.
    pub wall: Duration,
    /// What failed, one entry for each signature, in the order of their lowest seeds.
    pub failures: Vec<Failure>,
    /// What each strategy found; more than one if it is a portfolio.
    pub arms: Vec<Arm>,
    /// The goals, each with the lowest seed that reached it.
    pub goals: Vec<(Goal, Option<u64>)>,
    /// An actor that never returned from a turn.
    pub stuck: Option<Stuck>,
    /// Why it ended.
    pub ended: Ended,
    /// Why no result can be trusted: a worker died, or a monitor is not shown what it minds.
    pub internal_error: Option<String>,
    /// Whether a goal that no run reached fails the campaign.
    pub goals_required: bool,
}

/// An actor that never returned from a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// Its path.
    pub actor: String,
    /// The seed of the run.
    pub seed: u64,
    /// How long its turn had lasted.
    pub after: Duration,
}

/// Why a campaign ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All seeds were run.
    Done,
    /// Its time was over.
    Time,
    /// The first failure ended it.
    FirstFailure,
    /// It was interrupted from outside.
    Interrupted,
    /// An actor never returned from a turn.
    Stuck,
}

impl Report {
    /// Whether nothing was wrong.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
            && self.stuck.is_none()
            && self.internal_error.is_none()
            && self.goals_passed()
    }

    /// Whether every goal was reached, or none had to be.
    pub fn goals_passed(&self) -> bool {
        !self.goals_required || self.unreached().next().is_none()
    }

    /// The goals that no run reached.
    pub fn unreached(&self) -> impl Iterator<Item = &Goal> {
        self.goals.iter().filter(|(_, seed)| seed.is_none()).map(|(goal, _)| goal)
    }
}

/// Someone who follows a campaign; nothing that it does changes the result.
pub trait Observer {
    /// A moment of a campaign that goes on, about ten times a second.
    fn tick(&mut self, progress: &Progress) {
        let _ = progress;
    }

    /// What is certain by now: all seeds up to one are done. After each tick, and at the end.
    fn settled(&mut self, so_far: &SoFar) {
        let _ = so_far;
    }

    /// A signature was found for the first time. A lower seed may replace it in the report.
    fn found(&mut self, failure: &Failure) {
        let _ = failure;
    }
}

/// An observer that looks at nothing.
pub struct Unobserved;

impl Observer for Unobserved {}

/// How far a campaign is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Runs so far.
    pub runs: u64,
    /// Turns so far.
    pub turns: u64,
    /// How long it goes on.
    pub wall: Duration,
    /// Distinct failures so far.
    pub failures: usize,
    /// Goals reached so far.
    pub goals_reached: usize,
    /// All goals.
    pub goals: usize,
}

/// What workers and the campaign share. Only the chunk counter is written by all, once per chunk.
struct Shared {
    next: AtomicU64,
    end: u64,
    /// No seed from here on matters any more.
    cutoff: AtomicU64,
    stop: Arc<AtomicBool>,
}

/// The results of a chunk of seeds.
#[derive(Clone)]
struct Chunk {
    /// Those that were run.
    seeds: Range<u64>,
    runs: u64,
    turns: u64,
    failures: Vec<Failure>,
    arms: Arms,
    /// For each goal, the lowest seed that reached it.
    goals: Vec<Option<u64>>,
}

/// Runs a campaign. `stop` ends it in order: what was found is kept.
pub fn run(
    rehearsal: &Arc<dyn Rehearsal>,
    spec: &CampaignSpec,
    stop: &Arc<AtomicBool>,
    observer: &mut dyn Observer,
) -> Report {
    silence_panics_of_actors();
    let shared = Arc::new(Shared {
        next: AtomicU64::new(spec.seeds.start),
        end: spec.seeds.end,
        cutoff: AtomicU64::new(u64::MAX),
        stop: stop.clone(),
    });
    let (sender, chunks) = channel();
    let mut pulses = Vec::new();
    for _ in 0..spec.jobs.max(1) {
        let runner = rehearsal.runner();
        pulses.push(runner.pulse());
        let worker = Worker {
            runner,
            shared: shared.clone(),
            spec: spec.clone(),
            results: sender.clone(),
            known: Vec::new(),
        };
        // Not scoped: an actor that never returns must not keep the campaign from ending.
        let thread = std::thread::Builder::new().name(WORKER.to_owned());
        thread.spawn(move || worker.work()).expect("the system has room for a thread");
    }
    drop(sender);
    let merge = Merge::new(rehearsal.goals(), spec);
    follow(rehearsal, spec, &shared, &chunks, pulses, merge, observer)
}

/// Merges chunks until all workers are done, the time is over, or one is stuck.
fn follow(
    rehearsal: &Arc<dyn Rehearsal>,
    spec: &CampaignSpec,
    shared: &Shared,
    chunks: &Receiver<worker::Result>,
    pulses: Vec<Arc<Pulse>>,
    mut merge: Merge,
    observer: &mut dyn Observer,
) -> Report {
    let watch = Stopwatch::start();
    let mut watchdog = Watchdog::new(pulses, spec.turn_limit);
    let mut ended = Ended::Done;
    let (mut stuck, mut internal_error, mut last_tick) = (None, None, Duration::ZERO);
    loop {
        match chunks.recv_timeout(Duration::from_millis(50)) {
            Ok(Ok(chunk)) => merge.take(chunk, spec, shared, observer),
            Ok(Err(died)) => internal_error = Some(died),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if watch.elapsed() >= last_tick + Duration::from_millis(100) {
            last_tick = watch.elapsed();
            observer.tick(&merge.progress(last_tick));
            observer.settled(&merge.settled.so_far);
            if let Some(found) = watchdog.look(last_tick, rehearsal.as_ref()) {
                // Not `stop`: that is the caller's, who may have other scenarios to run. Lower seeds are run on, for the lowest
                // that is stuck is named, whatever the number of workers.
                shared.cutoff.fetch_min(found.seed, Ordering::Relaxed);
                stuck = stuck.into_iter().chain([found]).min_by_key(|stuck: &Stuck| stuck.seed);
            }
        }
        if stuck.is_some() && watchdog.waits_for_nobody() {
            ended = Ended::Stuck;
            break;
        }
        if spec.time.is_some_and(|time| watch.elapsed() >= time) && ended == Ended::Done {
            ended = Ended::Time;
            shared.cutoff.store(0, Ordering::Relaxed);
        }
    }
    if shared.stop.load(Ordering::Relaxed) && ended == Ended::Done {
        ended = Ended::Interrupted;
    }
    observer.settled(&merge.settled.so_far);
    merge.report(spec, watch.elapsed(), ended, stuck, internal_error)
}
