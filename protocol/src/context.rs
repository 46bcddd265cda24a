//! What a turn may ask for, and the effects that it leaves.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use postcard::ser_flavors::{Flavor, Slice};
use rand_core::TryRng;
use serde::Serialize;

use crate::actor::{Actor, Protocol};
use crate::address::{Address, Incarnation};
use crate::input::{Exit, TimerId, WriteId};
use crate::mailbox::DeadLetter;
use crate::run::Run;
use crate::time::Time;

/// An actor's view of its stage during one turn.
///
/// Everything asked for here takes hold after the turn, all of it or none: a panic loses it.
pub struct Context<'a, P: Protocol> {
    turn: Turn,
    stage: &'a mut dyn Stage,
    effects: &'a mut Vec<Effect<P>>,
}

/// Whose turn it is, and when.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// The actor whose turn it is.
    pub me: Address,
    /// Which life of it.
    pub incarnation: Incarnation,
    /// Its node's clock.
    pub now: Time,
    /// The sender of the message being handled, if it is one.
    pub sender: Option<Address>,
}

/// What a stage lends an actor for the length of one turn: answers that are needed at once.
pub trait Stage {
    /// The next raw 64 bits of this actor's own stream; 0 is the benign value.
    fn draw(&mut self) -> u64;

    /// One of `options` entries of a menu; 0 is the benign one.
    fn choose(&mut self, options: u32) -> u32;

    /// The address of the child `name` of `parent`, the same for every life of that path.
    fn child(&mut self, parent: Address, name: &str) -> Address;

    /// The number of the next sync of this incarnation.
    fn next_write(&mut self) -> WriteId;
}

/// What a turn asks for; its `Debug` is one readable line.
pub enum Effect<P: Protocol> {
    /// Send a message.
    Send {
        /// To whom.
        to: Address,
        /// What.
        message: P::Message,
    },
    /// Start a child.
    Spawn {
        /// Its address.
        child: Address,
        /// The actor itself.
        actor: Box<dyn Actor<P>>,
    },
    /// Ask an actor to end in good order: it receives `Signal::Shutdown`.
    Stop(Address),
    /// End an actor at once, with what waits in its mailbox.
    Kill(Address),
    /// End this actor, for this reason. Boxed, for it is rare, and effects are looked at in every turn.
    Exit(Box<Exit>),
    /// Hear of the end of another actor.
    Monitor(Address),
    /// Say whether the mail of a child outlives its lives.
    KeepMail {
        /// Whose.
        child: Address,
        /// Whether it does.
        keep: bool,
    },
    /// Preempt another actor's run.
    Interrupt {
        /// Whose run.
        to: Address,
        /// Which run; any if absent.
        expected: Option<Run>,
    },
    /// Arm a timer, or arm it anew.
    SetTimer {
        /// Its name.
        id: TimerId,
        /// From now, by this node's clock.
        after: Duration,
    },
    /// Disarm a timer.
    CancelTimer(TimerId),
    /// Put a value under a key; volatile until a sync completes.
    Write {
        /// The key.
        key: Box<str>,
        /// The encoded value.
        value: Box<[u8]>,
    },
    /// Make everything written so far durable, then receive `Input::Synced`.
    Sync(WriteId),
    /// State a fact.
    Announce(P::Fact),
    /// Record that the message being handled goes nowhere, and why.
    DeadLetter(DeadLetter),
}

impl<'a, P: Protocol> Context<'a, P> {
    /// A context for one turn. Stages make contexts; actors receive them.
    pub fn new(turn: Turn, stage: &'a mut dyn Stage, effects: &'a mut Vec<Effect<P>>) -> Self {
        Self { turn, stage, effects }
    }

    /// This actor's address.
    pub fn me(&self) -> Address {
        self.turn.me
    }

    /// Which life of this path this is; 1 is the first.
    pub fn incarnation(&self) -> Incarnation {
        self.turn.incarnation
    }

    /// The time on this node's clock, which may be wrong.
    pub fn now(&self) -> Time {
        self.turn.now
    }

    /// The sender of the message being handled, if it is a message.
    pub fn sender(&self) -> Option<Address> {
        self.turn.sender
    }

    /// Sends a message, in the lane that [`Protocol::lane`] gives it. At most once: the network may lose it.
    #[inline]
    pub fn send(&mut self, to: Address, message: P::Message) {
        self.ask(|| Effect::Send { to, message });
    }

