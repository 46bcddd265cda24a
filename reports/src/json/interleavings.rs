//! The document of `explore --interleavings`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::nanos;
use crate::interleavings::InterleavingsResult;
use crate::subject::WORLD;

/// What trying all orders came to.
#[derive(Debug, Serialize)]
pub struct InterleavingsDocument {
    scenario: &'static str,
    variant: Option<&'static str>,
    stage: &'static str,
    runs: u64,
    /// Runs that were cut off at the depth.
    cut: u64,
    depth: usize,
    /// Distinct outcomes.
    states: usize,
    /// Choices are dull: only the order differs.
    deviations: u32,
    complete: bool,
    /// The first message for each invariant.
    violations: Vec<BTreeMap<&'static str, String>>,
    wall_ns: u64,
}

/// What trying all orders came to.
pub fn interleavings(result: &InterleavingsResult) -> InterleavingsDocument {
    let violation = |(invariant, message): (&String, &String)| {
        BTreeMap::from([("invariant", invariant.clone()), ("message", message.clone())])
    };
    InterleavingsDocument {
        scenario: result.subject.entry.name,
        variant: result.subject.variant_name(),
        stage: WORLD,
        runs: result.found.runs,
        cut: result.found.cut,
        depth: result.reach.depth,
        states: result.found.outcomes.len(),
        deviations: 0,
        complete: result.found.complete,
        violations: result.found.violations.iter().map(violation).collect(),
        wall_ns: nanos(result.wall),
    }
}
