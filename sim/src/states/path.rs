//! The way to something wrong: a second pass keeps how each state came about, for the search finds the same states in the same order again.

use super::beginning::Beginning;
use super::layer::{Block, Layer, Origin};
use super::progress::Unwatched;
use super::refused::Refused;
use super::search::{Search, Sighted};

/// The outcomes that lead from the beginning to something wrong, by their places in the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// The first turns, in the order of slots.
    pub(super) first: Vec<u32>,
    /// The steps.
    pub(super) steps: Vec<u32>,
}

/// The ways to all that was sighted, in its order.
pub(super) fn ways(
    search: &mut Search<'_>,
    beginnings: &[Beginning],
    sighted: &[Sighted],
) -> Result<Vec<Way>, Refused> {
    let Some(deepest) = sighted.iter().map(|sighted| sighted.depth).max() else { return Ok(Vec::new()) };
    search.start_over();
    let spec = search.spec;
    search.spec.fail_fast = false;
    search.spec.states = u64::MAX;
    let rows: Vec<_> = beginnings.iter().map(|beginning| beginning.row.clone()).collect();
    let layer = search.first(&rows);
    let first = first_turns(&layer, beginnings, search);
    let mut origins: Vec<Vec<Origin>> = Vec::new();
    let mut keep = |depth: u32, layer: &mut Layer| {
        origins.push(layer.take_origins());
        depth < deepest
    };
    search.run(layer, true, &mut Unwatched, &mut keep)?;
    search.spec = spec;
    Ok(sighted.iter().map(|sighted| way(sighted, &origins, &first)).collect())
}

fn way(sighted: &Sighted, origins: &[Vec<Origin>], first: &[Vec<u32>]) -> Way {
    let mut steps: Vec<u32> = sighted.sighting.outcome.into_iter().collect();
    let mut place = sighted.place;
    for layer in origins[1..=sighted.depth as usize].iter().rev() {
        let Origin { parent, outcome } = layer[place as usize];
        steps.push(outcome);
        place = parent;
    }
    steps.reverse();
    Way { first: first[place as usize].clone(), steps }
}

/// The first turns that led to each state of the first layer.
fn first_turns(layer: &Layer, beginnings: &[Beginning], search: &Search<'_>) -> Vec<Vec<u32>> {
    let (mut block, mut first) = (Block::default(), Vec::new());
    for chunk in layer.chunks() {
        block.read(chunk);
        for index in 0..block.len() {
            let bits = block.view(index).bits;
            let routes = &search.tables.routes;
            let found = beginnings.iter().find(|beginning| beginning.row.bits(routes).max(1) == bits);
            first.push(found.map(|beginning| beginning.outcomes.clone()).unwrap_or_default());
        }
    }
    first
}
