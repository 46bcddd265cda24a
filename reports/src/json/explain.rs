//! The document of `explain`.

use rehearsal::case::explain::slice::Role;
use rehearsal::case::explain::{Contrast, Moment, Need, SliceEvent};
use rehearsal::trace::EventKind;
use serde::Serialize;

use super::{nanos, path, seed};
use crate::result::{ExplainEnd, ExplainResult};
use crate::subject::Tool;

/// The document of a case that was explained.
#[derive(Debug, Serialize)]
pub struct ExplainDocument {
    scenario: &'static str,
    variant: Option<&'static str>,
    seed: String,
    /// `null` if it is a limit, or if the case does not fail as it says.
    invariant: Option<String>,
    message: Option<String>,
    deviations: Vec<Deviation>,
    moments: Vec<Likelihood>,
    /// The two moments between which the failure became likely, by their places.
    jump: Option<[usize; 2]>,
    slice: Vec<InSlice>,
    left_out: usize,
    narrative: Option<String>,
    diff: Option<Diff>,
    runs: u32,
    wall_ns: u64,
    divergence: Option<String>,
    case: String,
    again: String,
}

#[derive(Debug, Serialize)]
struct Deviation {
    choice: String,
    value: String,
    means: String,
    needed: bool,
    without: String,
    effect: Option<Effect>,
}

#[derive(Debug, Serialize)]
struct Effect {
    event: u64,
    at_ns: u64,
    told: String,
}

#[derive(Debug, Serialize)]
struct Likelihood {
    events: u64,
    at_ns: u64,
    failed: u32,
    of: u32,
    low: f64,
    high: f64,
}

#[derive(Debug, Serialize)]
struct InSlice {
    event: u64,
    at_ns: u64,
    kind: EventKind,
    actor: Option<String>,
    from: Option<String>,
    payload: String,
    role: &'static str,
    /// The deviations whose first effect this is, counted from 0.
    deviations: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct Diff {
    without: String,
    event: u64,
    common: Vec<String>,
    failing: Vec<String>,
    passing: Vec<String>,
}

/// The document of a case that was explained.
pub fn explain(tool: &Tool, result: &ExplainResult) -> ExplainDocument {
    let mut document = ExplainDocument {
        scenario: result.subject.entry.name,
        variant: result.subject.variant_name(),
        seed: seed(result.seed),
        invariant: None,
        message: None,
        deviations: Vec::new(),
        moments: Vec::new(),
        jump: None,
        slice: Vec::new(),
        left_out: 0,
        narrative: None,
        diff: None,
        runs: 0,
        wall_ns: nanos(result.wall),
        divergence: None,
        case: path(&result.case),
        again: tool.replay(&result.case),
    };
    match &result.end {
        ExplainEnd::NotReproduced(how) => document.divergence = Some(how.clone()),
        ExplainEnd::Explained(why) => {
            document.invariant.clone_from(&why.invariant);
            document.message = Some(why.story.message.clone());
            document.deviations = why.deviations.iter().map(deviation).collect();
            document.moments = why.moments.iter().map(likelihood).collect();
            document.jump = why.jump.map(|jump| [jump.before, jump.after]);
            document.slice = why.slice.iter().map(in_slice).collect();
            document.left_out = why.left_out;
            document.narrative = Some(why.narrative.clone());
            document.diff = why.contrast.as_ref().filter(|_| result.diff).map(diff);
            document.runs = why.runs;
        }
    }
    document
}

fn deviation(need: &Need) -> Deviation {
    let effect = need.effect.as_ref();
    Deviation {
        choice: need.choice.clone(),
        value: need.value.to_string(),
        means: need.means.clone(),
        needed: need.needed,
        without: need.without.clone(),
        effect: effect.map(|effect| Effect {
            event: effect.event,
            at_ns: effect.at.as_nanos(),
            told: effect.told.clone(),
        }),
    }
}

fn likelihood(moment: &Moment) -> Likelihood {
    let Moment { events, at, failed, of, low, high } = *moment;
    Likelihood { events, at_ns: at.as_nanos(), failed, of, low, high }
}

fn in_slice(event: &SliceEvent) -> InSlice {
    let role = match event.role {
        Role::Violation => "violation",
        Role::Deviation => "deviation",
        Role::About => "about",
        Role::Cause => "cause",
    };
    InSlice {
        event: event.event,
        at_ns: event.at.as_nanos(),
        kind: event.kind,
        actor: event.actor.clone(),
        from: event.from.clone(),
        payload: event.text.clone(),
        role,
        deviations: event.deviations.clone(),
    }
}

fn diff(contrast: &Contrast) -> Diff {
    let Contrast { without, event, common, failing, passing } = contrast.clone();
    Diff { without, event, common, failing, passing }
}
