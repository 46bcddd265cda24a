//! What actors write to `tracing`, kept with the event during which they wrote it.
//!
//! Log lines are no events: they have no part in the running hash, so that a line more or less changes no run. They are captured
//! only where payloads are recorded.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// One line that an actor wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The number of the event that was handled at the time; it has the virtual time, the actor and the turn.
    pub event: u64,
    /// How severe.
    pub level: Level,
    /// The text, with its fields.
    pub text: String,
}

/// Collects what is written while a run goes on.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: Arc<Mutex<Vec<LogLine>>>,
    /// The number of the event that is being handled.
    present: Arc<AtomicU64>,
}

impl Log {
    /// What follows belongs to this event.
    pub(crate) fn at(&self, event: u64) {
        self.present.store(event, Ordering::Relaxed);
    }

    /// From now on lines are collected that this thread writes, until what is returned is dropped.
    pub(crate) fn collect(&self) -> DefaultGuard {
        self.forget();
        tracing::subscriber::set_default(Capture { log: self.clone() })
    }

    /// The lines of the last run that was recorded with payloads.
    pub fn lines(&self) -> Vec<LogLine> {
        self.lock().clone()
    }

    /// Forgets the lines so far.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<LogLine>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Capture {
    log: Log,
}

impl Subscriber for Capture {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1) // Spans are not kept: a turn is the span.
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        let present = self.log.present.load(Ordering::Relaxed);
        let line = LogLine { event: present, level: *event.metadata().level(), text: text.0 };
        self.log.lock().push(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let gap = if self.0.is_empty() { "" } else { " " };
        let written = match field.name() {
            "message" => write!(self.0, "{gap}{value:?}"),
            name => write!(self.0, "{gap}{name}={value:?}"),
        };
        written.expect("a string can be written to");
    }
}
