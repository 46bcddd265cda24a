//! One turn at a time, without any stage: for unit tests of actors.
//!
//! A test feeds an input and compares the state and the exact effects:
//!
//! ```
//! # use rehearsal_protocol::{probe::Probe, *};
//! # struct Echo; impl Protocol for Echo { type Message = u32; type Fact = u32; }
//! # #[derive(Clone, Debug, Hash)] struct Server;
//! # impl Actor<Echo> for Server {
//! #     fn receive(&mut self, cx: &mut Context<'_, Echo>, input: Input<Echo>) {
//! #         if let Input::Message(envelope) = input { cx.reply(envelope.message + 1); }
//! #     }
//! # }
//! let mut probe = Probe::<Echo>::default();
//! let client = probe.peer();
//! let effects = probe.message(&mut Server, client, 41);
//! assert_eq!(format!("{effects:?}"), "[send @1.1 42]");
//! ```

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::time::Duration;

use crate::actor::{Actor, Protocol};
use crate::address::{Address, Incarnation, NodeId};
use crate::context::{Context, Effect, Stage, Turn};
use crate::input::{Envelope, Input, MessageId, Recovered, WriteId};
use crate::time::Time;

/// A stand-in for a stage that hands an actor one input and returns the effects of the turn.
///
/// Draws and menus give what [`Probe::script`] was told, then 0.
pub struct Probe<P: Protocol> {
    /// The clock that the next turn sees.
    pub now: Time,
    table: Table,
    messages: u64,
    protocol: PhantomData<fn() -> P>,
}

struct Table {
    next_slot: u32,
    children: BTreeMap<(Address, String), Address>,
    script: VecDeque<u64>,
    writes: u64,
}

const ME: Address = Address::new(NodeId(0), 0);

impl<P: Protocol> Default for Probe<P> {
    fn default() -> Self {
        let table = Table { next_slot: 1, children: BTreeMap::new(), script: VecDeque::new(), writes: 0 };
        Self { now: Time::ZERO, table, messages: 0, protocol: PhantomData }
    }
}

impl<P: Protocol> Probe<P> {
    /// The address of the actor under test.
    pub fn me(&self) -> Address {
        ME
    }

    /// A fresh address on a node of its own.
    pub fn peer(&mut self) -> Address {
        let slot = self.table.next_slot;
        self.table.next_slot += 1;
        Address::new(NodeId(slot), slot)
    }

    /// What the next draws and menus give.
    pub fn script(&mut self, values: impl IntoIterator<Item = u64>) {
        self.table.script.extend(values);
    }

    /// Lets time pass.
    pub fn advance(&mut self, span: Duration) {
        self.now += span;
    }

    /// Hands over a first start.
    pub fn start(&mut self, actor: &mut impl Actor<P>) -> Vec<Effect<P>> {
        let recovered = Recovered { incarnation: Incarnation(1), ..Recovered::default() };
        self.turn(actor, Input::Start(recovered))
    }

    /// Hands over a message.
    pub fn message(
        &mut self,
        actor: &mut impl Actor<P>,
        from: Address,
        message: P::Message,
    ) -> Vec<Effect<P>> {
        self.messages += 1;
        self.turn(actor, Input::Message(Envelope { from, id: MessageId(self.messages), message }))
    }

    /// Hands over any input.
    pub fn turn(&mut self, actor: &mut impl Actor<P>, input: Input<P>) -> Vec<Effect<P>> {
        let sender = match &input {
            Input::Message(envelope) => Some(envelope.from),
            _ => None,
        };
        let turn = Turn { me: ME, incarnation: Incarnation(1), now: self.now, sender };
        let mut effects = Vec::new();
        actor.receive(&mut Context::new(turn, &mut self.table, &mut effects), input);
        effects
    }
}

impl Stage for Table {
    fn draw(&mut self) -> u64 {
        self.script.pop_front().unwrap_or(0)
    }

    fn choose(&mut self, options: u32) -> u32 {
        (self.draw() % u64::from(options)) as u32
    }

    fn child(&mut self, parent: Address, name: &str) -> Address {
        let next_slot = &mut self.next_slot;
        *self.children.entry((parent, name.to_owned())).or_insert_with(|| {
            *next_slot += 1;
            Address::new(parent.node(), *next_slot - 1)
        })
    }

    fn next_write(&mut self) -> WriteId {
        self.writes += 1;
        WriteId(self.writes)
    }
}
