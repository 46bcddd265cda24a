//! A few events as a sequence diagram: a column for each actor, time downwards.

use std::io;

use rehearsal::case::explain::SliceEvent;
use rehearsal::case::explain::slice::Role;
use rehearsal::trace::EventKind;

use super::{BAD, FAINT, NAME, PLAIN, Screen};

/// Draws events in their order.
///
/// # Errors
///
/// If the stream fails.
pub fn diagram(screen: &mut Screen<'_>, indent: usize, events: &[SliceEvent]) -> io::Result<()> {
    let columns = Columns::of(events);
    let stamps = events.iter().map(|event| stamp(event).chars().count()).max().unwrap_or(0);
    columns.heads(screen, indent + stamps + 2)?;
    for event in events {
        let stamp = format!("{:<stamps$}", stamp(event));
        let style = if event.role == Role::Violation { BAD } else { PLAIN };
        let row = columns.row(event);
        let text = format!("{}{}", mark(event), what(event));
        screen.parts(indent, &[(FAINT, &stamp), (NAME, &row), (style, &text)])?;
    }
    Ok(())
}

/// Number and time of an event.
fn stamp(event: &SliceEvent) -> String {
    format!("#{:<5} {:>12}", event.event, event.at)
}

/// Why an event is here, if that has to be said.
fn mark(event: &SliceEvent) -> String {
    let deviations: Vec<String> = event.deviations.iter().map(|index| format!("({}) ", index + 1)).collect();
    let deviations = deviations.concat();
    if event.role == Role::Violation { format!("{deviations}✗ ") } else { deviations }
}

fn what(event: &SliceEvent) -> String {
    match event.kind {
        EventKind::Message => event.text.clone(),
        EventKind::Fact => format!("states {}", event.text),
        EventKind::Lost => format!("lost: {}", event.text),
        EventKind::Duplicated => format!("doubled: {}", event.text),
        EventKind::Start | EventKind::Timer | EventKind::Signal | EventKind::Synced
            if event.actor.is_some() =>
        {
            event.text.clone()
        }
        _ => event.told.clone(),
    }
}

/// The actors that take part, from left to right.
struct Columns<'a> {
    paths: Vec<&'a str>,
}

/// How far columns are apart.
const APART: usize = 4;

impl<'a> Columns<'a> {
    /// In the order of their first appearance, senders before receivers.
    fn of(events: &'a [SliceEvent]) -> Self {
        let mut paths: Vec<&str> = Vec::new();
        for path in events.iter().flat_map(|event| [&event.from, &event.actor]).flatten() {
            if !paths.contains(&path.as_str()) {
                paths.push(path);
            }
        }
        Self { paths }
    }

    /// The names, each over its own column: the last at the top, so that none covers another's line.
    fn heads(&self, screen: &mut Screen<'_>, indent: usize) -> io::Result<()> {
        for (number, path) in self.paths.iter().enumerate().rev() {
            let lines = format!("│{:width$}", "", width = APART - 1).repeat(number);
            screen.verbatim(indent - 1, &format!("{lines}{path}"))?;
        }
        Ok(())
    }

    /// The lines of all columns, with an arrow or a dot for the event.
    fn row(&self, event: &SliceEvent) -> String {
        let place = |path: &Option<String>| {
            path.as_ref()
                .and_then(|path| self.paths.iter().position(|known| known == path))
                .map(|n| n * APART)
        };
        let width = self.paths.len().saturating_sub(1) * APART + 1;
        let mut row: Vec<char> =
            (0..width).map(|at| if at.is_multiple_of(APART) { '│' } else { ' ' }).collect();
        let Some(to) = place(&event.actor) else { return row.into_iter().collect() };
        match place(&event.from).filter(|from| *from != to) {
            Some(from) => {
                let (left, right) = (from.min(to), from.max(to));
                row[left..=right].fill('─');
                row[from] = '●';
                row[to] = match (event.kind, from < to) {
                    (EventKind::Lost, _) => '×',
                    (_, true) => '►',
                    (_, false) => '◄',
                };
            }
            None => row[to] = if event.kind == EventKind::Fact { '◆' } else { '●' },
        }
        row.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use rehearsal::protocol::Time;

    use super::super::screen::tests::shown;
    use super::*;

    fn event(number: u64, kind: EventKind, from: Option<&str>, actor: &str, role: Role) -> SliceEvent {
        SliceEvent {
            event: number,
            at: Time::from_nanos(number * 1_000_000),
            kind,
            actor: Some(actor.to_owned()),
            from: from.map(ToOwned::to_owned),
            text: format!("text {number}"),
            told: String::new(),
            role,
            deviations: if role == Role::Deviation { vec![0, 2] } else { Vec::new() },
        }
    }

    #[test]
    fn messages_are_arrows_and_facts_are_dots() {
        let events = [
            event(1, EventKind::Message, Some("/a/client"), "/b/gateway", Role::Cause),
            event(2, EventKind::Lost, Some("/b/gateway"), "/a/client", Role::Deviation),
            event(3, EventKind::Message, Some("/b/gateway"), "/c/store", Role::Cause),
            event(4, EventKind::Fact, None, "/c/store", Role::Violation),
        ];
        insta::assert_snapshot!(shown(None, |screen| diagram(screen, 2, &events)));
    }
}
