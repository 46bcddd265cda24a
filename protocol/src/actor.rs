//! What a protocol and an actor are.

use std::any::TypeId;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::input::Input;
use crate::mailbox::{Bounds, Lane};

/// What travels between the actors of one system, and what they state about it.
pub trait Protocol: 'static {
    /// What actors send each other.
    type Message: Clone + Debug + Hash + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What actors announce; the only thing that monitors judge.
    type Fact: Clone + Debug + Hash + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The lane in which a message travels. The default puts everything into [`Lane::Work`].
    ///
    /// It belongs to the kind of message and not to the sender, so nobody can forget it.
    fn lane(_message: &Self::Message) -> Lane {
        Lane::Work
    }

    /// The number that its sender gave a message if it waits for an answer: an ask. The default knows none.
    ///
    /// An ask that its receiver's node accepted never ends in silence: if it finds no room or nobody, if the mailbox in which it waits is
    /// given up, or if the turn that handles it panics, its sender receives [`Signal::Refused`](crate::Signal::Refused) with this number.
    /// What a network loses is for deadlines.
    fn ask(_message: &Self::Message) -> Option<u64> {
        None
    }
}

/// A state machine that handles one input in one atomic turn.
///
/// An actor also derives `Clone`, `Debug` and `Hash`: worlds are cloned, states are shown and compared.
///
/// # Traps
///
/// A turn must return: an actor never blocks and never awaits. Long work is a run of several turns (see [`crate::run`]).
/// A panic in a turn is a crash of this actor, and that turn's effects are discarded.
pub trait Actor<P: Protocol>: ActorClone<P> + Debug + Send + Sync {
    /// Handles one input. What is asked of `cx` takes hold after the turn, all of it or none.
    fn receive(&mut self, cx: &mut Context<'_, P>, input: Input<P>);

    /// How much this actor's mailbox holds, and what happens beyond that.
    fn mailbox(&self) -> Bounds {
        Bounds::default()
    }

    /// Looks at the first bytes of the state, which decide nothing: a stage that knows whose turn it is soon has them fetched from memory,
    /// several at a time. Stages do this; actors leave it alone.
    #[doc(hidden)]
    fn touch(&self) -> u64 {
        0
    }
}

/// Copying and comparing actors behind a pointer; every `Actor + Clone + Hash` has it.
pub trait ActorClone<P: Protocol> {
    /// A copy of this actor in its present state.
    fn clone_actor(&self) -> Box<dyn Actor<P>>;

    /// Feeds the actor's type and present state to a hasher, for finding equal states within one process.
    fn fingerprint(&self, hasher: &mut dyn Hasher);
}

impl<P, A> ActorClone<P> for A
where
    P: Protocol,
    A: Actor<P> + Clone + Hash + 'static,
{
    fn clone_actor(&self) -> Box<dyn Actor<P>> {
        Box::new(self.clone())
    }

    fn fingerprint(&self, mut hasher: &mut dyn Hasher) {
        TypeId::of::<A>().hash(&mut hasher);
        self.hash(&mut hasher);
    }
}

impl<P: Protocol> Clone for Box<dyn Actor<P>> {
    fn clone(&self) -> Self {
        (**self).clone_actor()
    }
}