    /// Sends a message to the sender of the one being handled.
    ///
    /// # Panics
    ///
    /// If this turn does not handle a message.
    pub fn reply(&mut self, message: P::Message) {
        let to = self.turn.sender.expect("`reply` is for turns that handle a message");
        self.send(to, message);
    }

    /// Starts `actor` as the child `name`; it ends with this actor, and its end is signalled here.
    ///
    /// If that child is alive, the new one is not started: `Signal::Exit` with `Exit::NameTaken` says so.
    pub fn spawn(&mut self, name: &str, actor: impl Actor<P> + 'static) -> Address {
        let child = self.stage.child(self.turn.me, name);
        self.effects.push(Effect::Spawn { child, actor: Box::new(actor) });
        child
    }

    /// The address of this actor's child of that name, alive or not.
    pub fn child(&mut self, name: &str) -> Address {
        self.stage.child(self.turn.me, name)
    }

    /// Asks an actor to end in good order.
    pub fn stop(&mut self, who: Address) {
        self.effects.push(Effect::Stop(who));
    }

    /// Ends an actor at once.
    pub fn kill(&mut self, who: Address) {
        self.effects.push(Effect::Kill(who));
    }

    /// Ends this actor after the turn: its work is done.
    pub fn exit(&mut self) {
        self.effects.push(Effect::Exit(Box::new(Exit::Normal)));
    }

    /// Ends this actor after the turn in good order, though its work may not be done.
    pub fn shut_down(&mut self) {
        self.effects.push(Effect::Exit(Box::new(Exit::Shutdown)));
    }

    /// Ends this actor after the turn, for it cannot go on.
    pub fn fail(&mut self, reason: impl Into<String>) {
        self.effects.push(Effect::Exit(Box::new(Exit::Failed(reason.into()))));
    }

    /// Asks for `Signal::Exit` when `who` ends, once; at once if it is not alive.
    pub fn monitor(&mut self, who: Address) {
        self.effects.push(Effect::Monitor(who));
    }

    /// From now on the mail of a child outlives its lives: what waits when it ends, and what comes for it while nobody lives there, waits
    /// for its next life. It goes to the dead letters when it is released, and with the end of this actor or of its node.
    pub fn keep_mail(&mut self, child: Address) {
        self.effects.push(Effect::KeepMail { child, keep: true });
    }

    /// The mail of a child ends with its life again; what was kept for its next life goes to the dead letters.
    pub fn release_mail(&mut self, child: Address) {
        self.effects.push(Effect::KeepMail { child, keep: false });
    }

    /// Preempts the run of `to`; with `expected`, only that run.
    pub fn interrupt(&mut self, to: Address, expected: Option<Run>) {
        self.effects.push(Effect::Interrupt { to, expected });
    }

    /// Arms a timer; arming an armed one moves it.
    pub fn set_timer(&mut self, id: TimerId, after: Duration) {
        self.ask(|| Effect::SetTimer { id, after });
    }

    /// Disarms a timer; nothing happens if it is not armed. A cancelled timer never fires.
    pub fn cancel_timer(&mut self, id: TimerId) {
        self.ask(|| Effect::CancelTimer(id));
    }

    /// Puts a value under a key. It is lost in a crash unless a [`Context::sync`] after it has completed.
    ///
    /// # Panics
    ///
    /// If the value cannot be encoded (a map of unknown length, for instance).
    pub fn write(&mut self, key: &str, value: &impl Serialize) {
        self.ask(|| Effect::Write { key: key.into(), value: encoded(value) });
    }

    /// Makes everything written so far durable; `Input::Synced` with the returned number says when it is.
    pub fn sync(&mut self) -> WriteId {
        let id = self.stage.next_write();
        self.effects.push(Effect::Sync(id));
        id
    }

    /// States a fact: what monitors judge.
    #[inline]
    pub fn announce(&mut self, fact: P::Fact) {
        self.ask(|| Effect::Announce(fact));
    }

    /// Records that the message being handled goes nowhere. Silence is forbidden.
    pub fn dead_letter(&mut self, reason: DeadLetter) {
        self.effects.push(Effect::DeadLetter(reason));
    }

    /// One of `options` entries of a menu, 0 being the dull one. Prefer it to raw bits where a few classes matter:
    /// shrinking and exhaustive search have little to count then.
    ///
    /// # Panics
    ///
    /// If `options` is 0.
    pub fn choose(&mut self, options: u32) -> u32 {
        assert!(options > 0, "a menu has at least one entry");
        self.stage.choose(options)
    }

