//! A system without its types: actors, messages and facts of any protocol, told apart by what they hash to and shown as they show themselves.
//!
//! What looks at many states of a system, and asks little of each, would otherwise be compiled again for every protocol. It takes a
//! [`System`] instead: the same actors in a world of the protocol [`Erased`], under the same monitors. A message costs an allocation
//! there, so this is for searches that have a turn once and look it up from then on, and for hosts, where a message costs more; not for runs.

use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rehearsal_protocol::{Actor, ActorClone, Bounds, Context, Effect, Input, Lane, Protocol};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::check::group::{Broken, Group};
use crate::check::kind::{kind_name, kind_of};
use crate::check::properties::Reached;
use crate::check::{Checks, Moment, Owed};
use crate::trace::digest::digest;
use crate::tree::{Misfit, Tree};
use crate::world::blueprint::Blueprint;

/// A system without its types.
pub struct System {
    pub(crate) blueprint: Blueprint<Erased>,
    /// Its monitors, as at the start of a run.
    pub(crate) checks: Checks<Fact>,
    pub(crate) reader: Reader,
}

/// Reads what was written by a system of the same types.
#[derive(Clone, Copy)]
pub(crate) struct Reader {
    /// A message, from what [`Message::tree`] gives.
    pub(crate) message: fn(&Tree<'_>) -> Option<Message>,
    /// A fact, from JSON.
    pub(crate) fact: fn(&str) -> Result<Fact, Misfit>,
}

impl System {
    pub(crate) fn of<P: Protocol>(blueprint: &Blueprint<P>, checks: &Checks<P::Fact>) -> Self {
        let actors = blueprint.actors.iter().map(|actor| erased(actor.clone())).collect();
        let blueprint = Blueprint { topology: blueprint.topology.clone(), actors };
        let checks = without_types(checks);
        Self { blueprint, checks, reader: Reader::of::<P>() }
    }
}

/// The monitors at the start of a run, of facts without their type.
pub(crate) fn without_types<F: 'static>(checks: &Checks<F>) -> Checks<Fact> {
    let goal = |reached: Reached<F>| -> Reached<Fact> { Arc::new(move |fact: &Fact| reached(fact.typed())) };
    checks.of_other_facts(|group| Box::new(Judges(group)), goal)
}

/// A fact without its type, from JSON.
pub(crate) fn read<F: Factual + DeserializeOwned>(json: &str) -> Result<Fact, Misfit> {
    Ok(Fact(Arc::new(Stated::<F>(Tree::of_json(json)?.read()?))))
}

impl Reader {
    fn of<P: Protocol>() -> Self {
        Self { message: |tree| Some(Message(Arc::new(Sent::<P>(tree.read().ok()?)))), fact: read::<P::Fact> }
    }
}

/// The protocol of a system without its types.
pub struct Erased;

impl Protocol for Erased {
    type Message = Message;
    type Fact = Fact;

    fn lane(message: &Message) -> Lane {
        message.0.lane()
    }

    fn ask(message: &Message) -> Option<u64> {
        message.0.ask()
    }
}

/// A message of any protocol.
#[derive(Clone)]
pub struct Message(Arc<dyn AnyMessage>);

/// A fact of any protocol.
#[derive(Clone)]
pub struct Fact(Arc<dyn AnyFact>);

/// What is asked of a message whose type is not known.
trait AnyMessage: Any + Shown {
    fn lane(&self) -> Lane;
    fn ask(&self) -> Option<u64>;
}

/// What is asked of a fact whose type is not known.
trait AnyFact: Any + Shown {
    /// The place and the name of its variant.
    fn kind(&self) -> (u32, &'static str);
}

/// What is asked of both.
trait Shown: Send + Sync {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
    fn feed(&self, to: &mut dyn Hasher);
    fn digest(&self) -> u64;
    fn tree(&self) -> Tree<'static>;
}

/// A message with its type.
struct Sent<P: Protocol>(P::Message);

/// A fact with its type.
struct Stated<F>(F);

macro_rules! shown {
    ($(<$of:ident: $bound:ident> $type:ty),*) => {$(
        impl<$of: $bound> Shown for $type {
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }

            fn feed(&self, mut to: &mut dyn Hasher) {
                self.0.hash(&mut to);
            }

            fn digest(&self) -> u64 {
                digest(&self.0)
            }

            fn tree(&self) -> Tree<'static> {
                Tree::of(&self.0)
            }
        }
    )*};
}

/// What a fact is, whatever its type.
pub(crate) trait Factual: fmt::Debug + Hash + Serialize + Send + Sync + 'static {}

impl<F: fmt::Debug + Hash + Serialize + Send + Sync + 'static> Factual for F {}

