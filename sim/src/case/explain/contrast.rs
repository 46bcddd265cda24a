//! The nearest run that passes, beside the failing one.

use super::Traced;
use super::need::first_difference;
use crate::run::AnyRunner;

/// Two runs at their first difference.
#[derive(Clone, Debug)]
pub struct Contrast {
    /// The choice that is dull in the run that passes.
    pub without: String,
    /// The number of the first event in which they differ.
    pub event: u64,
    /// What both have before that, the latest last.
    pub common: Vec<String>,
    /// What follows in the failing run.
    pub failing: Vec<String>,
    /// What follows in the run that passes.
    pub passing: Vec<String>,
}

const BEFORE: usize = 3;
const AFTER: usize = 8;

/// The contrast of a failing run to the last one of a runner, which passes.
pub(super) fn contrast(failing: &Traced, runner: &dyn AnyRunner, without: String) -> Option<Contrast> {
    let passing = Traced::of(runner);
    let event = first_difference(failing, &passing)?;
    let lines = |run: &Traced, from: usize, until: usize| {
        let until = until.min(run.events.len());
        (from.min(until)..until).map(|number| line(run, number)).collect::<Vec<_>>()
    };
    Some(Contrast {
        without,
        event: event as u64,
        common: lines(failing, event.saturating_sub(BEFORE), event),
        failing: lines(failing, event, event + AFTER),
        passing: lines(&passing, event, event + AFTER),
    })
}

fn line(run: &Traced, number: usize) -> String {
    let event = &run.events[number];
    format!("#{number:<6} {:>12}  {}", event.at, run.told(number))
}
