//! Keys, runs, calls, commands: small numbers that print the way people say them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A session and one of its branches: what an actor is responsible for. Prints as `s1:b1`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The session.
    pub session: u32,
    /// The branch of it.
    pub branch: u32,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}:b{}", self.session, self.branch)
    }
}

/// A run of a key, counted from 1. Prints as `s1:b1/3`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId {
    /// Whose run.
    pub key: Key,
    /// Which of its runs.
    pub number: u32,
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.key, self.number)
    }
}

/// A tool call, scoped to its run because model providers repeat their own ids (`actors.md` 0). Prints as `s1:b1/3.2.0`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallId {
    /// Whose call.
    pub run: RunId,
    /// The model call that asked for it, counted from 1 in its run.
    pub step: u16,
    /// Its place among the calls of that step.
    pub index: u16,
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.run, self.step, self.index)
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

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}@{}.{}", self.run, self.step, self.life, self.attempt)
    }
}

/// A command's idempotency key, minted by the client: a repeat carries the same one. Prints as `c1#3`, or `c1.2#3` for the
/// client's second life.
///
/// It names the client's life too, because a client that crashed does not remember which numbers it has used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CommandId {
    /// Who minted it.
    pub client: u16,
    /// In which life, from 1.
    pub life: u16,
    /// Its number in that life, from 1.
    pub number: u32,
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.life {
            1 => write!(f, "c{}#{}", self.client, self.number),
            life => write!(f, "c{}.{life}#{}", self.client, self.number),
        }
    }
}

/// Ids look the same in a trace as in a sentence.
macro_rules! debug_as_display {
    ($($id:ty),*) => {$(
        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

debug_as_display!(Key, RunId, CallId, StreamId, CommandId);

#[cfg(test)]
mod tests {
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
}