shown!(<P: Protocol> Sent<P>, <F: Factual> Stated<F>);

impl<P: Protocol> AnyMessage for Sent<P> {
    fn lane(&self) -> Lane {
        P::lane(&self.0)
    }

    fn ask(&self) -> Option<u64> {
        P::ask(&self.0)
    }
}

impl<F: Factual> AnyFact for Stated<F> {
    fn kind(&self) -> (u32, &'static str) {
        (kind_of(&self.0), kind_name(&self.0))
    }
}

impl Message {
    /// It as a tree.
    pub(crate) fn tree(&self) -> Tree<'static> {
        self.0.tree()
    }

    fn typed<P: Protocol>(&self) -> &P::Message {
        let any: &dyn Any = &*self.0;
        let sent: &Sent<P> = any.downcast_ref().expect("actors of one system speak one protocol");
        &sent.0
    }
}

impl Fact {
    /// It in JSON.
    ///
    /// # Panics
    ///
    /// If JSON cannot say it: a map whose keys are no strings, for instance. Facts are made to be logged.
    pub(crate) fn json(&self) -> String {
        self.0.tree().json().expect("JSON can say every fact")
    }

    fn typed<F: 'static>(&self) -> &F {
        let any: &dyn Any = &*self.0;
        let stated: &Stated<F> = any.downcast_ref().expect("actors of one system state facts of one type");
        &stated.0
    }
}

macro_rules! like_what_it_holds {
    ($($type:ident: |$of:ident| $kind:expr),*) => {$(
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.show(f)
            }
        }

        impl Hash for $type {
            fn hash<H: Hasher>(&self, to: &mut H) {
                self.0.feed(to);
            }
        }

        /// As its digest: enough to tell it from others.
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $of = self;
                let (place, name) = $kind;
                serializer.serialize_newtype_variant(stringify!($type), place, name, &self.0.digest())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
                Err(de::Error::custom("what has no type cannot be read"))
            }
        }
    )*};
}

like_what_it_holds!(Message: |_message| (0, ""), Fact: |fact| fact.0.kind());

/// An actor of any protocol.
fn erased<P: Protocol>(actor: Box<dyn Actor<P>>) -> Box<dyn Actor<Erased>> {
    Box::new(Covered { actor })
}

struct Covered<P: Protocol> {
    actor: Box<dyn Actor<P>>,
}

impl<P: Protocol> Clone for Covered<P> {
    fn clone(&self) -> Self {
        Self { actor: self.actor.clone() }
    }
}

impl<P: Protocol> fmt::Debug for Covered<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.actor.fmt(f)
    }
}

impl<P: Protocol> Hash for Covered<P> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        ActorClone::fingerprint(&*self.actor, to);
    }
}

impl<P: Protocol> Actor<Erased> for Covered<P> {
    fn receive(&mut self, cx: &mut Context<'_, Erased>, input: Input<Erased>) {
        let typed = input.translated(|message| Some(message.typed::<P>().clone()));
        let mut effects = Vec::new();
        self.actor.receive(&mut cx.inside(&mut effects), typed.expect("each message has its type"));
        for effect in effects {
            cx.pass_on(untyped(effect));
        }
    }

    fn mailbox(&self) -> Bounds {
        self.actor.mailbox()
    }
}

fn untyped<P: Protocol>(effect: Effect<P>) -> Effect<Erased> {
    effect.translated(
        |message| Message(Arc::new(Sent::<P>(message))),
        |fact| Fact(Arc::new(Stated(fact))),
        erased,
    )
}

/// Monitors of facts of any type.
struct Judges<F>(Box<dyn Group<F>>);

impl<F: 'static> Group<Fact> for Judges<F> {
    fn len(&self) -> u32 {
        self.0.len()
    }

    fn judge(&mut self, kind: u32, moment: &Moment, fact: &Fact) -> Option<Box<Broken>> {
        self.0.judge(kind, moment, fact.typed())
    }

    fn kinds(&self) -> Option<Vec<&'static str>> {
        self.0.kinds()
    }

    fn owed(&self, to: &mut dyn FnMut(Vec<Owed>)) {
        self.0.owed(to);
    }

    fn fingerprint(&self, hasher: &mut dyn Hasher) {
        self.0.fingerprint(hasher);
    }

    fn several(&self) -> Option<Vec<Box<dyn Group<Fact>>>> {
        let cover = |group| -> Box<dyn Group<Fact>> { Box::new(Self(group)) };
        self.0.several().map(|several| several.into_iter().map(cover).collect())
    }

    fn copy(&self) -> Box<dyn Group<Fact>> {
        Box::new(Self(self.0.copy()))
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}
