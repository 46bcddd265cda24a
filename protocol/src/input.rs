//! What comes into a turn: messages, timers, signals.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::actor::Protocol;
use crate::address::{Address, Incarnation, NodeId};
use crate::run::Run;

/// The one thing that an actor handles in a turn.
pub enum Input<P: Protocol> {
    /// The first turn of an incarnation, with what its disk kept.
    Start(Recovered),
    /// A message from another actor, or from itself.
    Message(Envelope<P::Message>),
    /// A timer that this actor set has run out.
    Timer(TimerId),
    /// News about the life of actors, or an interrupt.
    Signal(Signal),
    /// Everything written before this sync is durable now.
    Synced(WriteId),
}

impl<P: Protocol> Input<P> {
    /// The same input in another protocol; `None` if its message says nothing there.
    pub fn translated<Q: Protocol>(
        self,
        message: impl FnOnce(P::Message) -> Option<Q::Message>,
    ) -> Option<Input<Q>> {
        Some(match self {
            Self::Message(Envelope { from, id, message: said }) => {
                Input::Message(Envelope { from, id, message: message(said)? })
            }
            Self::Start(recovered) => Input::Start(recovered),
            Self::Timer(id) => Input::Timer(id),
            Self::Signal(signal) => Input::Signal(signal),
            Self::Synced(id) => Input::Synced(id),
        })
    }
}

impl<P: Protocol> Clone for Input<P> {
    fn clone(&self) -> Self {
        match self {
            Self::Start(recovered) => Self::Start(recovered.clone()),
            Self::Message(envelope) => Self::Message(envelope.clone()),
            Self::Timer(id) => Self::Timer(*id),
            Self::Signal(signal) => Self::Signal(signal.clone()),
            Self::Synced(id) => Self::Synced(*id),
        }
    }
}

impl<P: Protocol> fmt::Debug for Input<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(recovered) => write!(f, "Start({})", recovered.incarnation),
            Self::Message(envelope) => fmt::Debug::fmt(&envelope.message, f),
            Self::Timer(id) => write!(f, "{id}"),
            Self::Signal(signal) => fmt::Debug::fmt(signal, f),
            Self::Synced(id) => write!(f, "Synced({})", id.0),
        }
    }
}

impl<P: Protocol> Hash for Input<P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Start(recovered) => recovered.hash(state),
            Self::Message(envelope) => envelope.hash(state),
            Self::Timer(id) => id.hash(state),
            Self::Signal(signal) => signal.hash(state),
            Self::Synced(id) => id.hash(state),
        }
    }
}

/// A message with its sender and its number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Envelope<M> {
    /// Who sent it; where `cx.reply` goes.
    pub from: Address,
    /// Unique among the messages of one run; a duplicate made by the network carries the same id.
    pub id: MessageId,
    /// What is said.
    pub message: M,
}

/// The number of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub u64);

/// A timer's name, chosen by the actor that sets it; setting it again re-arms it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimerId(pub u64);

impl fmt::Display for TimerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timer({})", self.0)
    }
}

/// The number of a sync, counted by each incarnation from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WriteId(pub u64);

/// News about the life of actors, or an interrupt; it travels in the control lane.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Signal {
    /// A child, or an actor that this one monitors, has ended. Delivered exactly once per incarnation.
    Exit {
        /// Who ended.
        who: Address,
        /// Which life of it.
        incarnation: Incarnation,
        /// Why.
        reason: Exit,
    },
    /// Someone wants the present run to end; with `expected`, only that run.
    Interrupt {
        /// Who asks.
        from: Address,
        /// The run that is meant; any run if absent.
        expected: Option<Run>,
    },
    /// Asked to end in good order: finish, then call `cx.exit()`.
    Shutdown,
    /// A message found no room in the receiver's mailbox, or an ask will not be answered. Never silence.
    Refused {
        /// By whom.
        by: Address,
        /// The message that was refused.
        message: MessageId,
        /// Its number, if it was an ask; see [`Protocol::ask`].
        ask: Option<u64>,
    },
}

/// The news that a message is refused, while it is not known whether it will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// By whom.
    pub by: Address,
    /// Who sent the message, and will be told.
    pub to: Address,
    /// Which message it is.
    pub message: MessageId,
    /// Its number, if it is an ask; see [`Protocol::ask`].
    pub ask: Option<u64>,
}

impl Refusal {
    /// That of a message for `by`.
    #[inline]
    pub fn of<P: Protocol>(by: Address, envelope: &Envelope<P::Message>) -> Self {
        let Envelope { from, id, message } = envelope;
        Self { by, to: *from, message: *id, ask: P::ask(message) }
    }

    /// What its sender receives.
    pub fn signal(self) -> Signal {
        Signal::Refused { by: self.by, message: self.message, ask: self.ask }
    }
}

/// Why an incarnation ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Exit {
    /// It called `cx.exit()`: its work is done.
    Normal,
    /// Its parent ended or stopped it, or it ended in good order because it was asked to or had to.
    Shutdown,
    /// It was killed, by another actor or by a fault.
    Killed,
    /// Its turn panicked, with this message.
    Panicked(String),
    /// Its node crashed.
    NodeDown(NodeId),
    /// There was no such actor when the monitor was set.
    NoActor,
    /// It was never started: another life of that path was alive.
    NameTaken,
    /// It gave up, for this reason: `cx.fail(reason)`.
    Failed(String),
}

impl Exit {
    /// Whether nothing went wrong: OTP's `normal`, `shutdown` and `{shutdown, _}`.
    pub fn is_clean(&self) -> bool {
        match self {
            Self::Normal | Self::Shutdown => true,
            Self::Killed
            | Self::Panicked(_)
            | Self::NodeDown(_)
            | Self::NoActor
            | Self::NameTaken
            | Self::Failed(_) => false,
        }
    }
}

/// What an incarnation finds when it starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Recovered {
    /// Which life this is; 1 is the first.
    pub incarnation: Incarnation,
    /// What the disk kept: the last durable value of every key.
    pub kept: BTreeMap<String, Vec<u8>>,
}

impl Recovered {
    /// The durable value of `key`, or `None` if there is none or it is not a whole `T` (a torn write).
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        postcard::from_bytes(self.kept.get(key)?).ok()
    }
}
