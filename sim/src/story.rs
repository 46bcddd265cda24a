//! The story of a failure: everything that a person needs to go on, from one run with its trace kept.

use std::fmt;

use rehearsal_protocol::Time;

use crate::registry::Rehearsal;
use crate::run::{AnyRunner, Outcome, RunSpec, Verdict};
use crate::trace::{Event, EventKind, Payload};
use crate::words;
use crate::world::asynchronous::Orders;

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
    /// In which orders events could come; if in any, no seed makes this run.
    pub orders: Orders,
    /// How many choices of the run were not benign.
    pub deviations: usize,
    /// How many there were before shrinking, if it was shrunk.
    pub before: Option<usize>,
    /// The deviations in words, if they are few.
    pub choices: Vec<String>,
    /// Episodes that began before the end, in words; those that were still in force say so.
    pub faults: Vec<String>,
    /// How many messages were lost and doubled, if any.
    pub mishaps: Option<String>,
    /// What the message names and facts can be about: `s1:b1/2`.
    pub about: Vec<String>,
    /// The facts about that, or else those before the end, the latest last.
    pub facts: Vec<String>,
    /// What led to the end, cause by cause, the latest last.
    pub way: Vec<String>,
    /// The paths of the actors on the last stretch of that way.
    pub concerned: Vec<String>,
    /// The last events of those actors, the latest last.
    pub last: Vec<String>,
}

const FACTS: usize = 10;
const FIRST_FACTS: usize = 3;
const STEPS_BACK: usize = 12;
const CONCERNED: usize = 3;
const LAST: usize = 10;
/// More choices than these say nothing to a reader.
const CHOICES: usize = 12;

impl Story {
    /// Runs a failing seed again with its trace kept and tells what happened. `None` if it does not fail.
    pub fn of(rehearsal: &dyn Rehearsal, spec: &RunSpec) -> Option<Self> {
        let mut runner = rehearsal.runner();
        let outcome = runner.run(&spec.clone().recorded());
        Self::told(runner.as_ref(), &outcome, spec)
    }

    /// Tells what happened in the last run of a runner, whose trace was kept. `None` if it did not fail.
    pub fn told(runner: &dyn AnyRunner, outcome: &Outcome, spec: &RunSpec) -> Option<Self> {
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
        let way = way_to(runner, event);
        let concerned = concerned(runner, &way);
        let (about, facts) = facts(runner, event, &message);
        Some(Self {
            title,
            sentence,
            message,
            at,
            event,
            seed: spec.seed,
            profile: spec.profile.name,
            orders: spec.orders,
            deviations: runner.deviations().len(),
            before: None,
            choices: choices(runner),
            faults: faults_before(runner, at),
            mishaps: mishaps(runner),
            about,
            facts,
            way: way.iter().map(|n| numbered(runner, *n)).collect(),
            last: last_events(runner, event, &concerned),
            concerned: concerned.into_iter().map(|slot| runner.path(slot).to_owned()).collect(),
        })
    }

    /// Its parts that have several lines, each with a title; none is empty, and none says only what others say.
    pub fn sections(&self) -> Vec<(String, Vec<String>)> {
        let said = |fault: &&String| self.choices.iter().any(|choice| choice.contains(plain(fault)));
        let mishaps = self.mishaps.iter().filter(|_| self.choices.is_empty());
        let faults = self.faults.iter().filter(|fault| !said(fault)).chain(mishaps).cloned().collect();
        let shown = |line: &String| self.way.contains(line) || self.facts.contains(line);
        let last = if self.last.iter().all(shown) { Vec::new() } else { self.last.clone() };
        let facts = match self.about.as_slice() {
            [] => "last facts".to_owned(),
            about => format!("facts about {}", about.join(", ")),
        };
        let all = [
            ("what it takes, beside the dull choices".to_owned(), self.choices.clone()),
            ("faults so far".to_owned(), faults),
            (facts, self.facts.clone()),
            (
                "what led to it, cause by cause".to_owned(),
                if self.way.len() > 1 { self.way.clone() } else { Vec::new() },
            ),
            (format!("last events of {}", self.concerned.join(", ")), last),
        ];
        all.into_iter().filter(|(_, lines): &(_, Vec<_>)| !lines.is_empty()).collect()
    }
}

