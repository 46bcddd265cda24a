//! What is certain of a campaign that goes on: the results of all seeds up to one, and none beyond it.
//!
//! Chunks of seeds end in any order. Those that end early wait here until all before them are done, so that a campaign that is
//! broken off can be taken up with nothing counted twice and nothing left out.

use std::collections::BTreeMap;

use super::Chunk;
use super::arms::Arms;
use super::failure::{Failure, merge_failure};

/// The results of all seeds of a campaign up to one.
#[derive(Clone, Debug, Default)]
pub struct SoFar {
    /// All seeds below this one are done, from the first of the campaign on.
    pub next: u64,
    /// How many runs there were.
    pub runs: u64,
    /// How many turns in all of them.
    pub turns: u64,
    /// What failed, by signature.
    pub failures: BTreeMap<String, Failure>,
    /// What each strategy did.
    pub arms: Arms,
    /// For each goal, the lowest seed that reached it.
    pub goals: Vec<Option<u64>>,
}

impl SoFar {
    /// A campaign that is to begin with this seed.
    pub fn none(first: u64) -> Self {
        Self { next: first, ..Self::default() }
    }

    fn add(&mut self, chunk: Chunk) {
        self.next = chunk.seeds.end;
        self.runs += chunk.runs;
        self.turns += chunk.turns;
        self.arms.merge(chunk.arms);
        self.goals.resize(chunk.goals.len().max(self.goals.len()), None);
        for (known, seed) in self.goals.iter_mut().zip(chunk.goals) {
            *known = [*known, seed].into_iter().flatten().min();
        }
        for failure in chunk.failures {
            merge_failure(&mut self.failures, failure);
        }
    }
}

/// Puts chunks into the order of their seeds.
pub(super) struct Settled {
    pub(super) so_far: SoFar,
    /// Chunks that end before others of lower seeds have, by their first seeds.
    waiting: BTreeMap<u64, Chunk>,
}

impl Settled {
    pub(super) fn from(so_far: SoFar) -> Self {
        Self { so_far, waiting: BTreeMap::new() }
    }

    pub(super) fn take(&mut self, chunk: Chunk) {
        if !chunk.seeds.is_empty() {
            self.waiting.insert(chunk.seeds.start, chunk);
        }
        while let Some(chunk) = self.waiting.remove(&self.so_far.next) {
            self.so_far.add(chunk);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::arms::Arms;
    use super::*;

    fn chunk(seeds: std::ops::Range<u64>, goal: Option<u64>) -> Chunk {
        let runs = seeds.end - seeds.start;
        Chunk { seeds, runs, turns: 10, failures: Vec::new(), arms: Arms::default(), goals: vec![goal] }
    }

    #[test]
    fn chunks_count_only_once_all_before_them_are_done() {
        let mut settled = Settled::from(SoFar::none(100));
        settled.take(chunk(110..120, Some(115)));
        assert_eq!((settled.so_far.next, settled.so_far.runs), (100, 0));
        settled.take(chunk(100..110, None));
        assert_eq!((settled.so_far.next, settled.so_far.runs), (120, 20));
        assert_eq!(settled.so_far.goals, [Some(115)]);
        settled.take(chunk(125..130, None));
        assert_eq!(settled.so_far.next, 120, "five seeds are missing");
    }
}
