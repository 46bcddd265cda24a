//! ShiViz: an event, its host and its vector clock, for the space-time diagrams of that tool.
//!
//! Its regular expression for these logs is `(?<event>.*)\n(?<host>\S*) (?<clock>{.*})`.

use std::io::{self, Write};

use crate::run::AnyRunner;
use crate::story::told_by;
use crate::trace::clocks::clocks;
use crate::trace::event::Event;

/// Writes the trace of the last run of a runner.
///
/// # Errors
///
/// If the writer fails.
pub fn write(out: &mut dyn Write, runner: &dyn AnyRunner) -> io::Result<()> {
    let events = runner.recorder().events();
    let host = |actor: u32| if actor == Event::NOBODY { "world" } else { runner.path(actor) };
    for (number, (event, clock)) in events.iter().zip(clocks(events)).enumerate() {
        let clock: serde_json::Map<_, _> =
            clock.into_iter().map(|(actor, count)| (host(actor).to_owned(), count.into())).collect();
        let what = told_by(runner, number, event).replace('\n', " ");
        writeln!(out, "{} {what}", event.at)?;
        writeln!(out, "{} {}", host(event.actor), serde_json::Value::from(clock))?;
    }
    Ok(())
}
