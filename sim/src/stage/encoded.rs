//! One protocol for all: messages as bytes, facts as JSON.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rehearsal_protocol::{
    Actor, ActorClone, Bounds, Context, DeadLetter, Effect, Envelope, Input, Lane, Protocol,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use serde_json::value::RawValue;

use crate::tree::Tree;

/// The protocol whose messages and facts are those of another, encoded.
pub struct Encoded;

impl Protocol for Encoded {
    type Message = Message;
    type Fact = Json;

    fn lane(message: &Message) -> Lane {
        message.lane
    }

    fn ask(message: &Message) -> Option<u64> {
        message.ask
    }
}

/// A message in postcard, with what the stage asks of it: the answers of its own protocol.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    lane: Lane,
    ask: Option<u64>,
    bytes: Arc<[u8]>,
}

/// A fact as JSON text: in a log of facts it stands as it is, and not as a text within a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Json(pub Arc<str>);

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Box::<RawValue>::deserialize(deserializer)?.get().into()))
    }
}

/// A fact in JSON.
///
/// # Panics
///
/// If JSON cannot say it: a map whose keys are no strings, for instance. Facts are made to be logged.
pub(crate) fn json(fact: &impl Serialize) -> Json {
    Json(Tree::of(fact).json().expect("JSON can say every fact").into())
}

/// An actor of any protocol as one of [`Encoded`].
pub(crate) fn encoded<P: Protocol>(actor: Box<dyn Actor<P>>) -> Box<dyn Actor<Encoded>> {
    Box::new(Wrapped { actor })
}

struct Wrapped<P: Protocol> {
    actor: Box<dyn Actor<P>>,
}

impl<P: Protocol> Clone for Wrapped<P> {
    fn clone(&self) -> Self {
        Self { actor: self.actor.clone() }
    }
}

impl<P: Protocol> fmt::Debug for Wrapped<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.actor.fmt(f)
    }
}

impl<P: Protocol> Hash for Wrapped<P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        ActorClone::fingerprint(&*self.actor, state);
    }
}

impl<P: Protocol> Actor<Encoded> for Wrapped<P> {
    fn receive(&mut self, cx: &mut Context<'_, Encoded>, input: Input<Encoded>) {
        let Some(input) = decoded::<P>(input) else {
            return cx.dead_letter(DeadLetter::Malformed);
        };
        let mut effects = Vec::new();
        self.actor.receive(&mut cx.inside(&mut effects), input);
        for effect in effects {
            cx.pass_on(translated(effect));
        }
    }

    fn mailbox(&self) -> Bounds {
        self.actor.mailbox()
    }
}

fn decoded<P: Protocol>(input: Input<Encoded>) -> Option<Input<P>> {
    Some(match input {
        Input::Message(Envelope { from, id, message }) => {
            Input::Message(Envelope { from, id, message: postcard::from_bytes(&message.bytes).ok()? })
        }
        Input::Start(recovered) => Input::Start(recovered),
        Input::Timer(id) => Input::Timer(id),
        Input::Signal(signal) => Input::Signal(signal),
        Input::Synced(id) => Input::Synced(id),
    })
}

fn translated<P: Protocol>(effect: Effect<P>) -> Effect<Encoded> {
    match effect {
        Effect::Send { to, message } => {
            let bytes = postcard::to_allocvec(&message).expect("a message can be encoded").into();
            Effect::Send { to, message: Message { lane: P::lane(&message), ask: P::ask(&message), bytes } }
        }
        Effect::Announce(fact) => Effect::Announce(json(&fact)),
        Effect::Spawn { child, actor } => Effect::Spawn { child, actor: encoded(actor) },
        Effect::Stop(who) => Effect::Stop(who),
        Effect::Kill(who) => Effect::Kill(who),
        Effect::Exit(reason) => Effect::Exit(reason),
        Effect::Monitor(who) => Effect::Monitor(who),
        Effect::KeepMail { child, keep } => Effect::KeepMail { child, keep },
        Effect::Interrupt { to, expected } => Effect::Interrupt { to, expected },
        Effect::SetTimer { id, after } => Effect::SetTimer { id, after },
        Effect::CancelTimer(id) => Effect::CancelTimer(id),
        Effect::Write { key, value } => Effect::Write { key, value },
        Effect::Sync(id) => Effect::Sync(id),
        Effect::DeadLetter(reason) => Effect::DeadLetter(reason),
    }
}
