//! Who asks: a few at a time, and the next when those are settled.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::Fact;
use super::message::{AskId, Message};
use super::protocol::Asks;
use super::variant::Variant;

/// The next asks are due.
const NEXT: TimerId = TimerId(0);

/// How long a client pauses before it asks again; up to four times that, if chance has it.
pub const PAUSE: Duration = Duration::from_millis(20);
/// How many asks a client makes at a time.
pub const AT_A_TIME: u16 = 3;

/// Asks a counter, without any deadline: each of its asks is answered, or it hears that it will not be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    number: u16,
    /// The counter and the supervisor that it belongs to, once the counter has said where it is.
    service: Option<(Address, Address)>,
    asks: u16,
    variant: Variant,
    life: Incarnation,
    made: u16,
    open: Vec<AskId>,
}

impl Client {
    /// The client of that number, with so many asks.
    pub fn new(number: u16, asks: u16) -> Self {
        let (variant, life) = (Variant::Reference, Incarnation(0));
        Self { number, service: None, asks, variant, life, made: 0, open: Vec::new() }
    }

    /// The same with a planted bug.
    #[must_use]
    pub fn planted(self, variant: Variant) -> Self {
        Self { variant, ..self }
    }

    fn begin(&mut self, cx: &mut Context<'_, Asks>) {
        self.life = cx.incarnation();
        cx.announce(Fact::ClientBegan { client: self.number });
    }

    /// The counter says where it is, which is where all lives of it are.
    fn found(&mut self, cx: &mut Context<'_, Asks>, counter: Address, supervisor: Address) {
        if self.service.replace((counter, supervisor)).is_none() {
            Self::pause(cx);
        }
        for ask in &self.open {
            cx.announce(Fact::Outlived { ask: *ask });
        }
    }

    fn pause(cx: &mut Context<'_, Asks>) {
        let pauses = 1 + cx.choose(4);
        cx.set_timer(NEXT, PAUSE * pauses);
    }

    fn ask(&mut self, cx: &mut Context<'_, Asks>) {
        let Some((counter, service)) = self.service else { return };
        for _ in 0..AT_A_TIME.min(self.asks - self.made) {
            self.made += 1;
            let ask = AskId::new(self.number, self.life, self.made);
            self.open.push(ask);
            cx.announce(Fact::Asked { ask, service });
            let forgets = self.variant == Variant::NoReplyPort && self.life > Incarnation(1);
            let reply_port = !forgets || self.made < self.asks;
            cx.send(counter, Message::Count { ask, reply_port });
        }
    }

    fn settled(&mut self, cx: &mut Context<'_, Asks>, ask: AskId, answered: bool) {
        let Some(place) = self.open.iter().position(|open| *open == ask) else {
            return cx.dead_letter(DeadLetter::LateResult);
        };
        self.open.remove(place);
        cx.announce(Fact::Settled { ask, answered });
        if self.open.is_empty() && self.made < self.asks {
            Self::pause(cx);
        }
    }
}

impl Actor<Asks> for Client {
    fn receive(&mut self, cx: &mut Context<'_, Asks>, input: Input<Asks>) {
        match input {
            Input::Start(_) => self.begin(cx),
            Input::Timer(_) => self.ask(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Here { supervisor } => self.found(cx, envelope.from, supervisor),
                Message::Counted { ask, .. } => self.settled(cx, ask, true),
                Message::Count { .. } | Message::Command(_) | Message::Answer(_) => {
                    cx.dead_letter(DeadLetter::Malformed);
                }
            },
            Input::Signal(Signal::Refused { ask: Some(ask), .. }) => self.settled(cx, AskId(ask), false),
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
