//! The class of an actor's state, and the kind of an input: what a search for new pairs of both goes by.
//!
//! States that differ only in numbers and texts are of one class: the class is the set of pairs of neighbours among the variants of
//! all enums in the state, in the order of its fields; lists count as empty, of one, or of more. A derived `Hash` feeds
//! the variant of an enum by `write_isize` and the length of a list by `write_usize`; a test holds it to that.

use std::hash::{Hash, Hasher};

use rehearsal_protocol::{Input, Protocol};

use super::World;
use crate::choice::generator::{join, mix};

impl<P: Protocol> World<P> {
    /// Tells the source of choices which pair of state and kind of input this turn is.
    #[cold]
    pub(super) fn watch(&mut self, slot: u32, input: u64) {
        let mut state = Shape::default();
        if let Some(actor) = &self.cells[slot as usize].actor {
            actor.fingerprint(&mut state);
        }
        let pair = join(state.finish(), input);
        if let Some(saw) = self.scene.choices.watched() {
            saw.insert(pair);
        }
    }
}

/// The kind of an input.
pub(super) fn class_of<P: Protocol>(input: &Input<P>) -> u64 {
    match input {
        Input::Start(_) => 0,
        Input::Message(envelope) => class_of_message(&envelope.message),
        Input::Timer(id) => join(2, id.0),
        Input::Signal(signal) => join(3, kind(signal)),
        Input::Synced(_) => 4,
    }
}

/// The kind of a message as an input.
pub(super) fn class_of_message(message: &impl Hash) -> u64 {
    kind(message)
}

/// Which variant of its enum a value is.
fn kind(value: &impl Hash) -> u64 {
    let mut shape = Shape { first_only: true, ..Shape::default() };
    value.hash(&mut shape);
    shape.finish()
}

/// A hasher that sees the shape of a value, and neither numbers nor texts.
#[derive(Clone, Debug, Default)]
struct Shape {
    /// The pairs of neighbours, as bits.
    pairs: [u64; 4],
    last: u64,
    first_only: bool,
}

impl Shape {
    fn see(&mut self, what: u64) {
        if self.first_only && self.pairs != [0; 4] {
            return;
        }
        let bit = join(self.last, what) % 256;
        self.pairs[(bit / 64) as usize] |= 1 << (bit % 64);
        self.last = what;
    }
}

impl Hasher for Shape {
    fn write(&mut self, _: &[u8]) {}

    fn write_isize(&mut self, variant: isize) {
        self.see(variant.cast_unsigned() as u64);
    }

    fn write_usize(&mut self, length: usize) {
        self.see(1 << 32 | length.min(2) as u64);
    }

    fn finish(&self) -> u64 {
        self.pairs.iter().fold(0, |hash, bits| mix(hash ^ mix(*bits)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Hash)]
    enum Phase {
        Idle,
        Running { run: u32, name: &'static str },
    }

    #[derive(Hash)]
    struct State {
        phase: Phase,
        waiting: Vec<Option<u64>>,
        count: u64,
    }

    fn class(phase: Phase, waiting: &[Option<u64>], count: u64) -> u64 {
        let mut shape = Shape::default();
        State { phase, waiting: waiting.to_vec(), count }.hash(&mut shape);
        shape.finish()
    }

    #[test]
    fn numbers_and_texts_and_long_lists_are_no_part_of_a_class() {
        let one = class(Phase::Running { run: 1, name: "a" }, &[Some(1), Some(2)], 3);
        assert_eq!(one, class(Phase::Running { run: 9, name: "bc" }, &[Some(7), Some(8), Some(9)], 4));
    }

    #[test]
    fn variants_and_whether_a_list_has_something_are() {
        let classes = [
            class(Phase::Idle, &[], 0),
            class(Phase::Running { run: 1, name: "a" }, &[], 0),
            class(Phase::Idle, &[None], 0),
            class(Phase::Idle, &[Some(1)], 0),
            class(Phase::Idle, &[Some(1), None], 0),
        ];
        for (n, one) in classes.iter().enumerate() {
            assert!(!classes[..n].contains(one), "two of {classes:?} are the same");
        }
        let kinds = [kind(&Phase::Idle), kind(&Phase::Running { run: 1, name: "a" })];
        assert_ne!(kinds[0], kinds[1]);
        assert_eq!(kinds[1], kind(&Phase::Running { run: 2, name: "b" }));
    }
}
