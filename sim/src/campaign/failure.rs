//! All failures of one signature.

use std::collections::BTreeMap;

use crate::run::Outcome;
use crate::search::Strategy;

/// All failures of one signature.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The lowest seed.
    pub seed: u64,
    /// The strategy that made its run; with a portfolio, the arm.
    pub strategy: &'static Strategy,
    /// What failed, with ids and times normalised.
    pub signature: String,
    /// The outcome of that seed.
    pub outcome: Outcome,
    /// How many seeds failed so.
    pub count: u64,
    /// A few of them, with the fewest events before: the shortest way to a failure is often the simplest.
    pub shortest: Vec<Shortest>,
}

/// A seed that fails after so many events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shortest {
    /// How many events its run has.
    pub events: u64,
    /// The seed.
    pub seed: u64,
}

/// How many of the shortest runs are kept of each failure.
const SHORTEST: usize = 5;

impl Failure {
    /// The failure of one seed, by the strategy that made its run. `None` if it passed.
    pub fn of(seed: u64, strategy: &'static Strategy, outcome: &Outcome) -> Option<Self> {
        let signature = outcome.signature()?;
        let shortest = vec![Shortest { events: outcome.events, seed }];
        Some(Self { seed, strategy, signature, outcome: outcome.clone(), count: 1, shortest })
    }

    /// Takes the shortest runs of the same failure in.
    pub(super) fn shorten(&mut self, others: &[Shortest]) {
        self.shortest.extend(others);
        self.shortest.sort_unstable();
        self.shortest.truncate(SHORTEST);
    }
}

/// Adds a failure to those of the same signature.
pub(crate) fn merge_failure(failures: &mut BTreeMap<String, Failure>, failure: Failure) {
    let Some(known) = failures.get_mut(&failure.signature) else {
        failures.insert(failure.signature.clone(), failure);
        return;
    };
    let count = known.count + failure.count;
    let others =
        if failure.seed < known.seed { std::mem::replace(known, failure).shortest } else { failure.shortest };
    known.shorten(&others);
    known.count = count;
}
