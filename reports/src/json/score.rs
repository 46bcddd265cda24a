//! The document of `score`.

use rehearsal::score::interval::Interval;
use serde::Serialize;

use crate::score::{ScoreResult, ScoreRow, is_weak};

/// The document of an exam.
#[derive(Debug, Serialize)]
pub struct ScoreDocument {
    profile: &'static str,
    repetitions: u32,
    budget: u64,
    interrupted: bool,
    rows: Vec<Row>,
    /// Over all planted bugs, by strategy.
    means: Vec<Means>,
    /// Over all finds; `null` if nothing was shrunk.
    shrinking: Option<ShrinkingDocument>,
}

/// Medians.
#[derive(Debug, Serialize)]
struct ShrinkingDocument {
    finds: usize,
    deviations: f64,
    runs: f64,
    seconds: f64,
    slice_events: f64,
    whole_slices: usize,
}

#[derive(Debug, Serialize)]
struct Row {
    scenario: &'static str,
    variant: &'static str,
    invariant: &'static str,
    /// Whether it was the invariant of the bug that broke, in every repetition that found something.
    tripped: Option<bool>,
    strategy: &'static str,
    /// How many repetitions found something.
    found: usize,
    runs_to_find: Spread,
    seconds_to_find: Spread,
    deviations: Deviations,
    /// How many events lead from the deviations that remain to the failure, in the median.
    slice_events: Option<f64>,
    weak: bool,
}

/// A median with its 95 % interval; `null` beyond what the budget reached.
#[derive(Debug, Serialize)]
struct Spread {
    median: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Deviations {
    found: Option<f64>,
    shrunk: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Means {
    strategy: &'static str,
    runs: f64,
    seconds: f64,
}

impl From<Interval> for Spread {
    fn from(Interval { median, low, high }: Interval) -> Self {
        Self { median, low, high }
    }
}

/// The document of an exam.
pub fn score(result: &ScoreResult) -> ScoreDocument {
    let rows = result.by_variant().flat_map(|rows| {
        let weak = is_weak(rows);
        rows.iter().map(move |one| row(one, weak))
    });
    let means = result.strategies().into_iter().filter_map(|strategy| {
        let (runs, seconds) = result.geometric_means(strategy)?;
        Some(Means { strategy: strategy.name, runs, seconds })
    });
    ScoreDocument {
        profile: result.profile.name,
        repetitions: result.repetitions,
        budget: result.budget,
        interrupted: result.interrupted,
        rows: rows.collect(),
        means: means.collect(),
        shrinking: result.shrinking().map(|of| ShrinkingDocument {
            finds: of.finds,
            deviations: of.deviations,
            runs: of.runs,
            seconds: of.seconds,
            slice_events: of.slice_events,
            whole_slices: of.whole,
        }),
    }
}

fn row(row: &ScoreRow, weak: bool) -> Row {
    Row {
        scenario: row.entry.name,
        variant: row.variant.name,
        invariant: row.variant.trips,
        tripped: row.trips_its_own(),
        strategy: row.strategy.name,
        found: row.score.found(),
        runs_to_find: row.score.runs_to_find().into(),
        seconds_to_find: row.score.seconds_to_find().into(),
        deviations: Deviations { found: row.score.deviations_found(), shrunk: row.score.deviations_shrunk() },
        slice_events: row.score.slice_events(),
        weak,
    }
}
