//! The Trace Event Format of Chrome, which Perfetto reads: a process for each node, a thread for each actor, flows for messages.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::run::AnyRunner;
use crate::story::told_by;
use crate::trace::event::Event;

/// Writes the trace of the last run of a runner, as one JSON document.
///
/// # Errors
///
/// If the writer fails.
pub fn write(out: &mut dyn Write, runner: &dyn AnyRunner) -> io::Result<()> {
    let events = runner.recorder().events();
    writeln!(out, "{{\"displayTimeUnit\":\"ns\",\"traceEvents\":[")?;
    for name in names(runner) {
        writeln!(out, "{name},")?;
    }
    for (number, event) in events.iter().enumerate() {
        writeln!(out, "{},", slice(runner, number, event))?;
        if let Some(cause) = events.get(event.cause as usize)
            && event.cause != number as u64
            && cause.actor != event.actor
        {
            writeln!(out, "{},", flow("s", number, cause))?;
            writeln!(out, "{},", flow("f", number, event))?;
        }
    }
    // A list may not end with a comma: the end is an event of its own.
    writeln!(out, "{}", json!({ "ph": "M", "name": "end", "pid": 0, "tid": 0, "args": {} }))?;
    writeln!(out, "]}}")
}

/// Numbers start at 1, since 0 stands for the idle process.
fn place(event: &Event) -> (u64, u64) {
    let number = |id: u32| if id == Event::NOBODY { 0 } else { u64::from(id) + 1 };
    (number(event.node), number(event.actor))
}

#[expect(clippy::cast_precision_loss, reason = "the format's times are microseconds with a fraction")]
fn micros(event: &Event) -> f64 {
    event.at.as_nanos() as f64 / 1_000.0
}

fn names(runner: &dyn AnyRunner) -> Vec<Value> {
    let nodes = runner.topology().nodes.iter().enumerate();
    let nodes = nodes.map(|(id, node)| {
        json!({ "ph": "M", "name": "process_name", "pid": id + 1, "tid": 0, "args": { "name": &*node.name } })
    });
    let actors = (0..runner.paths()).map(|slot| {
        let (node, name) = (runner.node_of(slot) + 1, runner.path(slot));
        json!({ "ph": "M", "name": "thread_name", "pid": node, "tid": slot + 1, "args": { "name": name } })
    });
    let world = json!({ "ph": "M", "name": "process_name", "pid": 0, "tid": 0, "args": { "name": "world" } });
    std::iter::once(world).chain(nodes).chain(actors).collect()
}

/// An event as a slice of a microsecond, so that it can be seen and clicked.
fn slice(runner: &dyn AnyRunner, number: usize, event: &Event) -> Value {
    let (node, actor) = place(event);
    json!({
        "ph": "X", "name": told_by(runner, number, event), "cat": event.kind, "ts": micros(event), "dur": 1,
        "pid": node, "tid": actor, "args": { "event": number, "cause": event.cause },
    })
}

fn flow(phase: &str, id: usize, at: &Event) -> Value {
    let (node, actor) = place(at);
    json!({ "ph": phase, "id": id, "name": "message", "cat": "message", "ts": micros(at), "pid": node, "tid": actor, "bp": "e" })
}
