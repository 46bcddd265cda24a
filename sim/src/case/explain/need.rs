//! Whether a deviation is needed, and the first thing that changes without it.

use std::sync::Arc;

use rehearsal_protocol::Time;

use super::Traced;
use super::contrast::{self, Contrast};
use crate::choice::overrides;
use crate::choice::{Deviation, Value};
use crate::run::{AnyRunner, Outcome, RunSpec};
use crate::trace::Event;

/// A deviation, and whether the failure needs it.
#[derive(Clone, Debug)]
pub struct Need {
    /// The choice in words.
    pub choice: String,
    /// What was chosen.
    pub value: Value,
    /// What that means.
    pub means: String,
    /// Whether the failure vanishes if this alone is dull.
    pub needed: bool,
    /// How the run without it ends.
    pub without: String,
    /// The first thing that it changes.
    pub effect: Option<Effect>,
}

/// The first thing that a deviation changes.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The event of the failing run that would not have been, or not then.
    pub event: u64,
    /// When it happens.
    pub at: Time,
    /// When it would have happened in the run without the deviation, if it would.
    pub otherwise: Option<Time>,
    /// What would have happened then in that run and is missing here, in words; the event is what would have led to it.
    pub missing: Option<String>,
    /// All of that, in words.
    pub told: String,
}

/// Runs without each of the deviations; also the nearest run that passes.
pub(super) fn needs(
    runner: &mut dyn AnyRunner,
    failing_spec: &RunSpec,
    signature: &str,
    failing: &Traced,
    made: &[Deviation],
    in_words: &[(String, String)],
) -> (Vec<Need>, Option<Contrast>) {
    let mut nearest = None;
    let mut needs = Vec::new();
    for (index, (deviation, (choice, means))) in made.iter().zip(in_words).enumerate() {
        let mut others = made.to_vec();
        others.remove(index);
        let overrides = Some(Arc::new(overrides(&others)));
        let outcome = runner.run(&RunSpec { overrides, ..failing_spec.clone() });
        let other = Traced::of(runner);
        let needed = outcome.signature().as_deref() != Some(signature);
        if outcome.signature().is_none() {
            // Later deviations leave more of the run as it was: the last of them gives the nearest run that passes.
            let contrast = contrast::contrast(failing, runner, choice.clone());
            let later = |known: &Contrast| contrast.as_ref().is_some_and(|found| found.event >= known.event);
            if nearest.as_ref().is_none_or(later) {
                nearest = contrast;
            }
        }
        needs.push(Need {
            choice: choice.clone(),
            value: deviation.value,
            means: means.clone(),
            needed,
            without: ends(&outcome, needed),
            effect: if failing_spec.orders.are_timed() {
                effect(failing, &other)
            } else {
                first_in_order(failing, &other)
            },
        });
    }
    (needs, nearest)
}

fn ends(outcome: &Outcome, needed: bool) -> String {
    match outcome.signature() {
        None => "the run passes".to_owned(),
        Some(_) if !needed => "it fails all the same".to_owned(),
        Some(other) => format!("it fails otherwise: {other}"),
    }
}

/// The first real difference: something is only in the failing run, or comes at another time in it, or is missing.
fn effect(failing: &Traced, other: &Traced) -> Option<Effect> {
    let first = first_difference(failing, other)?;
    let new = without_twin(failing, other, first);
    let end = failing.events.last().map_or(Time::ZERO, |event| event.at);
    let gone = without_twin(other, failing, first).filter(|number| other.at(*number) <= end);
    let found = |number: usize, otherwise: Option<Time>, missing: Option<usize>| {
        let missing = missing.map(|number| other.told(number));
        Some(Effect { event: number as u64, at: failing.at(number), otherwise, missing, told: String::new() })
    };
    if let Some(gone) = gone
        && let Some(later) = find(failing, other, &other.events[gone], first)
    {
        return found(later, Some(other.at(gone)), None);
    }
    match (new, gone) {
        (Some(new), _) if gone.is_none_or(|gone| failing.at(new) <= other.at(gone)) => {
            let otherwise = find(other, failing, &failing.events[new], first).map(|number| other.at(number));
            found(new, otherwise, None)
        }
        (_, Some(gone)) => {
            // What led to it is in both runs, as far as it comes before the first difference.
            let cause = (other.events[gone].cause as usize).min(first.saturating_sub(1));
            found(cause, Some(other.at(gone)), Some(gone))
        }
        (None | Some(_), None) => None,
    }
}

/// The first difference where time does not order events: what comes there in the failing run.
fn first_in_order(failing: &Traced, other: &Traced) -> Option<Effect> {
    let first = first_difference(failing, other)?;
    let at = failing.events.get(first)?.at;
    Some(Effect { event: first as u64, at, otherwise: None, missing: None, told: String::new() })
}

/// The first event of a trace, from a number on, that the other trace does not have at the same time.
fn without_twin(within: &Traced, other: &Traced, from: usize) -> Option<usize> {
    let twin = |event: &Event| {
        // Events are in the order of time.
        let first = other.events.partition_point(|known| known.at < event.at).max(from);
        let mut others = other.events.iter().skip(first).take_while(|known| known.at == event.at);
        others.any(|known| alike(within, event, other, known))
    };
    let mut events = within.events.iter().enumerate().skip(from);
    events.find(|(_, event)| !twin(event)).map(|(number, _)| number)
}

/// The number of the first event in which two traces differ; `None` if they are the same.
pub(super) fn first_difference(one: &Traced, other: &Traced) -> Option<usize> {
    let same = |number: &usize| match (one.events.get(*number), other.events.get(*number)) {
        (Some(a), Some(b)) => a.at == b.at && alike(one, a, other, b),
        _ => false,
    };
    let longest = one.events.len().max(other.events.len());
    (0..longest).find(|number| !same(number))
}

/// Where an event of another trace happens in this one, from a number on.
fn find(within: &Traced, other: &Traced, event: &Event, from: usize) -> Option<usize> {
    let mut events = within.events.iter().enumerate().skip(from);
    events.find(|(_, known)| alike(within, known, other, event)).map(|(number, _)| number)
}

/// Whether two events are the same but for their times and numbers.
fn alike(one: &Traced, a: &Event, other: &Traced, b: &Event) -> bool {
    a.kind == b.kind && a.digest == b.digest && one.path(a.actor) == other.path(b.actor)
}
