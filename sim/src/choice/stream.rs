//! Which family a choice belongs to, and its key.

use serde::Serialize;

use super::generator::{self, Key};

/// A family of choices. Slots and nodes are dense numbers of one system; the key derives from their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Stream {
    /// What happens to the n-th message from one actor to another: delay, loss, duplication.
    Delay {
        /// The sender's slot.
        from: u32,
        /// The receiver's slot.
        to: u32,
    },
    /// How late the n-th timer of an actor runs out.
    Timer(u32),
    /// How long the n-th turn of an actor on a slow node takes.
    Turn(u32),
    /// The n-th raw draw of an actor.
    Draw(u32),
    /// The n-th menu of an actor.
    Menu(u32),
    /// How long the n-th sync of an actor takes.
    Sync(u32),
    /// What the n-th crash of an actor's node leaves of its unsynced writes.
    Torn(u32),
    /// The n-th episode of a kind of fault that concerns one node.
    OnNode(&'static str, u32),
    /// The n-th episode of a kind of fault that concerns the whole system.
    OnSystem(&'static str),
    /// What comes n-th where time does not say it: how many that are due before it are passed over.
    Order,
}

/// The key of a stream.
pub type StreamKey = Key;

/// The key of [`Stream::Order`].
pub(crate) const ORDER_KEY: StreamKey = generator::join(generator::name("order"), 0);

/// The kinds of streams, as they enter the key; a test holds them distinct.
pub(crate) mod kind {
    use super::generator::name;

    pub(crate) const DELAY: u64 = name("delay");
    pub(crate) const TIMER: u64 = name("timer");
    pub(crate) const TURN: u64 = name("turn");
    pub(crate) const DRAW: u64 = name("draw");
    pub(crate) const MENU: u64 = name("menu");
    pub(crate) const SYNC: u64 = name("sync");
    pub(crate) const TORN: u64 = name("torn");
}

impl Stream {
    /// The key of this stream, given the keys of the names of actors and nodes.
    pub fn key(self, actor: impl Fn(u32) -> Key, node: impl Fn(u32) -> Key) -> StreamKey {
        let of = |kind, slot| generator::join(kind, actor(slot));
        match self {
            Self::Delay { from, to } => delay_key(actor(from), actor(to)),
            Self::Timer(slot) => of(kind::TIMER, slot),
            Self::Turn(slot) => of(kind::TURN, slot),
            Self::Draw(slot) => of(kind::DRAW, slot),
            Self::Menu(slot) => of(kind::MENU, slot),
            Self::Sync(slot) => of(kind::SYNC, slot),
            Self::Torn(slot) => of(kind::TORN, slot),
            Self::OnNode(kind, id) => generator::join(generator::name(kind), node(id)),
            Self::OnSystem(kind) => generator::join(generator::name(kind), 0),
            Self::Order => ORDER_KEY,
        }
    }

    /// The stream in words: `delay /client-1/client→/db/store`, `crash client-1`.
    pub fn in_words<'a>(self, actor: impl Fn(u32) -> &'a str, node: impl Fn(u32) -> &'a str) -> String {
        match self {
            Self::Delay { from, to } => format!("delay {}→{}", actor(from), actor(to)),
            Self::Timer(slot) => format!("timer {}", actor(slot)),
            Self::Turn(slot) => format!("turn {}", actor(slot)),
            Self::Draw(slot) => format!("draw {}", actor(slot)),
            Self::Menu(slot) => format!("menu {}", actor(slot)),
            Self::Sync(slot) => format!("sync {}", actor(slot)),
            Self::Torn(slot) => format!("torn {}", actor(slot)),
            Self::OnNode(kind, id) => format!("{kind} {}", node(id)),
            Self::OnSystem(kind) => kind.to_owned(),
            Self::Order => "order".to_owned(),
        }
    }
}

/// The key of the stream of messages between two actors.
#[inline]
pub(crate) const fn delay_key(from: Key, to: Key) -> StreamKey {
    generator::join(from ^ kind::DELAY, to)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn streams_of_different_kinds_and_names_have_different_keys() {
        let streams = [
            Stream::Delay { from: 1, to: 2 },
            Stream::Delay { from: 2, to: 1 },
            Stream::Delay { from: 1, to: 1 },
            Stream::Timer(1),
            Stream::Turn(1),
            Stream::Draw(1),
            Stream::Menu(1),
            Stream::Sync(1),
            Stream::Torn(1),
            Stream::Draw(2),
            Stream::OnNode("crash", 1),
            Stream::OnNode("pause", 1),
            Stream::OnSystem("partition"),
            Stream::Order,
        ];
        let actor = |slot: u32| generator::name(&format!("/node/actor-{slot}"));
        let node = |id: u32| generator::name(&format!("node-{id}"));
        let keys: BTreeSet<_> = streams.iter().map(|stream| stream.key(actor, node)).collect();
        assert_eq!(keys.len(), streams.len());
    }
}