/// The deviations of a run in words, unless there are too many to be read.
fn choices(runner: &dyn AnyRunner) -> Vec<String> {
    let deviations = runner.deviations();
    let deviations = if deviations.len() > CHOICES { &[] } else { deviations };
    let in_words = |made| format!("{}: {}", words::choice(runner, made), words::meaning(runner, made));
    deviations.iter().map(in_words).collect()
}

/// An episode in words, without whether it was still in force.
fn plain(fault: &str) -> &str {
    fault.strip_suffix(IN_FORCE).unwrap_or(fault)
}

const IN_FORCE: &str = " (in force)";

fn faults_before(runner: &dyn AnyRunner, at: Time) -> Vec<String> {
    let topology = runner.topology();
    let mut episodes: Vec<_> = runner.plan().episodes.iter().filter(|episode| episode.from <= at).collect();
    episodes.sort_by_key(|episode| episode.from);
    let in_force = |until| if until > at { IN_FORCE } else { "" };
    episodes.into_iter().map(|episode| episode.in_words(topology) + in_force(episode.until)).collect()
}

fn mishaps(runner: &dyn AnyRunner) -> Option<String> {
    let count = |kind| runner.recorder().events().iter().filter(|event| event.kind == kind).count();
    let (lost, doubled) = (count(EventKind::Lost), count(EventKind::Duplicated));
    let of = |count: usize, what| (count > 0).then(|| format!("{count} {what}"));
    let parts = [of(lost, "lost"), of(doubled, "doubled")].into_iter().flatten().collect::<Vec<_>>();
    (!parts.is_empty()).then(|| format!("messages: {}", parts.join(", ")))
}

/// The facts about what the message names, with those names; the last facts if it names nothing.
fn facts(runner: &dyn AnyRunner, until: u64, message: &str) -> (Vec<String>, Vec<String>) {
    let payloads = runner.recorder().payloads();
    let events = runner.recorder().events().iter().enumerate().take(until as usize + 1);
    let all: Vec<usize> =
        events.filter(|(_, event)| event.kind == EventKind::Fact).map(|(number, _)| number).collect();
    let text = |number: usize| payloads.get(number).map_or("", |payload| payload.text.as_str());
    let mut about = names(message);
    about.retain(|name| all.iter().any(|number| mentions(text(*number), name)));
    let concerned =
        |number: &usize| about.is_empty() || about.iter().any(|name| mentions(text(*number), name));
    let chosen: Vec<usize> = all.into_iter().filter(concerned).collect();
    let lines = |numbers: &[usize]| numbers.iter().map(|n| numbered(runner, *n)).collect::<Vec<_>>();
    let skipped = chosen.len().saturating_sub(FACTS);
    if skipped == 0 || about.is_empty() {
        return (about, lines(&chosen[skipped..]));
    }
    // How it began matters as much as how it ended.
    let mut shown = lines(&chosen[..FIRST_FACTS]);
    shown.push(format!("… {skipped} more"));
    shown.extend(lines(&chosen[FIRST_FACTS + skipped..]));
    (about, shown)
}

/// The words of a message that look like ids: they have digits and something else.
fn names(message: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for word in message.split(|c: char| c.is_whitespace() || "`'\"()[]{},;".contains(c)) {
        let word = word.trim_end_matches(['.', ':', '!', '?']);
        let has = |test: fn(char) -> bool| word.chars().any(test);
        let number = word.trim_end_matches('s').parse::<f64>().is_ok();
        let id = has(|c| c.is_ascii_digit()) && has(char::is_alphabetic) && !number;
        if id && !names.iter().any(|known| known == word) {
            names.push(word.to_owned());
        }
    }
    names
}

/// Whether a text has that name, and not only a longer one.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "/#~-".contains(c));
    text.match_indices(name).any(|(at, _)| {
        !inside(text[..at].chars().next_back()) && !inside(text[at + name.len()..].chars().next())
    })
}

/// From an event back to its cause, and so on; the numbers of the events, the latest last.
fn way_to(runner: &dyn AnyRunner, event: u64) -> Vec<usize> {
    let events = runner.recorder().events();
    let causes = std::iter::successors(Some(event as usize), |at| {
        let cause = events.get(*at)?.cause as usize;
        (cause < *at).then_some(cause)
    });
    let mut way: Vec<usize> = causes.take(STEPS_BACK).filter(|at| *at < events.len()).collect();
    way.reverse();
    way
}

