//! The data of a run that its diagram is drawn from.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::iter;

use rehearsal::case::explain::SliceEvent;
use rehearsal::case::explain::slice::Role;
use rehearsal::run::{AnyRunner, Outcome, Verdict};
use rehearsal::trace::state::Edit;
use rehearsal::trace::{Event, EventKind};
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// The data of a run, as a page has it.
pub struct TraceData {
    json: Vec<u8>,
}

/// A longer run is shown from there on, counted from its end: a page has to open.
const MOST_EVENTS: usize = 200_000;

impl TraceData {
    /// The last run of a runner, which was recorded with payloads and, for the states of actors, with those. The events of a slice
    /// are shown apart.
    pub fn of(runner: &dyn AnyRunner, outcome: &Outcome, slice: &[SliceEvent]) -> Self {
        let events = runner.recorder().events();
        let first = events.len().saturating_sub(MOST_EVENTS);
        let page = Page {
            first: first as u64,
            total: events.len() as u64,
            kinds: KINDS,
            nodes: runner.topology().nodes.iter().map(|node| &*node.name).collect(),
            actors: (0..runner.paths()).map(|slot| (runner.path(slot), runner.node_of(slot))).collect(),
            events: Events::of(runner, first),
            states: States::of(runner, first as u64),
            log: log(runner, first as u64),
            faults: faults(runner),
            end: end(outcome),
            slice: slice
                .iter()
                .map(|event| (event.event, role(event.role), event.deviations.clone()))
                .collect(),
        };
        let mut json = Vec::with_capacity(ROOM * events.len().min(MOST_EVENTS));
        page.serialize(&mut Serializer::with_formatter(&mut json, InAScript))
            .expect("plain data can be written as JSON");
        Self { json }
    }

    pub(super) fn json(&self) -> &[u8] {
        &self.json
    }
}

/// About how many bytes an event takes.
const ROOM: usize = 150;

/// A script ends at the first `</script`, wherever it stands; in JSON, `<` stands only in strings, where it can be written otherwise.
struct InAScript;

impl Formatter for InAScript {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut parts = fragment.split('<');
        out.write_all(parts.next().unwrap_or_default().as_bytes())?;
        parts.try_for_each(|part| {
            out.write_all(b"\\u003c")?;
            out.write_all(part.as_bytes())
        })
    }
}

/// Kinds of events by their places in this list.
const KINDS: [EventKind; 15] = [
    EventKind::Start,
    EventKind::Message,
    EventKind::Timer,
    EventKind::Signal,
    EventKind::Synced,
    EventKind::Fact,
    EventKind::Lost,
    EventKind::Duplicated,
    EventKind::DeadLetter,
    EventKind::Ended,
    EventKind::NodeDown,
    EventKind::NodeUp,
    EventKind::FaultBegins,
    EventKind::FaultEnds,
    EventKind::Healed,
];

#[derive(Serialize)]
struct Page<'a> {
    /// The number of the first event that is here.
    first: u64,
    /// How many the run had.
    total: u64,
    kinds: [EventKind; 15],
    nodes: Vec<&'a str>,
    /// Path and node, by slot.
    actors: Vec<(&'a str, u32)>,
    events: Events<'a>,
    states: States<'a>,
    /// What actors wrote to `tracing`: event, level, text.
    log: Vec<(u64, &'static str, String)>,
    faults: Vec<Fault>,
    end: Option<End<'a>>,
    /// Event, why it is here, and the deviations that it is the first effect of.
    slice: Vec<(u64, &'static str, Vec<usize>)>,
}

/// The events, one column for each of their parts. Nobody is -1.
#[derive(Serialize)]
struct Events<'a> {
    at: Vec<u64>,
    kind: Vec<u8>,
    actor: Vec<i64>,
    node: Vec<i64>,
    cause: Vec<u64>,
    from: Vec<i64>,
    text: Vec<&'a str>,
}

impl<'a> Events<'a> {
    fn of(runner: &'a dyn AnyRunner, first: usize) -> Self {
        let somebody = |id: u32| if id == Event::NOBODY { -1 } else { i64::from(id) };
        let events = &runner.recorder().events()[first..];
        let payloads = runner.recorder().payloads().get(first..).unwrap_or_default();
        let from = payloads.iter().map(|payload| payload.from.map_or(-1, somebody));
        let text = payloads.iter().map(|payload| payload.text.as_str());
        Self {
            at: events.iter().map(|event| event.at.as_nanos()).collect(),
            kind: events.iter().map(|event| event.kind as u8).collect(),
            actor: events.iter().map(|event| somebody(event.actor)).collect(),
            node: events.iter().map(|event| somebody(event.node)).collect(),
            cause: events.iter().map(|event| event.cause).collect(),
            from: from.chain(iter::repeat(-1)).take(events.len()).collect(),
            text: text.chain(iter::repeat("")).take(events.len()).collect(),
        }
    }
}

/// The states of actors after their turns, as edits of the earlier ones.
#[derive(Serialize)]
struct States<'a> {
    /// The states before the first event that is here.
    before: BTreeMap<u32, String>,
    event: Vec<u64>,
    slot: Vec<u32>,
    /// How many edits each change has.
    edits: Vec<u32>,
    /// Where each edit begins in the earlier text.
    at: Vec<u32>,
    /// How long the piece is that it takes out; -1 if it goes on to the end.
    removed: Vec<i64>,
    /// What takes its place.
    inserted: Vec<&'a str>,
}

