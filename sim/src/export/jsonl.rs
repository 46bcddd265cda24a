//! JSON Lines, versioned: one object a line; the schema is `sim/docs/trace.md`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use crate::run::{AnyRunner, Outcome};
use crate::trace::event::{Event, EventKind, Payload};

/// The version of the format.
pub const VERSION: u32 = 1;

/// Writes the trace of the last run of a runner.
///
/// # Errors
///
/// If the writer fails.
pub fn write(
    out: &mut dyn Write,
    runner: &dyn AnyRunner,
    outcome: &Outcome,
    about: &About<'_>,
) -> io::Result<()> {
    head(out, about)?;
    part(out, runner)?;
    foot(out, outcome)
}

/// Writes the first line.
///
/// # Errors
///
/// If the writer fails.
pub fn head(out: &mut dyn Write, about: &About<'_>) -> io::Result<()> {
    let header = json!({
        "format": "rehearsal-trace",
        "version": VERSION,
        "scenario": about.scenario,
        "variant": about.variant,
        "profile": about.profile,
        "seed": format!("{:#x}", about.seed),
    });
    writeln!(out, "{header}")
}

/// Writes the events that a runner has kept.
///
/// # Errors
///
/// If the writer fails.
pub fn part(out: &mut dyn Write, runner: &dyn AnyRunner) -> io::Result<()> {
    let first = runner.recorder().first();
    let log = runner.log();
    let mut log = log.iter().peekable();
    for (place, event) in runner.recorder().events().iter().enumerate() {
        let number = first + place as u64;
        let mut line = Line::of(runner, number, runner.recorder().payloads().get(place), event);
        while let Some(entry) = log.next_if(|entry| entry.event == number) {
            line.log.push(Written { level: entry.level.as_str(), text: &entry.text });
        }
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Writes the last line.
///
/// # Errors
///
/// If the writer fails.
pub fn foot(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let footer = json!({
        "end": {
            "events": outcome.events,
            "turns": outcome.turns,
            "virtual_ns": outcome.virtual_time.as_nanos(),
            "trace_hash": format!("{:#018x}", outcome.trace_hash),
            "signature": outcome.signature(),
        }
    });
    writeln!(out, "{footer}")
}

/// What the header of a trace says.
pub struct About<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// The planted bug, if it is one.
    pub variant: Option<&'a str>,
    /// The profile of faults.
    pub profile: &'a str,
    /// The seed.
    pub seed: u64,
}

/// One event; the keys are in the order of the alphabet.
#[derive(Serialize)]
struct Line<'a> {
    actor: Option<&'a str>,
    at_ns: u64,
    cause: u64,
    digest: String,
    from: Option<&'a str>,
    kind: EventKind,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    log: Vec<Written<'a>>,
    node: Option<&'a str>,
    payload: Option<&'a str>,
    seq: u64,
}

/// What an actor wrote to `tracing`.
#[derive(Serialize)]
struct Written<'a> {
    level: &'static str,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn of(runner: &'a dyn AnyRunner, number: u64, payload: Option<&'a Payload>, event: &Event) -> Self {
        let somebody = |slot: u32| (slot != Event::NOBODY).then(|| runner.path(slot));
        Self {
            actor: somebody(event.actor),
            at_ns: event.at.as_nanos(),
            cause: event.cause,
            digest: format!("{:#018x}", event.digest),
            from: payload.and_then(|payload| payload.from).and_then(somebody),
            kind: event.kind,
            log: Vec::new(),
            node: runner.topology().nodes.get(event.node as usize).map(|node| &*node.name),
            payload: payload.map(|payload| payload.text.as_str()),
            seq: number,
        }
    }
}
