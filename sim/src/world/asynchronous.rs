//! The world without its clock: whatever is pending may come next. For exhaustive search over orders, and to run one of them again.
//!
//! An actor's clock shows the due time of what it handles, which follows from causes alone. Messages within a node keep their order per
//! pair of actors. Which of the others comes next is a choice: `order #n` is the n-th of a run, and its value is how many that are due before
//! it are passed over; 0, the dull one, takes what is due first.

use std::hash::Hasher;

use rehearsal_protocol::{Protocol, Time};
use serde::{Deserialize, Serialize};

use super::pending::{Pending, What};
use super::{World, copied};
use crate::check::Checks;
use crate::choice::stream::ORDER_KEY;
use crate::choice::{Deviation, Stream, Value};

/// In which orders events may come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Orders {
    /// In that of time.
    #[default]
    Timed,
    /// In any, as choices say.
    Any,
}

impl Orders {
    /// Whether events come in the order of time.
    pub fn are_timed(&self) -> bool {
        *self == Self::Timed
    }
}

/// What is pending where time does not order it.
pub(crate) struct Loose<P: Protocol> {
    /// In the order of time, and then of their numbers.
    places: Vec<Place>,
    /// What is pending in each place.
    items: Vec<Pending<P>>,
    /// The number of the next item.
    next: u64,
    /// How many were picked.
    picks: u32,
}

/// When something is due, and what it keeps its order with.
#[derive(Clone, Copy)]
struct Place {
    number: u64,
    at: Time,
    pair: Option<(u32, u32)>,
    is_message: bool,
}

impl<P: Protocol> Default for Loose<P> {
    fn default() -> Self {
        Self { places: Vec::new(), items: Vec::new(), next: 0, picks: 0 }
    }
}

impl<P: Protocol> Clone for Loose<P> {
    fn clone(&self) -> Self {
        Self { places: self.places.clone(), items: copied(&self.items), ..*self }
    }
}

impl<P: Protocol> Loose<P> {
    /// How many events are pending.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// How many messages are under way.
    pub(crate) fn messages(&self) -> u64 {
        messages(&self.places)
    }

    /// Puts something to its place in the order of time.
    fn insert(&mut self, at: Time, pending: Pending<P>, pair: Option<(u32, u32)>) {
        let is_message = matches!(pending.what, What::Message(_));
        let place = insert(&mut self.places, Place { number: self.next, at, pair, is_message });
        self.items.insert(place, pending);
        self.next += 1;
    }

    fn remove(&mut self, place: usize) -> (Time, Pending<P>) {
        self.picks += 1;
        (self.places.remove(place).at, self.items.remove(place))
    }
}

fn messages(places: &[Place]) -> u64 {
    places.iter().filter(|place| place.is_message).count() as u64
}

/// Which of these may come next.
fn enabled(places: &[Place]) -> Vec<usize> {
    let comes_behind = |place: &Place| {
        place.pair.is_some()
            && places.iter().any(|other| other.pair == place.pair && other.number < place.number)
    };
    places.iter().enumerate().filter(|(_, place)| !comes_behind(place)).map(|(number, _)| number).collect()
}

/// Puts one where it belongs in the order of time, and tells where.
fn insert(places: &mut Vec<Place>, new: Place) -> usize {
    let place = places.partition_point(|place| place.at <= new.at);
    places.insert(place, new);
    place
}

/// The deviation that in the n-th place of a run passes over so many that are due before.
pub(crate) fn passing(n: u32, passed: u32) -> Deviation {
    Deviation { stream: Stream::Order, key: ORDER_KEY, n, value: Value(u64::from(passed)) }
}

impl<P: Protocol> World<P> {
    /// Whether some actors of the blueprint have not had their first turn.
    pub(crate) fn is_beginning(&self) -> bool {
        self.scene.begun < self.scene.beginners
    }

    /// All actors of the blueprint have their first turns.
    pub(crate) fn begin_all(&mut self, checks: &mut Checks<P::Fact>) {
        while self.is_beginning() {
            self.step(checks);
        }
    }

    /// Takes everything that is pending, in the order of time.
    pub(crate) fn take_pending(&mut self) -> Vec<(Time, Pending<P>)> {
        let mut pending = Vec::new();
        while let Some(next) = self.queue.pop() {
            pending.push(next);
        }
        pending
    }

    /// Lets something happen that was taken before, at its own time, which may lie before that of what happened last.
    pub(crate) fn perform(&mut self, at: Time, pending: Pending<P>, checks: &mut Checks<P::Fact>) {
        self.scene.now = at;
        self.happen(pending.target, pending.cause, pending.what, checks);
    }

    /// Takes what became pending out of the order of time, if any order may be.
    pub(super) fn loosen(&mut self) {
        let Some(mut loose) = self.loose.take() else { return };
        while let Some((at, pending)) = self.queue.pop() {
            let (_, pair) = self.concerns(&pending);
            loose.insert(at, pending, pair);
        }
        self.loose = Some(loose);
    }

    /// Lets any of what may come next happen. `false` if there is nothing.
    #[cold]
    pub(super) fn step_in_any_order(&mut self, checks: &mut Checks<P::Fact>) -> bool {
        let Some(loose) = &mut self.loose else { return false };
        let enabled = enabled(&loose.places);
        if enabled.is_empty() {
            return false;
        }
        let n = loose.picks;
        let passed = self.scene.choices.pick_of(Stream::Order, ORDER_KEY, n, enabled.len() as u32);
        let (at, pending) = loose.remove(enabled[passed as usize]);
        self.perform(at, pending, checks);
        self.loosen();
        true
    }

    /// Lets the first of what may come next happen that fits, and tells how many it passed over. `None` if nothing fits.
    pub(crate) fn pick(
        &mut self,
        fits: impl Fn(&Self, u32, &What<P>) -> bool,
        checks: &mut Checks<P::Fact>,
    ) -> Option<u32> {
        let loose = self.loose.as_ref()?;
        let enabled = enabled(&loose.places);
        let fits = |place: &usize| {
            let pending = &loose.items[*place];
            fits(self, pending.target, &pending.what)
        };
        let passed = enabled.iter().position(fits)?;
        let (at, pending) = self.loose.as_mut()?.remove(enabled[passed]);
        self.perform(at, pending, checks);
        self.loosen();
        Some(passed as u32)
    }

    /// Which actor something pending concerns, and the pair within which it keeps its order.
    pub(crate) fn concerns(&self, pending: &Pending<P>) -> (Option<u32>, Option<(u32, u32)>) {
        let target = pending.target;
        match &pending.what {
            What::Message(envelope) => {
                let from = envelope.from.slot();
                let together = self.node_of_path(from) == self.node_of_path(target);
                (Some(target), together.then_some((from, target)))
            }
            What::Timer(..) | What::Start(_) | What::Dispatch(_) => (Some(target), None),
            What::Signal(..) | What::Synced(..) => (Some(target), Some((target, target))),
            What::Kill | What::Restart | What::EpisodeBegins | What::EpisodeEnds | What::Heal => (None, None),
        }
    }

    /// Feeds the present states of all actors to a hasher.
    pub(crate) fn fingerprint_actors(&self, hasher: &mut dyn Hasher) {
        for (slot, cell) in self.cells.iter().enumerate() {
            hasher.write_u64(slot as u64);
            match &cell.actor {
                Some(actor) => actor.fingerprint(hasher),
                None => hasher.write_u64(u64::MAX),
            }
        }
    }
}
