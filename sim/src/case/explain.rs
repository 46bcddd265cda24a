//! What had to go wrong: the deviations with the proof that each is needed, the moment when the failure became likely, and
//! the few events that lead to it.
//!
//! - [`need`] — without a deviation, does it still fail, and what is the first thing that changes;
//! - [`moments`] — how likely the failure is if the run goes on by chance from a point on;
//! - [`slice`](mod@slice) — the events that lead to the violation;
//! - [`contrast`] — the nearest run that passes, at the first difference;
//! - [`narrative`] — all of it in one paragraph.

pub mod contrast;
pub mod moments;
pub mod narrative;
pub mod need;
pub mod slice;

use rehearsal_protocol::Time;

use super::Case;
use super::replay::fails_so;
use super::shrink::{BUDGET, shrink};
use crate::run::{AnyRunner, RunSpec, Verdict};
use crate::story::{self, Story};
use crate::trace::{Event, Payload};
use crate::words;
pub use contrast::Contrast;
pub use moments::{Jump, Moment};
pub use need::{Effect, Need};
pub use slice::SliceEvent;

/// What had to go wrong.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The story of the failing run.
    pub story: Story,
    /// The invariant's id; `None` if a limit was reached.
    pub invariant: Option<String>,
    /// Each deviation, and whether it is needed, in the order in which they are made.
    pub deviations: Vec<Need>,
    /// How likely the failure is from a few points of the run on, in their order; none if it is a limit.
    pub moments: Vec<Moment>,
    /// Between which two of them it became likely, if it did.
    pub jump: Option<Jump>,
    /// The events that lead to the failure, in their order.
    pub slice: Vec<SliceEvent>,
    /// How many more events have a part in it but were left out.
    pub left_out: usize,
    /// The nearest run that passes.
    pub contrast: Option<Contrast>,
    /// All of it in one paragraph.
    pub narrative: String,
    /// How many runs the explanation took.
    pub runs: u32,
    /// The failing run that is explained: that of the case, or smaller if the case was not shrunk.
    pub spec: RunSpec,
}

/// A run with its trace: what explanations compare.
pub(crate) struct Traced {
    pub(crate) events: Vec<Event>,
    pub(crate) payloads: Vec<Payload>,
    /// The paths of the actors by their slots.
    pub(crate) paths: Vec<String>,
}

impl Traced {
    /// The last run of a runner, which was recorded with payloads.
    pub(crate) fn of(runner: &dyn AnyRunner) -> Self {
        Self {
            events: runner.recorder().events().to_vec(),
            payloads: runner.recorder().payloads().to_vec(),
            paths: (0..runner.paths()).map(|slot| runner.path(slot).to_owned()).collect(),
        }
    }

    pub(crate) fn path(&self, slot: u32) -> Option<&str> {
        self.paths.get(slot as usize).map(String::as_str)
    }

    /// An event in words.
    pub(crate) fn told(&self, number: usize) -> String {
        let path = |slot| self.path(slot).unwrap_or("?");
        story::told(&self.events[number], self.payloads.get(number), path)
    }

    /// When an event happened; the end of time if there is none.
    pub(crate) fn at(&self, number: usize) -> Time {
        self.events.get(number).map_or(Time::from_nanos(u64::MAX), |event| event.at)
    }
}

/// Explains a case; one that is not shrunk is shrunk first. `None` if the case does not fail as it says.
///
/// The runner has made the failing run last, with its trace kept.
pub fn explain(runner: &mut dyn AnyRunner, case: &Case, spec: &RunSpec) -> Option<Explanation> {
    let mut runs = 1;
    let mut spec = spec.clone();
    if !fails_so(case, &runner.run(&spec)) {
        return None;
    }
    let mut before = case.shrunk.as_ref().map(|shrunk| shrunk.before);
    if case.shrunk.is_none() {
        let shrunk = shrink(runner, &spec, BUDGET)?;
        runs += shrunk.runs;
        before = Some(shrunk.before);
        spec = shrunk.spec;
    }
    let recorded = spec.clone().recorded();
    let outcome = runner.run(&recorded);
    let signature = outcome.signature()?;
    let mut story = Story::told(runner, &outcome, &spec)?;
    story.before = before;
    let event = story.event.min(outcome.events.saturating_sub(1));
    let (moments, jump, continuations) = match outcome.verdict {
        Verdict::Violation(_) => moments::moments(runner, &spec, &signature, event),
        // Every continuation would have to reach the limit as well.
        Verdict::Pass | Verdict::Limit(_) => (Vec::new(), None, 0),
    };
    let (deviations, contrast) = needs(runner, &spec, &signature);
    runs += deviations.len() as u32 + continuations + 3;

    let (slice, left_out) = slice::slice(runner, &story, event, &deviations);
    let narrative = narrative::narrative(runner, &story, &deviations, &moments, jump, slice.len());
    let invariant = case.expect.invariant.clone();
    Some(Explanation {
        story,
        invariant,
        deviations,
        moments,
        jump,
        slice,
        left_out,
        contrast,
        narrative,
        runs,
        spec,
    })
}

/// The events that lead to the failure of a shrunk run, and how many were left out: an explanation without the rest of it.
/// `None` if the run does not fail.
pub fn sliced(runner: &mut dyn AnyRunner, spec: &RunSpec) -> Option<(Vec<SliceEvent>, usize)> {
    let outcome = runner.run(&spec.clone().recorded());
    let story = Story::told(runner, &outcome, spec)?;
    let event = story.event.min(outcome.events.saturating_sub(1));
    let (deviations, _) = needs(runner, spec, &outcome.signature()?);
    Some(slice::slice(runner, &story, event, &deviations))
}

/// Whether each deviation of a failing run is needed, and what it changes first; also the nearest run that passes. The runner has
/// made the failing run last when this is done, with its trace kept.
pub(crate) fn needs(
    runner: &mut dyn AnyRunner,
    spec: &RunSpec,
    signature: &str,
) -> (Vec<Need>, Option<Contrast>) {
    let recorded = spec.clone().recorded();
    runner.run(&recorded);
    let failing = Traced::of(runner);
    let made = runner.deviations().to_vec();
    let in_words: Vec<_> =
        made.iter().map(|made| (words::choice(runner, made), words::meaning(runner, made))).collect();
    let (mut needs, contrast) = need::needs(runner, &recorded, signature, &failing, &made, &in_words);
    runner.run(&recorded);
    for effect in needs.iter_mut().filter_map(|need| need.effect.as_mut()) {
        effect.told = narrative::changed(runner, effect);
    }
    (needs, contrast)
}
