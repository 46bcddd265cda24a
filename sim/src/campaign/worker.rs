//! Runs chunks of seeds and reports each.

use std::any::Any;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;

use super::arms::Arms;
use super::{CampaignSpec, Chunk, Failure, Shared};
use crate::run::{AnyRunner, RunSpec};
use crate::search::Way;
use crate::search::coverage::BLOCK;
use crate::wall::Stopwatch;

/// A chunk, or why the worker died: an error of the tool itself.
pub(super) type Result = std::result::Result<Chunk, String>;

pub(super) struct Worker {
    pub(super) runner: Box<dyn AnyRunner>,
    pub(super) shared: Arc<Shared>,
    pub(super) spec: CampaignSpec,
    pub(super) results: Sender<Result>,
    /// The goals that this worker has reached.
    pub(super) known: Vec<bool>,
}

/// A chunk is about so long, so that sharing costs nothing and the end comes soon.
const CHUNK_MILLIS: u128 = 20;
const MOST_SEEDS: u64 = 4_096;
/// In the first runs of a campaign it is looked whether monitors are shown all that they mind.
const AUDITED: u64 = 4;

impl Worker {
    pub(super) fn work(mut self) {
        let mut size = 1;
        while let Some(seeds) = self.claim(size) {
            let watch = Stopwatch::start();
            let chunk = catch_unwind(AssertUnwindSafe(|| self.run(seeds)));
            let chunk = chunk.unwrap_or_else(|panic| Err(describe(&*panic)));
            let died = chunk.is_err();
            if self.results.send(chunk).is_err() || died {
                return;
            }
            let millis = watch.elapsed().as_millis();
            size = if millis < CHUNK_MILLIS / 2 { (size * 2).min(MOST_SEEDS) } else { size };
            size = if millis > CHUNK_MILLIS * 2 { (size / 2).max(1) } else { size };
        }
    }

    /// Claims the next seeds, unless there are none or they do not matter any more.
    fn claim(&self, size: u64) -> Option<Range<u64>> {
        let (next, end) = (&self.shared.next, self.shared.end);
        let blocks = matches!(self.spec.strategy.way, Way::Blocks);
        // Whole blocks: a worker that begins within one has to make its earlier runs as well.
        let after = |first: u64| {
            let last = first.saturating_add(size);
            if blocks { last.checked_next_multiple_of(BLOCK).unwrap_or(u64::MAX) } else { last }
        };
        let claimed = next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |first| Some(after(first)));
        let first = claimed.unwrap_or(end);
        (first < end && self.matters(first)).then(|| first..after(first).min(end))
    }

    fn matters(&self, seed: u64) -> bool {
        !self.shared.stop.load(Ordering::Relaxed) && seed < self.shared.cutoff.load(Ordering::Relaxed)
    }

    fn run(&mut self, seeds: Range<u64>) -> Result {
        let arms = Arms::default();
        let done = seeds.start..seeds.start;
        let mut chunk =
            Chunk { seeds: done, runs: 0, turns: 0, failures: Vec::new(), arms, goals: Vec::new() };
        for seed in seeds {
            if !self.matters(seed) {
                break;
            }
            let strategy = self.spec.strategy.arm(seed);
            self.runner.audit(seed - self.spec.seeds.start < AUDITED);
            let outcome = self.runner.run(&RunSpec::seeded(seed, self.spec.profile).by(strategy));
            if let Some(blind) = self.runner.overlooked() {
                return Err(blind);
            }
            chunk.seeds.end = seed + 1;
            chunk.runs += 1;
            chunk.turns += outcome.turns;
            chunk.arms.note(strategy, seed, &outcome);
            self.note_goals(&mut chunk, seed, &outcome.goals);
            if let Some(failure) = Failure::of(seed, strategy, &outcome) {
                note(&mut chunk.failures, failure);
            }
        }
        Ok(chunk)
    }
}

impl Worker {
    /// Notes which goals a seed reached first. Seeds come in rising order, so this worker need not look for those any more.
    fn note_goals(&mut self, chunk: &mut Chunk, seed: u64, reached: &[bool]) {
        chunk.goals.resize(reached.len(), None);
        if !reached.contains(&true) {
            return;
        }
        self.known.resize(reached.len(), false);
        for ((goal, known), reached) in chunk.goals.iter_mut().zip(&mut self.known).zip(reached) {
            if *reached {
                (*goal, *known) = (Some(seed), true);
            }
        }
        self.runner.skip_goals(&self.known);
    }
}

/// Adds a failure to those of the same signature; seeds come in rising order, so the first is the lowest.
fn note(failures: &mut Vec<Failure>, failure: Failure) {
    match failures.iter_mut().find(|known| known.signature == failure.signature) {
        Some(known) => {
            known.count += 1;
            known.shorten(&failure.shortest);
        }
        None => failures.push(failure),
    }
}

pub(super) fn describe(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
}
