//! The document of `explore --states`.

use serde::Serialize;

use super::{nanos, path};
use crate::states::{StatesResult, left_out_in_words};
use crate::subject::{Tool, WORLD};

/// What a search of states came to.
#[derive(Debug, Serialize)]
pub struct StatesDocument {
    scenario: &'static str,
    variant: Option<&'static str>,
    stage: &'static str,
    network: &'static str,
    /// `null`: no run is made.
    runs: Option<u64>,
    states: u64,
    /// How many states steps led to, equal ones counted each time, and the first ones.
    generated: u64,
    /// From how many states no step leads to another.
    ends: u64,
    /// How many steps it takes at least to the farthest state.
    depth: u32,
    /// How many turns of actors it took.
    turns: u64,
    /// How many states single actors have, all of them together.
    local_states: u64,
    /// Bytes, at most, beside what actors and monitors take.
    memory: u64,
    /// The probability that two states were taken for one.
    collision: f64,
    /// Choices are all tried or dull; only the order differs.
    deviations: u32,
    complete: bool,
    left_out: Option<String>,
    unreached_goals: Vec<String>,
    /// For each invariant that does not hold, a way with the fewest steps.
    violations: Vec<WrongWay>,
    wall_ns: u64,
}

#[derive(Debug, Serialize)]
struct WrongWay {
    invariant: String,
    message: String,
    /// The steps, in words.
    steps: Vec<String>,
    /// In how many choices the run of the world that goes this way differs from the dull one.
    deviations: Option<usize>,
    case: Option<String>,
    again: Option<String>,
    /// Why there is no case, if there is none.
    no_case: Option<String>,
}

/// What a search of states came to.
pub fn states(tool: &Tool, result: &StatesResult) -> StatesDocument {
    let reached = &result.reached;
    let violations = reached.violations.iter().zip(&result.findings);
    let violations = violations.map(|(wrong, finding)| WrongWay {
        invariant: wrong.violation.invariant.clone(),
        message: finding.story.as_ref().map_or(&wrong.violation.message, |story| &story.message).clone(),
        steps: wrong.steps.clone(),
        deviations: match &finding.story {
            Some(story) => Some(story.deviations),
            None => wrong.deviations.as_ref().ok().map(Vec::len),
        },
        case: finding.case.as_deref().map(path),
        again: finding.case.as_deref().map(|case| tool.replay(case)),
        no_case: wrong.deviations.as_ref().err().cloned(),
    });
    StatesDocument {
        scenario: result.subject.entry.name,
        variant: result.subject.variant_name(),
        stage: WORLD,
        network: result.spec.network.name(),
        runs: None,
        states: reached.states,
        generated: reached.generated,
        ends: reached.ends,
        depth: reached.depth,
        turns: reached.turns,
        local_states: reached.local_states,
        memory: reached.memory,
        collision: reached.collision(),
        deviations: 0,
        complete: reached.is_complete(),
        left_out: reached.left_out.map(left_out_in_words),
        unreached_goals: result.unreached().collect(),
        violations: violations.collect(),
        wall_ns: nanos(result.wall),
    }
}
