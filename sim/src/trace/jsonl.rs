//! JSON Lines, versioned: one object a line; the schema is `sim/docs/trace.md`.

use std::io::{self, Write};

use serde_json::json;

use super::event::Event;
use crate::run::{AnyRunner, Outcome};

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
    let header = json!({
        "format": "rehearsal-trace",
        "version": VERSION,
        "scenario": about.scenario,
        "variant": about.variant,
        "profile": about.profile,
        "seed": format!("{:#x}", about.seed),
    });
    writeln!(out, "{header}")?;
    let log = runner.log();
    let mut log = log.iter().peekable();
    for (number, event) in runner.recorder().events().iter().enumerate() {
        let mut line = line(runner, number, event);
        let mut written = Vec::new();
        while let Some(entry) = log.next_if(|entry| entry.event == number as u64) {
            written.push(json!({ "level": entry.level.as_str(), "text": entry.text }));
        }
        if !written.is_empty() {
            line["log"] = written.into();
        }
        writeln!(out, "{line}")?;
    }
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

fn line(runner: &dyn AnyRunner, number: usize, event: &Event) -> serde_json::Value {
    let payload = runner.recorder().payloads().get(number);
    let somebody = |slot: u32| (slot != Event::NOBODY).then(|| runner.path(slot));
    let node = runner.topology().nodes.get(event.node as usize).map(|node| &*node.name);
    json!({
        "seq": number,
        "at_ns": event.at.as_nanos(),
        "kind": event.kind,
        "node": node,
        "actor": somebody(event.actor),
        "from": payload.and_then(|payload| payload.from).and_then(somebody),
        "cause": event.cause,
        "digest": format!("{:#018x}", event.digest),
        "payload": payload.map(|payload| payload.text.as_str()),
    })
}
