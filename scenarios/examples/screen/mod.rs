//! What nodes log, on stderr: the shortest subscriber that shows links coming up and going down. Examples of the families include it.

use std::fmt::{Debug, Write};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Prints each event on a line of its own, after a name.
pub(crate) struct Screen {
    /// The name: whose events these are.
    pub(crate) name: String,
}

impl Screen {
    /// Prints all events of this process from now on.
    pub(crate) fn show(name: &str) {
        let screen = Self { name: name.to_owned() };
        tracing::subscriber::set_global_default(screen).expect("nothing else shows events");
    }
}

impl Subscriber for Screen {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        eprintln!("{:>9} {:<5} {}{}", self.name, event.metadata().level(), line.message, line.fields);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1) // Spans are not shown, so all may be one.
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let written = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
        written.expect("a text takes everything");
    }
}
