//! The events that lead to a violation, and no others.
//!
//! What is taken, the more telling first, until there are enough: the violation itself; the first thing that each needed
//! deviation changes; the facts about what the message names; and the causes of all these, the nearest first.

use std::collections::BTreeSet;

use rehearsal_protocol::Time;

use super::need::Need;
use crate::run::AnyRunner;
use crate::story::{self, Story};
use crate::trace::{Event, EventKind};

/// One event of a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceEvent {
    /// Its number in the trace.
    pub event: u64,
    /// When.
    pub at: Time,
    /// What kind of event it is.
    pub kind: EventKind,
    /// The path of the actor concerned.
    pub actor: Option<String>,
    /// The path of the sender, if it is a message.
    pub from: Option<String>,
    /// What it carried, in words.
    pub text: String,
    /// The whole event in words.
    pub told: String,
    /// Why it is here.
    pub role: Role,
    /// The deviations that it is the first effect of, counted from 0.
    pub deviations: Vec<usize>,
}

/// Why an event belongs to a slice; the more telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The monitor objected here.
    Violation,
    /// The first thing that a deviation changes.
    Deviation,
    /// A fact about what the message names.
    About,
    /// It led to one of the others.
    Cause,
}

/// More events than these are no slice.
const MOST: usize = 24;
/// The facts about what the message names: how it began, and how it ended.
const FIRST_FACTS: usize = 3;
const LAST_FACTS: usize = 5;
impl Role {
    /// How many causes back belong to an event of this role: a fact was stated in its turn, and what led to that turn is told by
    /// other facts.
    fn causes(self) -> usize {
        match self {
            Self::Violation => 6,
            Self::Deviation => 3,
            Self::About => 1,
            Self::Cause => 0,
        }
    }
}

/// The slice of the last run of a runner, which was recorded with payloads; and how many events were left out of it.
pub(super) fn slice(
    runner: &dyn AnyRunner,
    story: &Story,
    event: u64,
    deviations: &[Need],
) -> (Vec<SliceEvent>, usize) {
    let mut taken = Taken::default();
    taken.take(event, Role::Violation);
    let needed = deviations.iter().filter(|need| need.needed).filter_map(|need| need.effect.as_ref());
    for effect in needed.filter(|effect| effect.event <= event) {
        taken.take(effect.event, Role::Deviation);
    }
    for number in facts_about(runner, story, event) {
        taken.take(number, Role::About);
    }
    let telling = taken.events.clone();
    for back in 1..=Role::Violation.causes() {
        for (start, _) in telling.iter().filter(|(_, role)| back <= role.causes()) {
            if let Some(cause) = cause(runner, *start, back) {
                taken.take(cause, Role::Cause);
            }
        }
    }
    let left_out = taken.refused.len();
    taken.events.sort_by_key(|(event, _)| *event);
    (taken.events.iter().map(|(event, role)| told(runner, *event, *role, deviations)).collect(), left_out)
}

#[derive(Default)]
struct Taken {
    events: Vec<(u64, Role)>,
    refused: BTreeSet<u64>,
}

impl Taken {
    fn take(&mut self, event: u64, role: Role) {
        if self.events.iter().any(|(known, _)| *known == event) {
            return;
        }
        if self.events.len() < MOST {
            self.events.push((event, role));
        } else {
            self.refused.insert(event);
        }
    }
}

/// The facts about what the message names, up to an event: the first few and the last few.
fn facts_about(runner: &dyn AnyRunner, story: &Story, until: u64) -> Vec<u64> {
    let payloads = runner.recorder().payloads();
    let events = runner.recorder().events().iter().enumerate().take(until as usize + 1);
    let about = |number: usize| {
        let text = payloads.get(number).map_or("", |payload| payload.text.as_str());
        story.about.iter().any(|name| story::mentions(text, name))
    };
    let facts = events.filter(|(number, event)| event.kind == EventKind::Fact && about(*number));
    let facts: Vec<u64> = facts.map(|(number, _)| number as u64).collect();
    let last = facts.len().saturating_sub(LAST_FACTS).max(FIRST_FACTS.min(facts.len()));
    facts[..FIRST_FACTS.min(facts.len())].iter().chain(&facts[last..]).copied().collect()
}

/// The cause of an event, so many steps back.
fn cause(runner: &dyn AnyRunner, event: u64, back: usize) -> Option<u64> {
    let events = runner.recorder().events();
    (0..back).try_fold(event, |at, _| {
        let cause = events.get(at as usize)?.cause;
        // That an actor once started explains nothing.
        let tells = events.get(cause as usize)?.kind != EventKind::Start;
        (cause < at && tells).then_some(cause)
    })
}

fn told(runner: &dyn AnyRunner, number: u64, role: Role, deviations: &[Need]) -> SliceEvent {
    let here = |need: &Need| need.effect.as_ref().is_some_and(|effect| effect.event == number);
    let event = runner.recorder().events()[number as usize];
    let payload = runner.recorder().payloads().get(number as usize);
    let path = |slot: u32| (slot != Event::NOBODY).then(|| runner.path(slot).to_owned());
    SliceEvent {
        event: number,
        at: event.at,
        kind: event.kind,
        actor: path(event.actor),
        from: payload.and_then(|payload| payload.from).and_then(path),
        text: payload.map_or_else(String::new, |payload| payload.text.clone()),
        told: story::told_by(runner, number as usize, &event),
        role,
        deviations: (0..deviations.len()).filter(|index| here(&deviations[*index])).collect(),
    }
}
