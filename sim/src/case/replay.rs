//! The same run again, and whether it is the same.

use std::path::Path;

use super::file::{Case, CaseError};
use crate::registry::Rehearsal;
use crate::run::{Outcome, RunSpec};

/// A case, run again.
#[derive(Clone, Debug)]
pub struct Replay {
    /// What came out.
    pub outcome: Outcome,
    /// How the run was made.
    pub spec: RunSpec,
    /// Whether it is the same run: the same failure and the same trace.
    pub reproduced: bool,
    /// How it differs, in words.
    pub divergence: Option<String>,
}

/// Runs a case again, strictly: the same failure and the same trace hash.
///
/// # Errors
///
/// If the case names something that this build does not have.
pub fn replay(case: &Case, path: &Path, rehearsal: &dyn Rehearsal) -> Result<Replay, CaseError> {
    let spec = case.spec(path)?;
    let outcome = rehearsal.runner().run(&spec);
    let divergence = divergence(case, &outcome);
    Ok(Replay { outcome, spec, reproduced: divergence.is_none(), divergence })
}

/// How the outcome of a run differs from what a case expects, in words; `None` if it is the same run.
pub fn divergence(case: &Case, outcome: &Outcome) -> Option<String> {
    let signature = outcome.signature();
    let expect = &case.expect;
    if signature.as_deref() != Some(expect.signature.as_str()) {
        let found = signature.as_deref().unwrap_or("no failure at all");
        Some(format!("expected `{}`, found `{found}`", expect.signature))
    } else if outcome.trace_hash != expect.trace_hash {
        Some(format!(
            "the same failure, but the trace hash is {:#018x} and was {:#018x}: the code has changed since",
            outcome.trace_hash, expect.trace_hash
        ))
    } else {
        None
    }
}
