//! One protocol for all: messages as bytes, facts as JSON.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rehearsal_protocol::{Actor, ActorClone, Bounds, Context, DeadLetter, Effect, Input, Lane, Protocol};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use serde_json::value::RawValue;

use crate::erased::{self, Erased, Reader};

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

/// An actor whose messages are bytes and whose facts are JSON.
pub(super) fn encoded(actor: Box<dyn Actor<Erased>>, reader: Reader) -> Box<dyn Actor<Encoded>> {
    Box::new(Wrapped { actor, reader })
}

#[derive(Clone)]
struct Wrapped {
    actor: Box<dyn Actor<Erased>>,
    reader: Reader,
}

impl fmt::Debug for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.actor.fmt(f)
    }
}

impl Hash for Wrapped {
    fn hash<H: Hasher>(&self, state: &mut H) {
        ActorClone::fingerprint(&*self.actor, state);
    }
}

impl Actor<Encoded> for Wrapped {
    fn receive(&mut self, cx: &mut Context<'_, Encoded>, input: Input<Encoded>) {
        let Some(input) = self.decoded(input) else {
            return cx.dead_letter(DeadLetter::Malformed);
        };
        let mut effects = Vec::new();
        self.actor.receive(&mut cx.inside(&mut effects), input);
        for effect in effects {
            cx.pass_on(self.translated(effect));
        }
    }

    fn mailbox(&self) -> Bounds {
        self.actor.mailbox()
    }
}

impl Wrapped {
    /// What comes in, with the message read. `None` if it is none of this protocol.
    fn decoded(&self, input: Input<Encoded>) -> Option<Input<Erased>> {
        input.translated(|message| (self.reader.message)(&postcard::from_bytes(&message.bytes).ok()?))
    }

    fn translated(&self, effect: Effect<Erased>) -> Effect<Encoded> {
        let message = |message: erased::Message| {
            let bytes = postcard::to_allocvec(&message.tree()).expect("a tree can be encoded");
            let (lane, ask) = (Erased::lane(&message), Erased::ask(&message));
            Message { lane, ask, bytes: bytes.into() }
        };
        let fact = |fact: erased::Fact| Json(fact.json().into());
        effect.translated(message, fact, |actor| encoded(actor, self.reader))
    }
}
