//! The always-on hash, and the events if they are asked for.
//!
//! The running hash, version 1, starts from 0 and takes each event as two folds (see [`super::digest`](mod@super::digest)):
//!
//! ```text
//! h = pair(h, at, digest)
//! h = pair(h, cause, kind | actor << 8 | (node & 0xFFFFFF) << 40)
//! ```
//!
//! with `at` in nanoseconds and kinds numbered in the order of [`super::EventKind`].

use super::digest::pair;
use super::event::{Event, Payload};
use super::state::ActorStates;

/// How much of a run is kept. A run can always be had again from its seed, so the default is nothing but the hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recording {
    /// The hash.
    #[default]
    Off,
    /// All events, without payloads.
    Events,
    /// All events with their payloads in words.
    Payloads,
    /// And the states of actors after their turns.
    States,
}

impl Recording {
    /// Whether payloads are kept.
    pub fn has_payloads(self) -> bool {
        self >= Self::Payloads
    }
}

/// Keeps the hash of a run, and its events if asked.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    hash: u64,
    count: u64,
    level: Recording,
    events: Vec<Event>,
    payloads: Vec<Payload>,
    states: ActorStates,
}

impl Recorder {
    /// Starts over, keeping its memory.
    pub fn reset(&mut self, level: Recording) {
        (self.hash, self.count, self.level) = (0, 0, level);
        self.events.clear();
        self.payloads.clear();
        self.states.clear();
    }

    /// Takes one event and returns its number.
    #[inline]
    pub fn record(&mut self, event: Event, payload: impl FnOnce() -> Payload) -> u64 {
        let number = self.note(event);
        if self.level.has_payloads() {
            self.keep_payload(payload());
        }
        number
    }

    /// Takes one event, whose payload is kept by itself, and returns its number.
    #[inline]
    pub(crate) fn note(&mut self, event: Event) -> u64 {
        let Event { at, cause, digest, actor, node, kind } = event;
        let who = kind as u64 | u64::from(actor) << 8 | u64::from(node & 0x00FF_FFFF) << 40;
        self.hash = pair(self.hash, at.as_nanos(), digest);
        self.hash = pair(self.hash, cause, who);
        let number = self.count;
        self.count = number + 1;
        if self.level != Recording::Off {
            // Put together again here, so that nobody writes it down who does not keep it.
            self.keep(Event { at, cause, digest, actor, node, kind });
        }
        number
    }

    #[cold]
    fn keep(&mut self, event: Event) {
        self.events.push(event);
    }

    #[cold]
    pub(crate) fn keep_payload(&mut self, payload: Payload) {
        self.payloads.push(payload);
    }

    /// How much is kept.
    #[inline]
    pub fn level(&self) -> Recording {
        self.level
    }

    /// The states of actors after their turns, if they are recorded.
    pub fn states(&self) -> &ActorStates {
        &self.states
    }

    pub(crate) fn states_mut(&mut self) -> &mut ActorStates {
        &mut self.states
    }

    /// The hash over all events so far.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// How many events there were: the number of the next one.
    #[inline]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Forgets the events so far, but for the hash over them and their number.
    pub(crate) fn forget(&mut self) {
        self.events.clear();
        self.payloads.clear();
    }

    /// The number of the first event that is kept.
    pub fn first(&self) -> u64 {
        self.count - self.events.len() as u64
    }

    /// The events so far, if they are recorded; in a run that is told in parts, those since the last part.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The payloads of these events, one for each, if they are recorded.
    pub fn payloads(&self) -> &[Payload] {
        &self.payloads
    }
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::Time;

    use super::*;
    use crate::trace::EventKind;

    fn event(at: u64) -> Event {
        let at = Time::from_nanos(at);
        Event { at, cause: 0, digest: 7, actor: 3, node: 1, kind: EventKind::Message }
    }

    #[test]
    fn the_running_hash_is_pinned_and_does_not_depend_on_recording() {
        let mut hashes = Vec::new();
        for level in [Recording::Off, Recording::Events, Recording::Payloads, Recording::States] {
            let mut recorder = Recorder::default();
            recorder.reset(level);
            for at in 0..10 {
                recorder.record(event(at), Payload::default);
            }
            hashes.push(format!("{:016x}", recorder.hash()));
        }
        assert!(hashes.iter().all(|hash| *hash == hashes[0]));
        insta::assert_snapshot!(hashes[0], @"ed39bb01295e2de1");
    }

    #[test]
    fn every_field_of_an_event_is_in_the_hash() {
        let original = event(5);
        let one = |event: Event| {
            let mut recorder = Recorder::default();
            recorder.record(event, Payload::default);
            recorder.hash()
        };
        let changed = [
            Event { at: Time::from_nanos(6), ..original },
            Event { cause: 1, ..original },
            Event { digest: 8, ..original },
            Event { actor: 4, ..original },
            Event { node: 2, ..original },
            Event { kind: EventKind::Timer, ..original },
        ];
        for other in changed {
            assert_ne!(one(original), one(other), "{other:?}");
        }
    }
}
