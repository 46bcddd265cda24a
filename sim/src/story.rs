//! The story of a failure: everything that a person needs to go on, from one run with its trace kept.

use std::fmt;

use rehearsal_protocol::Time;

use crate::registry::Rehearsal;
use crate::run::{AnyRunner, Outcome, RunSpec, Verdict};
use crate::trace::{Event, EventKind};

/// Everything that a person needs to go on from a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The invariant's id, or the limit.
    pub title: String,
    /// The invariant's sentence.
    pub sentence: String,
    /// What was wrong.
    pub message: String,
    /// When, in virtual time.
    pub at: Time,
    /// The number of the event in the trace.
    pub event: u64,
    /// The seed.
    pub seed: u64,
    /// The profile of faults.
    pub profile: &'static str,
    /// Episodes that began before the end, in words.
    pub faults: Vec<String>,
    /// How many messages were lost and doubled, if any.
    pub mishaps: Option<String>,
    /// The facts before the end, the latest last.
    pub facts: Vec<String>,
    /// What led to the end, cause by cause, the latest last.
    pub way: Vec<String>,
}

const FACTS: usize = 10;
const STEPS_BACK: usize = 12;

impl Story {
    /// Runs a failing seed again with its trace kept and tells what happened. `None` if it does not fail.
    pub fn of(rehearsal: &dyn Rehearsal, spec: &RunSpec) -> Option<Self> {
        let mut runner = rehearsal.runner();
        let outcome = runner.run(&spec.clone().recorded());
        Self::told(runner.as_ref(), &outcome, spec)
    }

    fn told(runner: &dyn AnyRunner, outcome: &Outcome, spec: &RunSpec) -> Option<Self> {
        let last = runner.recorder().count().saturating_sub(1);
        let (title, sentence, message, at, event) = match &outcome.verdict {
            Verdict::Pass => return None,
            Verdict::Violation(found) => (
                found.invariant.clone(),
                found.sentence.clone(),
                found.message.clone(),
                found.at,
                found.event.min(last),
            ),
            Verdict::Limit(limit) => {
                let sentence = "a run ends by itself, within its limits".to_owned();
                (format!("limit {}", limit.name()), sentence, limit.in_words(), outcome.virtual_time, last)
            }
        };
        Some(Self {
            title,
            sentence,
            message,
            at,
            event,
            seed: spec.seed,
            profile: spec.profile.name,
            faults: faults_before(runner, at),
            mishaps: mishaps(runner),
            facts: last_facts(runner, event),
            way: way_to(runner, event),
        })
    }
}

fn faults_before(runner: &dyn AnyRunner, at: Time) -> Vec<String> {
    let mut episodes = runner.episodes();
    episodes.sort_by_key(|(from, ..)| *from);
    episodes.into_iter().filter(|(from, ..)| *from <= at).map(|(.., words)| words).collect()
}

fn mishaps(runner: &dyn AnyRunner) -> Option<String> {
    let count = |kind| runner.recorder().events().iter().filter(|event| event.kind == kind).count();
    let (lost, doubled) = (count(EventKind::Lost), count(EventKind::Duplicated));
    (lost + doubled > 0).then(|| format!("{lost} messages lost, {doubled} doubled"))
}

fn last_facts(runner: &dyn AnyRunner, until: u64) -> Vec<String> {
    let events = &runner.recorder().events()[..=(until as usize)];
    let numbered = events.iter().enumerate();
    let facts = numbered.filter(|(_, event)| event.kind == EventKind::Fact).rev().take(FACTS);
    let mut lines: Vec<String> = facts.map(|(n, event)| line(runner, n, event)).collect();
    lines.reverse();
    lines
}

/// From an event back to its cause, and so on.
fn way_to(runner: &dyn AnyRunner, event: u64) -> Vec<String> {
    let events = runner.recorder().events();
    let mut lines = Vec::new();
    let mut at = event as usize;
    while lines.len() < STEPS_BACK {
        lines.push(line(runner, at, &events[at]));
        let cause = events[at].cause as usize;
        if cause >= at {
            break;
        }
        at = cause;
    }
    lines.reverse();
    lines
}

/// One event in one line: number, time, actor, what.
pub fn line(runner: &dyn AnyRunner, number: usize, event: &Event) -> String {
    let payload = runner.recorder().payloads().get(number);
    let text = payload.map_or("", |payload| payload.text.as_str());
    let from = payload.and_then(|payload| payload.from);
    let who = if event.actor == Event::NOBODY { "" } else { runner.path(event.actor) };
    let what = match (event.kind, from) {
        (EventKind::Fact, _) => format!("states {text}"),
        (EventKind::Message, Some(from)) => format!("handles {text} from {}", runner.path(from)),
        (EventKind::Lost, Some(from)) => format!("never gets {text} from {}", runner.path(from)),
        (EventKind::Duplicated, Some(from)) => format!("will get twice {text} from {}", runner.path(from)),
        (EventKind::Start | EventKind::Timer | EventKind::Signal | EventKind::Synced, _) => {
            format!("handles {text}")
        }
        (EventKind::DeadLetter, _) => format!("dead letter {text}"),
        (EventKind::Ended, _) => format!("ends: {text}"),
        (EventKind::NodeDown, _) => format!("{text} is down"),
        (EventKind::NodeUp, _) => format!("{text} is up"),
        (EventKind::FaultBegins, _) => format!("begins: {text}"),
        (EventKind::FaultEnds, _) => format!("ends: {text}"),
        (EventKind::Healed, _) => "all faults are over".to_owned(),
        (kind, _) => format!("{kind:?} {text}"),
    };
    let subject = if who.is_empty() { what } else { format!("{who} {what}") };
    format!("#{number:<5} {:>12}  {subject}", event.at)
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} violated: {}", self.title, self.sentence)?;
        writeln!(f, "  {}", self.message)?;
        writeln!(
            f,
            "  at {} (event {}), seed {:#x}, faults {}",
            self.at, self.event, self.seed, self.profile
        )?;
        let section = |f: &mut fmt::Formatter<'_>, title: &str, lines: &[String]| {
            if lines.is_empty() {
                return Ok(());
            }
            writeln!(f, "\n  {title}")?;
            lines.iter().try_for_each(|line| writeln!(f, "    {line}"))
        };
        let faults: Vec<String> = self.faults.iter().chain(&self.mishaps).cloned().collect();
        section(f, "faults so far", &faults)?;
        section(f, "last facts", &self.facts)?;
        section(f, "what led to it, cause by cause", &self.way)
    }
}
