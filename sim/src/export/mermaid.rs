//! A sequence diagram in Mermaid's language, for documents and issues.

use std::io::{self, Write};

use crate::run::AnyRunner;
use crate::trace::event::{Event, EventKind};

/// Writes a sequence diagram of some events of the last run of a runner, given by their numbers in rising order.
///
/// # Errors
///
/// If the writer fails.
pub fn write(out: &mut dyn Write, runner: &dyn AnyRunner, numbers: &[u64]) -> io::Result<()> {
    writeln!(out, "sequenceDiagram")?;
    for slot in participants(runner, numbers) {
        writeln!(out, "    participant a{slot} as {}", plain(runner.path(slot)))?;
    }
    for number in numbers {
        if let Some(line) = line(runner, *number as usize) {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

/// The actors that take part, in the order of their first appearance.
fn participants(runner: &dyn AnyRunner, numbers: &[u64]) -> Vec<u32> {
    let mut slots = Vec::new();
    for number in numbers {
        let from = runner.recorder().payloads().get(*number as usize).and_then(|payload| payload.from);
        let to = runner.recorder().events().get(*number as usize).map(|event| event.actor);
        for slot in from.into_iter().chain(to) {
            if slot != Event::NOBODY && !slots.contains(&slot) {
                slots.push(slot);
            }
        }
    }
    slots
}

fn line(runner: &dyn AnyRunner, number: usize) -> Option<String> {
    let event = runner.recorder().events().get(number)?;
    let payload = runner.recorder().payloads().get(number)?;
    let (actor, text) = (event.actor, plain(&payload.text));
    let over = |what: String| (actor != Event::NOBODY).then(|| format!("Note over a{actor}: {what}"));
    match (event.kind, payload.from) {
        (EventKind::Message, Some(from)) => Some(format!("a{from}->>a{actor}: {text}")),
        (EventKind::Lost, Some(from)) => Some(format!("a{from}-xa{actor}: {text} (lost)")),
        (EventKind::Fact, _) => over(text),
        (EventKind::Timer | EventKind::Signal | EventKind::Synced | EventKind::Start, _) => {
            over(format!("handles {text}"))
        }
        (EventKind::DeadLetter, _) => over(format!("dead letter {text}")),
        (EventKind::Ended, _) => over(format!("ends: {text}")),
        _ => None,
    }
}

/// A text without the characters that have a meaning in the language.
fn plain(text: &str) -> String {
    text.chars().map(|c| if matches!(c, ';' | '#' | '\n') { ' ' } else { c }).collect()
}
