//! An actor with a word before it that can be looked at.

use std::fmt;
use std::hash::{Hash, Hasher};

use rehearsal_protocol::mailbox::Bounds;
use rehearsal_protocol::{Actor, Context, Input, Protocol};

/// An actor as the world holds it. Before and after it are words of the world's own, for nothing can be said of the bytes of an actor: to look
/// at those fetches the actor's first cache line and its last.
#[derive(Clone)]
#[repr(C)]
pub(crate) struct Held<A> {
    before: u32,
    actor: A,
    after: u32,
}

impl<A> Held<A> {
    pub(crate) const fn new(actor: A) -> Self {
        Self { before: 1, actor, after: 1 }
    }
}

impl<P: Protocol, A: Actor<P> + Clone + Hash + 'static> Actor<P> for Held<A> {
    #[inline]
    fn receive(&mut self, cx: &mut Context<'_, P>, input: Input<P>) {
        self.actor.receive(cx, input);
    }

    fn mailbox(&self) -> Bounds {
        self.actor.mailbox()
    }

    fn touch(&self) -> u64 {
        u64::from(self.before | self.after)
    }
}

impl<A: fmt::Debug> fmt::Debug for Held<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.actor.fmt(f)
    }
}

impl<A: Hash> Hash for Held<A> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.actor.hash(to);
    }
}
