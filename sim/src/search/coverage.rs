//! Draws of earlier runs that saw something new, mixed with draws of one's own.
//!
//! What a run sees is pairs of a class of an actor's state and a kind of input that it handled in such a state. A run that sees a
//! pair that none before it saw becomes a parent; later runs take the draws of a parent for most streams and their own for
//! the rest. That goes deeper where getting somewhere takes several rare things in a row, and each of them shows in the state of an
//! actor (`sim/tests/coverage.rs` measures one such system). Where plain draws find a bug in a few runs anyway there is nothing to go
//! by, runs that resemble each other are worth less, and classes cost time in every turn: on the planted bugs of the ready scenarios
//! it needs more runs than plain draws and about twice the time, as `score` shows. So it has no part in the portfolio.
//!
//! Seeds form blocks of [`BLOCK`], and a run depends on the earlier seeds of its own block alone. So it is a function of its seed, as
//! with any strategy: a runner that has not made the earlier runs of the block makes them first.

use std::collections::BTreeSet;

use super::{Strategy, Way};
use crate::choice::asked::Afterwards;
use crate::choice::generator::{draw, draw_prepared, mix, name, prepare};
use crate::choice::{Asked, Insists, Source, StreamKey, Value};

/// The swarm of a parent decides which faults are on in its children.
pub static STRATEGY: Strategy = Strategy {
    name: "coverage",
    sentence: "draws of earlier runs of a block of 256 seeds that saw new pairs of state and input, mixed with its own",
    insists_on: Insists::Nothing,
    way: Way::Blocks,
};

/// How many seeds learn from each other.
pub const BLOCK: u64 = 256;

const PARENT: u64 = name("coverage parent");
const OWN: u64 = name("coverage own");

/// The first runs of a block start from their own draws alone, and one in so many of the later ones.
const FIRST: usize = 16;
const FRESH: u64 = 2;
/// So many generations at the most: a choice is looked up in each.
const GENERATIONS: usize = 6;
/// Of 1,024 streams, about so many change in a child; which of these, the seed says.
const CHANGES: [u64; 4] = [64, 128, 256, 512];

/// The seeds whose draws a run takes: its own last, its forefathers before.
pub(crate) type Lineage = Vec<u64>;

/// What the runs of one block have seen so far.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The profile of faults, by name.
    pub(crate) profile: &'static str,
    first: u64,
    /// Those of the runs so far.
    lineages: Vec<Lineage>,
    seen: BTreeSet<u64>,
    /// The runs that saw something new, by their places in the block.
    parents: Vec<usize>,
}

impl Block {
    /// The block of a seed, before its first run.
    pub(crate) fn of(seed: u64, profile: &'static str) -> Self {
        let first = seed - seed % BLOCK;
        Self { profile, first, lineages: Vec::new(), seen: BTreeSet::new(), parents: Vec::new() }
    }

    /// Whether this is the block of a seed.
    pub(crate) fn has(&self, seed: u64, profile: &str) -> bool {
        seed - seed % BLOCK == self.first && self.profile == profile
    }

    /// The seed of the first run that was not made yet.
    pub(crate) fn next(&self) -> u64 {
        self.first + self.lineages.len() as u64
    }

    /// The lineage of a seed, before which all runs of the block were made.
    pub(crate) fn lineage(&self, seed: u64) -> Lineage {
        if let Some(known) = self.lineages.get((seed - self.first) as usize) {
            return known.clone();
        }
        let drawn = draw(seed, PARENT, 0);
        if self.parents.is_empty() || self.lineages.len() < FIRST || drawn.is_multiple_of(FRESH) {
            return vec![seed];
        }
        // The later it was, the rarer is what it saw.
        let place = [1, 2].map(|n| draw(seed, PARENT, n) % self.parents.len() as u64);
        let place = place[0].max(place[1]);
        let parent = &self.lineages[self.parents[place as usize]];
        let kept = parent.len().saturating_sub(GENERATIONS - 1);
        parent[kept..].iter().copied().chain([seed]).collect()
    }

    /// The next run was made, and saw this.
    pub(crate) fn take(&mut self, lineage: Lineage, saw: impl IntoIterator<Item = u64>) {
        let mut new = false;
        for pair in saw {
            new |= self.seen.insert(pair);
        }
        if new {
            self.parents.push(self.lineages.len());
        }
        self.lineages.push(lineage);
    }
}

/// The draws of a run and of those that it descends from.
#[derive(Clone, Debug)]
pub(crate) struct Mixed {
    /// The youngest first; the last one is the root, whose draws stand for what no other changes.
    generations: Vec<Generation>,
    root: u64,
    saw: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Generation {
    seed: u64,
    prepared: u64,
    changes: u64,
}

impl Mixed {
    pub(crate) fn new(lineage: &[u64]) -> Self {
        let generation = |seed: &u64| Generation {
            seed: *seed,
            prepared: prepare(*seed),
            changes: CHANGES[(draw(*seed, OWN, 0) % CHANGES.len() as u64) as usize],
        };
        let root = *lineage.first().expect("a run has a seed");
        Self { generations: lineage.iter().rev().map(generation).collect(), root, saw: BTreeSet::new() }
    }

    /// Whose draws a stream has.
    fn whose(&self, stream: StreamKey) -> u64 {
        let own = |one: &&Generation| draw(one.seed, mix(stream ^ OWN), 1) % 1_024 < one.changes;
        let (root, younger) = self.generations.split_last().expect("a run has a seed");
        younger.iter().find(own).unwrap_or(root).prepared
    }
}

impl Source for Mixed {
    fn choose(&mut self, asked: &Asked<'_>) -> Value {
        if self.generations.len() == 1 {
            return asked.drawn;
        }
        asked.offer.drawn(draw_prepared(self.whose(asked.key), asked.key, asked.n))
    }

    /// Draws are fair, whoever made them.
    fn healed(&mut self) -> Afterwards {
        Afterwards::GoesOn
    }

    fn rates(&self) -> Option<u64> {
        Some(self.root)
    }

    fn watched(&mut self) -> Option<&mut BTreeSet<u64>> {
        Some(&mut self.saw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_sees_something_new_has_children_and_others_have_none() {
        let mut block = Block::of(BLOCK + 6, "chaos");
        let parents = [BLOCK, BLOCK + 3];
        for seed in BLOCK..2 * BLOCK {
            assert_eq!(block.next(), seed);
            let lineage = block.lineage(seed);
            let (own, older) = lineage.split_last().unwrap();
            assert_eq!(*own, seed);
            assert!(older.iter().all(|parent| parents.contains(parent)), "{lineage:?}");
            let saw = if parents.contains(&seed) { seed } else { BLOCK };
            block.take(lineage, [saw]);
        }
        assert!(block.lineages.iter().any(|lineage| lineage.len() > 1));
        assert_eq!(block.lineage(BLOCK + 100), block.lineages[100], "a run that was made keeps its lineage");
        assert!(block.has(2 * BLOCK - 1, "chaos") && !block.has(2 * BLOCK, "chaos"));
        assert!(!block.has(BLOCK + 100, "none"));
    }

    #[test]
    fn a_child_has_most_of_its_draws_from_its_parent() {
        for child in 1..50 {
            let mixed = Mixed::new(&[1_000, child]);
            let own = (0..1_000).filter(|stream| mixed.whose(mix(*stream)) == prepare(child)).count();
            assert!(own > 0 && own < 600, "child {child} has {own} of 1,000 streams of its own");
        }
    }
}
