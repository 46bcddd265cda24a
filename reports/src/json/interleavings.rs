//! The document of `explore --interleavings`.

use serde::Serialize;

use super::{nanos, path};
use crate::interleavings::InterleavingsResult;
use crate::subject::{Tool, WORLD};

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
    /// The first order that broke each invariant.
    violations: Vec<BrokenInvariant>,
    wall_ns: u64,
}

#[derive(Debug, Serialize)]
struct BrokenInvariant {
    invariant: String,
    message: String,
    /// In how many choices the order differs from that of time.
    deviations: usize,
    case: Option<String>,
    again: Option<String>,
}

/// What trying all orders came to.
pub fn interleavings(tool: &Tool, result: &InterleavingsResult) -> InterleavingsDocument {
    let violations = result.found.violations.iter().zip(&result.findings);
    let violations = violations.map(|((invariant, disorder), finding)| BrokenInvariant {
        invariant: invariant.clone(),
        message: finding.story.as_ref().map_or(&disorder.message, |story| &story.message).clone(),
        deviations: finding.story.as_ref().map_or(disorder.deviations.len(), |story| story.deviations),
        case: finding.case.as_deref().map(path),
        again: finding.case.as_deref().map(|case| tool.replay(case)),
    });
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
        violations: violations.collect(),
        wall_ns: nanos(result.wall),
    }
}
