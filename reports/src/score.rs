//! What an exam of search strategies gave: the input of its table, its document and its picture.

use rehearsal::Profile;
use rehearsal::registry::{Entry, Variant};
use rehearsal::score::interval::Interval;
use rehearsal::score::{Score, Shrinking};
use rehearsal::search::{Strategy, random};

/// An exam: planted bugs, searched for by several strategies.
pub struct ScoreResult {
    /// The mixture of faults.
    pub profile: &'static Profile,
    /// How often each search starts over.
    pub repetitions: u32,
    /// After how many runs a repetition gives up.
    pub budget: u64,
    /// One for each planted bug and strategy; those of one bug follow each other.
    pub rows: Vec<ScoreRow>,
    /// Whether it was interrupted, and some rows are missing.
    pub interrupted: bool,
}

/// One planted bug and one strategy.
pub struct ScoreRow {
    /// The scenario.
    pub entry: &'static Entry,
    /// The planted bug.
    pub variant: &'static Variant,
    /// The strategy.
    pub strategy: &'static Strategy,
    /// What came out.
    pub score: Score,
}

/// What shrinking came to, in the median over many finds.
pub struct Shrunk {
    /// How many finds were shrunk.
    pub finds: usize,
    /// How many deviations remained.
    pub deviations: f64,
    /// How many runs it took.
    pub runs: f64,
    /// How long it took.
    pub seconds: f64,
    /// How many events lead to the failure.
    pub slice_events: f64,
    /// How many slices have all the events that have a part in the failure.
    pub whole: usize,
}

impl ScoreRow {
    /// Whether whatever was found broke the invariant that the bug is there to break. `None` if nothing was found.
    pub fn trips_its_own(&self) -> Option<bool> {
        let found = self.score.found();
        (found > 0).then(|| self.score.beside(self.variant).next().is_none())
    }
}

impl ScoreResult {
    /// The rows of each planted bug.
    pub fn by_variant(&self) -> impl Iterator<Item = &[ScoreRow]> {
        self.rows.chunk_by(|a, b| a.entry.name == b.entry.name && a.variant == b.variant)
    }

    /// The strategies, in the order of the rows.
    pub fn strategies(&self) -> Vec<&'static Strategy> {
        self.by_variant().next().map(|rows| rows.iter().map(|row| row.strategy).collect()).unwrap_or_default()
    }

    /// Whether every planted bug was found by some strategy, and nothing but its own invariant was broken.
    pub fn passed(&self) -> bool {
        let found = |rows: &[ScoreRow]| rows.iter().any(|row| row.score.found() > 0);
        self.by_variant().all(found) && self.rows.iter().all(|row| row.trips_its_own() != Some(false))
    }

    /// What shrinking came to, over all finds. `None` if nothing was shrunk.
    pub fn shrinking(&self) -> Option<Shrunk> {
        let all: Vec<&Shrinking> = self.rows.iter().flat_map(|row| row.score.shrunk()).collect();
        let median = |of: fn(&Shrinking) -> f64| {
            Interval::of_median(all.iter().map(|shrunk| Some(of(shrunk))).collect()).median
        };
        Some(Shrunk {
            finds: all.len(),
            deviations: median(|shrunk| shrunk.deviations as f64)?,
            runs: median(|shrunk| f64::from(shrunk.runs))?,
            seconds: median(|shrunk| shrunk.wall.as_secs_f64())?,
            slice_events: median(|shrunk| shrunk.slice as f64)?,
            whole: all.iter().filter(|shrunk| shrunk.left_out == 0).count(),
        })
    }

    /// Of one strategy, the geometric mean over planted bugs of the mean runs (and seconds) to a find. Repetitions that gave
    /// up count with the runs that they spent, so it is a lower bound where there are such.
    pub fn geometric_means(&self, strategy: &Strategy) -> Option<(f64, f64)> {
        let of = |value: fn(&Score) -> f64| {
            let rows = self.rows.iter().filter(|row| *row.strategy == *strategy);
            let logs: Vec<f64> =
                rows.map(|row| (value(&row.score) / row.score.found().max(1) as f64).ln()).collect();
            (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp())
        };
        of(|score| score.runs as f64).zip(of(|score| score.wall.as_secs_f64()))
    }
}

/// Whether plain draws find this bug in one run in the median: a question too easy to tell strategies apart.
pub fn is_weak(rows: &[ScoreRow]) -> bool {
    let plain = rows.iter().find(|row| *row.strategy == random::STRATEGY);
    plain.is_some_and(|row| row.score.runs_to_find().median.is_some_and(|runs| runs <= 1.0))
}
