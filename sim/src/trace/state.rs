//! The states of actors after their turns, each kept as what it changes of the one before.
//!
//! Most turns change little of a state, and a state in words is long: what is kept of it are the edits that make it of the earlier text.

mod edit;

use std::fmt::{self, Write as _};

pub use edit::Edit;

/// What the states of actors were after their turns.
#[derive(Clone, Debug, Default)]
pub struct ActorStates {
    changes: Vec<Change>,
    edits: Vec<Edit>,
    /// What the edits put in, one after another.
    inserted: String,
    /// The latest state of each actor, by its slot; empty if it has none.
    latest: Vec<String>,
    /// Where a state is put into words; kept for its memory.
    scratch: String,
}

/// A state after a turn, told by the earlier state of the same actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The number of the event that is the turn, or the end of the incarnation.
    pub event: u64,
    /// The slot of the actor.
    pub slot: u32,
    /// How many edits it has.
    pub edits: u32,
    first: usize,
}

impl ActorStates {
    /// Forgets all states, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.changes.clear();
        self.edits.clear();
        self.inserted.clear();
        self.latest.iter_mut().for_each(String::clear);
    }

    /// Takes the state after a turn; nothing is kept if it did not change.
    pub(crate) fn after(&mut self, event: u64, slot: u32, state: &dyn fmt::Debug) {
        self.scratch.clear();
        write!(self.scratch, "{state:?}").expect("a string can be written to");
        self.take(event, slot);
    }

    /// Takes note that an incarnation has ended: the state of the next one has nothing to do with it.
    pub(crate) fn ended(&mut self, event: u64, slot: u32) {
        if self.latest.get(slot as usize).is_some_and(|state| !state.is_empty()) {
            self.scratch.clear();
            self.take(event, slot);
        }
    }

    fn take(&mut self, event: u64, slot: u32) {
        if self.latest.len() <= slot as usize {
            self.latest.resize_with(slot as usize + 1, String::new);
        }
        let latest = &mut self.latest[slot as usize];
        if *latest == self.scratch {
            return;
        }
        let first = self.edits.len();
        edit::edits(latest, &self.scratch, &mut self.inserted, &mut self.edits);
        let edits = (self.edits.len() - first) as u32;
        self.changes.push(Change { event, slot, edits, first });
        std::mem::swap(latest, &mut self.scratch);
    }

    /// The changes, in the order of their events.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The edits of a change, from the beginning of the text to its end.
    pub fn edits(&self, change: &Change) -> &[Edit] {
        &self.edits[change.first..change.first + change.edits as usize]
    }

    /// What an edit puts in.
    pub fn inserted(&self, edit: &Edit) -> &str {
        &self.inserted[edit.inserted.clone()]
    }

    /// The state of an actor after an event, put together from the changes up to it; `None` if it had none.
    pub fn at(&self, slot: u32, event: u64) -> Option<String> {
        let changes = self.changes.iter().take_while(|change| change.event <= event);
        let state = changes
            .filter(|change| change.slot == slot)
            .fold(String::new(), |before, change| edit::edited(&before, self.edits(change), &self.inserted));
        (!state.is_empty()).then_some(state)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_state_that_does_not_change_takes_no_room() {
        let mut states = ActorStates::default();
        (0..10).for_each(|event| states.after(event, 3, &"unchanged"));
        assert_eq!(states.changes().len(), 1);
        assert_eq!(states.at(3, 9).as_deref(), Some("\"unchanged\""));
        assert_eq!(states.at(2, 9), None, "another actor has no state");
    }

    proptest! {
        /// Against the plain texts, with letters that have several bytes, too.
        #[test]
        fn every_state_can_be_had_again(turns in prop::collection::vec((0_u32..3, "[aäb ]{0,6}"), 0..40)) {
            let mut states = ActorStates::default();
            let mut plain = vec![None; 3];
            for (event, (slot, text)) in turns.into_iter().enumerate() {
                let event = event as u64;
                if text.is_empty() {
                    states.ended(event, slot);
                    plain[slot as usize] = None;
                } else {
                    states.after(event, slot, &text);
                    plain[slot as usize] = Some(format!("{text:?}"));
                }
                for slot in 0..3 {
                    prop_assert_eq!(&states.at(slot, event), &plain[slot as usize]);
                }
            }
        }
    }
}
