//! Keys, runs, calls, commands: small numbers that print the way people say them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::compared::{compared_at_once, joined};
use super::spelling::Spelling;

/// A session and one of its branches: what an actor is responsible for. Prints as `s1:b1`.
#[derive(Clone, Copy, Hash, Serialize, Deserialize)]
#[expect(clippy::derived_hash_with_manual_eq, reason = "equal in all fields, compared at once")]
pub struct Key {
    /// The session.
    pub session: u32,
    /// The branch of it.
    pub branch: u32,
}

impl Key {
    fn spell(self, to: &mut Spelling) -> &mut Spelling {
        to.number("s", self.session).number(":b", self.branch)
    }
}

/// A run of a key, counted from 1. Prints as `s1:b1/3`.
#[derive(Clone, Copy, Hash, Serialize, Deserialize)]
#[expect(clippy::derived_hash_with_manual_eq, reason = "equal in all fields, compared at once")]
pub struct RunId {
    /// Whose run.
    pub key: Key,
    /// Which of its runs.
    pub number: u32,
}

impl RunId {
    fn spell(self, to: &mut Spelling) -> &mut Spelling {
        self.key.spell(to).number("/", self.number)
    }
}

/// A tool call, scoped to its run because model providers repeat their own ids (`actors.md` 0). Prints as `s1:b1/3.2.0`.
#[derive(Clone, Copy, Hash, Serialize, Deserialize)]
#[expect(clippy::derived_hash_with_manual_eq, reason = "equal in all fields, compared at once")]
pub struct CallId {
    /// Whose call.
    pub run: RunId,
    /// The model call that asked for it, counted from 1 in its run.
    pub step: u16,
    /// Its place among the calls of that step.
    pub index: u16,
}

impl CallId {
    fn spell(self, to: &mut Spelling) -> &mut Spelling {
        self.run.spell(to).number(".", self.step).number(".", self.index)
    }
}

/// A call of the model: one stream. Prints as `s1:b1/3.2@1.1`, the step of a run in the first attempt of the first life.
///
/// It names the life of who listens, because a stream outlives a crash of that one; and the attempt, because what one attempt has said must
/// not be mixed with what the next one says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamId {
    /// For which run.
    pub run: RunId,
    /// For which of its steps, from 1.
    pub step: u16,
    /// Which attempt at it, from 1.
    pub attempt: u16,
    /// In which life of who listens.
    pub life: u32,
}

impl StreamId {
    fn spell(self, to: &mut Spelling) -> &mut Spelling {
        self.run.spell(to).number(".", self.step).number("@", self.life).number(".", self.attempt)
    }
}

/// A command's idempotency key, minted by the client: a repeat carries the same one. Prints as `c1#3`, or `c1.2#3` for the
/// client's second life.
///
/// It names the client's life too, because a client that crashed does not remember which numbers it has used.
#[derive(Clone, Copy, Hash, Serialize, Deserialize)]
#[expect(clippy::derived_hash_with_manual_eq, reason = "equal in all fields, compared at once")]
pub struct CommandId {
    /// Who minted it.
    pub client: u16,
    /// In which life, from 1.
    pub life: u16,
    /// Its number in that life, from 1.
    pub number: u32,
}

impl CommandId {
    pub(super) fn spell(self, to: &mut Spelling) -> &mut Spelling {
        to.number("c", self.client);
        if self.life != 1 {
            to.number(".", self.life);
        }
        to.number("#", self.number)
    }
}

compared_at_once! {
    Key(it): (joined!(u64: it.session, 32 it.branch), 0), joined!(u128: it.branch, 32 it.session);
    RunId(it): (it.key.words().0, it.number.into()), joined!(u128: it.number, 32 it.key.rank());
    CallId(it):
        (it.run.key.words().0, joined!(u64: it.run.number, 32 it.step, 48 it.index)),
        joined!(u128: it.index, 16 it.step, 32 it.run.rank());
    CommandId(it):
        (joined!(u64: it.client, 16 it.life, 32 it.number), 0),
        joined!(u128: it.number, 32 it.life, 48 it.client);
}

/// How ids are spelled, on their own and as parts of others.
macro_rules! spelled {
    ($($id:ident)*) => {$(
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.spell(&mut Spelling::default()).write(f)
            }
        }

        /// Ids look the same in a trace as in a sentence.
        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

spelled!(Key RunId CallId StreamId CommandId);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_print_the_way_people_say_them() {
        let key = Key { session: 1, branch: 2 };
        let run = RunId { key, number: 3 };
        assert_eq!(
            format!("{key:?} {run:?} {:?}", CallId { run, step: 4, index: 0 }),
            "s1:b2 s1:b2/3 s1:b2/3.4.0"
        );
        assert_eq!(StreamId { run, step: 4, attempt: 1, life: 2 }.to_string(), "s1:b2/3.4@2.1");
        let first = CommandId { client: 1, life: 1, number: 5 };
        assert_eq!(format!("{first} {}", CommandId { life: 2, ..first }), "c1#5 c1.2#5");
    }

    #[test]
    fn the_largest_ids_have_room() {
        let key = Key { session: u32::MAX, branch: u32::MAX };
        let run = RunId { key, number: u32::MAX };
        let (short, long) = (u16::MAX, u32::MAX);
        assert_eq!(
            StreamId { run, step: short, attempt: short, life: long }.to_string(),
            format!("s{long}:b{long}/{long}.{short}@{long}.{short}")
        );
        assert_eq!(CallId { run, step: short, index: short }.to_string(), format!("{run}.{short}.{short}"));
    }

    /// What is compared with itself and with others that differ little.
    fn ids() -> impl Strategy<Value = (CallId, CommandId)> {
        let small = || prop_oneof![0_u32..3, Just(u32::MAX)];
        let short = || prop_oneof![0_u16..3, Just(u16::MAX)];
        (small(), small(), small(), short(), short()).prop_map(|(session, branch, number, a, b)| {
            let run = RunId { key: Key { session, branch }, number };
            (CallId { run, step: a, index: b }, CommandId { client: a, life: b, number })
        })
    }

    proptest! {
        #[test]
        fn ids_are_compared_field_by_field_in_their_order((a, x) in ids(), (b, y) in ids()) {
            let key = |of: &CallId| (of.run.key.session, of.run.key.branch);
            let run = |of: &CallId| (key(of), of.run.number);
            let call = |of: &CallId| (run(of), of.step, of.index);
            let command = |of: &CommandId| (of.client, of.life, of.number);
            prop_assert_eq!(a.run.key.cmp(&b.run.key), key(&a).cmp(&key(&b)));
            prop_assert_eq!(a.run.cmp(&b.run), run(&a).cmp(&run(&b)));
            prop_assert_eq!(a.cmp(&b), call(&a).cmp(&call(&b)));
            prop_assert_eq!(x.cmp(&y), command(&x).cmp(&command(&y)));
            prop_assert_eq!(a.run.key == b.run.key, key(&a) == key(&b));
            prop_assert_eq!(a.run == b.run, run(&a) == run(&b));
            prop_assert_eq!(a == b, call(&a) == call(&b));
            prop_assert_eq!(x == y, command(&x) == command(&y));
        }
    }
}