impl<'a> States<'a> {
    fn of(runner: &'a dyn AnyRunner, first: u64) -> Self {
        let states = runner.recorder().states();
        let changes = states.changes();
        let (earlier, shown) = changes.split_at(changes.partition_point(|change| change.event < first));
        let edits = || shown.iter().flat_map(|change| states.edits(change));
        let removed = |length| if length == Edit::REST { -1 } else { i64::from(length) };
        let slots: std::collections::BTreeSet<u32> = earlier.iter().map(|change| change.slot).collect();
        let before = slots.into_iter().filter_map(|slot| Some((slot, states.at(slot, first - 1)?)));
        Self {
            before: before.collect(),
            event: shown.iter().map(|change| change.event).collect(),
            slot: shown.iter().map(|change| change.slot).collect(),
            edits: shown.iter().map(|change| change.edits).collect(),
            at: edits().map(|edit| edit.at).collect(),
            removed: edits().map(|edit| removed(edit.removed)).collect(),
            inserted: edits().map(|edit| states.inserted(edit)).collect(),
        }
    }
}

fn log(runner: &dyn AnyRunner, first: u64) -> Vec<(u64, &'static str, String)> {
    let lines = runner.log().into_iter().filter(|line| line.event >= first);
    lines.map(|line| (line.event, line.level.as_str(), line.text)).collect()
}

/// An episode.
#[derive(Serialize)]
struct Fault {
    text: String,
    from: u64,
    until: u64,
    nodes: Vec<u32>,
}

fn faults(runner: &dyn AnyRunner) -> Vec<Fault> {
    let topology = runner.topology();
    let episodes = runner.plan().episodes.iter();
    let fault = episodes.map(|episode| Fault {
        text: episode.in_words(topology),
        from: episode.from.as_nanos(),
        until: episode.until.as_nanos(),
        nodes: episode.nodes(topology).into_iter().map(|node| node.0).collect(),
    });
    fault.collect()
}

/// What ended the run, if it failed.
#[derive(Serialize)]
struct End<'a> {
    event: u64,
    title: &'a str,
    text: String,
}

fn end(outcome: &Outcome) -> Option<End<'_>> {
    let last = outcome.events.saturating_sub(1);
    match &outcome.verdict {
        Verdict::Pass => None,
        Verdict::Violation(found) => Some(End {
            event: found.event.min(last),
            title: &found.invariant,
            text: format!("{}: {}", found.sentence, found.message),
        }),
        Verdict::Limit(limit) => Some(End { event: last, title: limit.name(), text: limit.in_words() }),
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Violation => "violation",
        Role::Deviation => "deviation",
        Role::About => "about",
        Role::Cause => "cause",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_at_its_number() {
        KINDS.iter().enumerate().for_each(|(place, kind)| assert_eq!(*kind as usize, place));
        assert_eq!(KINDS.len(), EventKind::Healed as usize + 1);
    }
}
