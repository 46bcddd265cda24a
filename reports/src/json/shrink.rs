//! The document of `shrink`.

use serde::Serialize;

use super::{nanos, path, seed};
use crate::result::{ShrinkEnd, ShrinkResult};
use crate::subject::Tool;

/// The document of a case that was shrunk.
#[derive(Debug, Serialize)]
pub struct ShrinkDocument {
    scenario: &'static str,
    variant: Option<&'static str>,
    seed: String,
    signature: String,
    /// `null` if the case does not fail as it says.
    deviations_before: Option<usize>,
    deviations_after: Option<usize>,
    runs: Option<u32>,
    wall_ns: u64,
    cut_short: bool,
    /// Signatures of other failures that were met on the way, and not followed.
    slips: Vec<String>,
    /// Whether the file was replaced.
    written: bool,
    divergence: Option<String>,
    case: String,
    again: String,
}

/// The document of a case that was shrunk.
pub fn shrink(tool: &Tool, result: &ShrinkResult) -> ShrinkDocument {
    let mut document = ShrinkDocument {
        scenario: result.subject.entry.name,
        variant: result.subject.variant_name(),
        seed: seed(result.seed),
        signature: result.signature.clone(),
        deviations_before: None,
        deviations_after: None,
        runs: None,
        wall_ns: nanos(result.wall),
        cut_short: false,
        slips: Vec::new(),
        written: false,
        divergence: None,
        case: path(&result.case),
        again: tool.replay(&result.case),
    };
    match &result.end {
        ShrinkEnd::NotReproduced(how) => document.divergence = Some(how.clone()),
        ShrinkEnd::Shrunk { shrinking, written, .. } => {
            document.deviations_before = Some(shrinking.before);
            document.deviations_after = Some(shrinking.after);
            document.runs = Some(shrinking.runs);
            document.cut_short = shrinking.cut_short;
            document.slips.clone_from(&shrinking.slips);
            document.written = *written;
        }
    }
    document
}