    /// Random bits from this actor's own stream, for use with the `rand` crate.
    pub fn rng(&mut self) -> ActorRng<'_> {
        ActorRng { stage: self.stage }
    }

    /// The same turn for an actor of another protocol, inside this one: what it asks for is left in `effects`, and this actor passes on
    /// what it makes of it.
    pub fn inside<'b, Q: Protocol>(&'b mut self, effects: &'b mut Vec<Effect<Q>>) -> Context<'b, Q> {
        Context { turn: self.turn, stage: &mut *self.stage, effects }
    }

    /// Asks for an effect that was asked for inside (see [`Context::inside`]).
    pub fn pass_on(&mut self, effect: Effect<P>) {
        self.effects.push(effect);
    }

    /// Adds an effect. It is made in its place in the buffer: a copy by way of the stack would cost more than all the rest.
    #[inline]
    fn ask(&mut self, effect: impl FnOnce() -> Effect<P>) {
        self.effects.extend(std::iter::once_with(effect));
    }
}

/// A durable value in postcard. Most are short: they are encoded on the stack, and cost one allocation of their size.
fn encoded(value: &impl Serialize) -> Box<[u8]> {
    let mut room = [0; 256];
    // Made and used in one place: `to_slice` would hand it on while it is still being written.
    let mut serializer = postcard::Serializer { output: Slice::new(&mut room) };
    if value.serialize(&mut serializer).is_ok()
        && let Ok(bytes) = serializer.output.finalize()
    {
        return Box::from(&*bytes);
    }
    postcard::to_allocvec(value).expect("a durable value can be encoded").into()
}

/// Random bits from an actor's own stream.
pub struct ActorRng<'a> {
    stage: &'a mut dyn Stage,
}

impl TryRng for ActorRng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.stage.draw() as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.stage.draw())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.stage.draw().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl<P: Protocol> Effect<P> {
    /// The same effect in another protocol: what is said in its messages, stated in its facts, done by its actors.
    pub fn translated<Q: Protocol>(
        self,
        message: impl FnOnce(P::Message) -> Q::Message,
        fact: impl FnOnce(P::Fact) -> Q::Fact,
        actor: impl FnOnce(Box<dyn Actor<P>>) -> Box<dyn Actor<Q>>,
    ) -> Effect<Q> {
        match self {
            Self::Send { to, message: said } => Effect::Send { to, message: message(said) },
            Self::Announce(stated) => Effect::Announce(fact(stated)),
            Self::Spawn { child, actor: spawned } => Effect::Spawn { child, actor: actor(spawned) },
            Self::Stop(who) => Effect::Stop(who),
            Self::Kill(who) => Effect::Kill(who),
            Self::Exit(reason) => Effect::Exit(reason),
            Self::Monitor(who) => Effect::Monitor(who),
            Self::KeepMail { child, keep } => Effect::KeepMail { child, keep },
            Self::Interrupt { to, expected } => Effect::Interrupt { to, expected },
            Self::SetTimer { id, after } => Effect::SetTimer { id, after },
            Self::CancelTimer(id) => Effect::CancelTimer(id),
            Self::Write { key, value } => Effect::Write { key, value },
            Self::Sync(id) => Effect::Sync(id),
            Self::DeadLetter(reason) => Effect::DeadLetter(reason),
        }
    }
}

impl<P: Protocol> fmt::Debug for Effect<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { to, message } => write!(f, "send {to} {message:?}"),
            Self::Spawn { child, actor } => write!(f, "spawn {child} {actor:?}"),
            Self::Stop(who) => write!(f, "stop {who}"),
            Self::Kill(who) => write!(f, "kill {who}"),
            Self::Exit(reason) if **reason == Exit::Normal => write!(f, "exit"),
            Self::Exit(reason) => write!(f, "exit {reason:?}"),
            Self::Monitor(who) => write!(f, "monitor {who}"),
            Self::KeepMail { child, keep: true } => write!(f, "keep mail of {child}"),
            Self::KeepMail { child, keep: false } => write!(f, "release mail of {child}"),
            Self::Interrupt { to, expected: None } => write!(f, "interrupt {to}"),
            Self::Interrupt { to, expected: Some(run) } => write!(f, "interrupt {to} {run}"),
            Self::SetTimer { id, after } => write!(f, "set {id} {after:?}"),
            Self::CancelTimer(id) => write!(f, "cancel {id}"),
            Self::Write { key, value } => write!(f, "write {key} {} bytes", value.len()),
            Self::Sync(id) => write!(f, "sync {}", id.0),
            Self::Announce(fact) => write!(f, "announce {fact:?}"),
            Self::DeadLetter(reason) => write!(f, "dead letter {reason:?}"),
        }
    }
}
