//! The same run again, and whether it is the same.

use std::path::Path;

use super::checkpoints::agreement;
use super::error::CaseError;
use super::file::Case;
use crate::registry::Rehearsal;
use crate::run::{AnyRunner, Outcome, RunSpec};
use crate::trace::Recording;
use crate::words;

/// A case, run again.
#[derive(Clone, Debug)]
pub struct Replay {
    /// What came out.
    pub outcome: Outcome,
    /// How the run was made.
    pub spec: RunSpec,
    /// Whether it shows what the case expects: strictly, the same failure and the same trace; tolerantly, the same failure.
    pub reproduced: bool,
    /// How it differs, in words; a tolerant replay may differ and reproduce all the same.
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

/// Runs a case again, tolerantly: the same failure, whatever else has changed since.
///
/// # Errors
///
/// If the case names something that this build does not have.
pub fn tolerant(case: &Case, path: &Path, rehearsal: &dyn Rehearsal) -> Result<Replay, CaseError> {
    let spec = RunSpec { record_choices: true, recording: Recording::Events, ..case.spec(path)? };
    let mut runner = rehearsal.runner();
    let outcome = runner.run(&spec);
    let divergence = divergence(case, &outcome).map(|how| and_where(how, case, runner.as_ref()));
    Ok(Replay { reproduced: fails_so(case, &outcome), outcome, spec, divergence })
}

/// Whether a run shows the failure that a case expects.
pub fn fails_so(case: &Case, outcome: &Outcome) -> bool {
    outcome.signature().as_ref() == Some(&case.expect.signature)
}

/// How the outcome of a run differs from what a case expects, in words; `None` if it is the same run.
pub fn divergence(case: &Case, outcome: &Outcome) -> Option<String> {
    let expect = &case.expect;
    if !fails_so(case, outcome) {
        let found = outcome.signature();
        let found = found.as_deref().unwrap_or("no failure at all");
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

/// How a run differs, and from where on, as far as the case can tell. The runner has run the case last, with its choices
/// and events recorded.
pub fn and_where(how: String, case: &Case, runner: &dyn AnyRunner) -> String {
    let parts = [Some(how), set_up(case, runner), first_choice(case, runner), first_events(case, runner)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Whether the scenario itself was changed since.
fn set_up(case: &Case, runner: &dyn AnyRunner) -> Option<String> {
    let expected = case.shrunk.as_ref()?.configuration?;
    let found = runner.topology().configuration();
    (found != expected)
        .then(|| "the scenario has other nodes, actors or timeouts than it had then".to_owned())
}

/// The first choice of the case that was not made as it says.
fn first_choice(case: &Case, runner: &dyn AnyRunner) -> Option<String> {
    let expected = &case.shrunk.as_ref()?.deviations;
    let made: Vec<String> = runner.deviations().iter().map(|made| words::choice(runner, made)).collect();
    if let Some(missed) = expected.iter().find(|deviant| !made.contains(&deviant.choice)) {
        let meaning = if missed.means.is_empty() { String::new() } else { format!(" ({})", missed.means) };
        return Some(format!("the choice `{}`{meaning} never came up", missed.choice));
    }
    let (expected, made) = expected.iter().zip(&made).find(|(deviant, made)| deviant.choice != **made)?;
    Some(format!("the choice `{}` was expected next, and `{made}` came up", expected.choice))
}

/// Where the traces part.
fn first_events(case: &Case, runner: &dyn AnyRunner) -> Option<String> {
    let checkpoints = &case.shrunk.as_ref()?.checkpoints;
    let events = runner.recorder().events();
    let agreement = agreement(checkpoints, events);
    let differs = agreement.fewer_than?;
    let at =
        events.get(agreement.at_least as usize).map_or(String::new(), |event| format!(", at {}", event.at));
    Some(match agreement.at_least {
        0 => format!("the traces part within the first {differs} events"),
        same => format!("the traces are the same up to event {same}{at}, and part before event {differs}"),
    })
}