/// The slots of the actors on the last stretch of a way, the nearest to its end first.
fn concerned(runner: &dyn AnyRunner, way: &[usize]) -> Vec<u32> {
    let mut slots = Vec::new();
    for at in way.iter().rev() {
        let slot = runner.recorder().events()[*at].actor;
        if slot != Event::NOBODY && !slots.contains(&slot) && slots.len() < CONCERNED {
            slots.push(slot);
        }
    }
    slots
}

fn last_events(runner: &dyn AnyRunner, until: u64, slots: &[u32]) -> Vec<String> {
    let events = runner.recorder().events().iter().enumerate().take(until as usize + 1);
    let theirs = events.filter(|(_, event)| slots.contains(&event.actor)).rev().take(LAST);
    let mut lines: Vec<String> = theirs.map(|(n, event)| line(runner, n, event)).collect();
    lines.reverse();
    lines
}

fn numbered(runner: &dyn AnyRunner, number: usize) -> String {
    line(runner, number, &runner.recorder().events()[number])
}

/// One event in one line: number, time, actor, what.
pub fn line(runner: &dyn AnyRunner, number: usize, event: &Event) -> String {
    format!("#{number:<6} {:>12}  {}", event.at, told_by(runner, number, event))
}

/// What happened in an event, in words, without its number and time.
pub fn told_by(runner: &dyn AnyRunner, number: usize, event: &Event) -> String {
    told(event, runner.recorder().payloads().get(number), |slot| runner.path(slot))
}

/// What happened in an event, in words, given its payload and the paths of slots.
pub(crate) fn told<'a>(event: &Event, payload: Option<&Payload>, path: impl Fn(u32) -> &'a str) -> String {
    let text = payload.map_or("", |payload| payload.text.as_str());
    let from = payload.and_then(|payload| payload.from);
    let who = if event.actor == Event::NOBODY { "" } else { path(event.actor) };
    let what = match (event.kind, from) {
        (EventKind::Fact, _) => format!("states {text}"),
        (EventKind::Message, Some(from)) => format!("handles {text} from {}", path(from)),
        (EventKind::Lost, Some(from)) => format!("never gets {text} from {}", path(from)),
        (EventKind::Duplicated, Some(from)) => format!("will get twice {text} from {}", path(from)),
        (EventKind::Start | EventKind::Timer | EventKind::Signal | EventKind::Synced, _) => {
            format!("handles {text}")
        }
        (EventKind::DeadLetter, _) => format!("dead letter {text}"),
        (EventKind::Ended | EventKind::FaultEnds, _) => format!("ends: {text}"),
        (EventKind::NodeDown, _) => format!("{text} is down"),
        (EventKind::NodeUp, _) => format!("{text} is up"),
        (EventKind::FaultBegins, _) => format!("begins: {text}"),
        (EventKind::Healed, _) => "all faults are over".to_owned(),
        (kind, _) => format!("{kind:?} {text}"),
    };
    if who.is_empty() { what } else { format!("{who} {what}") }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} violated: {}", self.title, self.sentence)?;
        writeln!(f, "  {}", self.message)?;
        writeln!(
            f,
            "  at {} (event {}), {}seed {:#x}, faults {}",
            self.at,
            self.event,
            if self.before.is_some() { "shrunk from " } else { "" },
            self.seed,
            self.profile
        )?;
        for (title, lines) in self.sections() {
            writeln!(f, "\n  {title}")?;
            lines.iter().try_for_each(|line| writeln!(f, "    {line}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_with_digits_that_are_no_numbers() {
        let message = "s1:b1/2 answers c1#1, which `s1:b1/1` has answered; owed since 1.203s (and 2 more).";
        assert_eq!(names(message), ["s1:b1/2", "c1#1", "s1:b1/1"]);
        assert!(names("message 1 arrives after message 2").is_empty());
    }

    #[test]
    fn a_longer_name_is_another_name() {
        assert!(mentions("RunStarted { run: s1:b1/1, command: c1#1 }", "s1:b1/1"));
        assert!(!mentions("RunStarted { run: s1:b1/12, command: c1#1 }", "s1:b1/1"));
        assert!(!mentions("RunStarted { run: s1:b1/1 }", "s1:b1"));
    }
}
