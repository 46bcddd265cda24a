//! A stream of requests, and a client that asks: again if no answer comes in time, and gives up in the end.

use std::collections::BTreeMap;
use std::time::Duration;

use super::message::{Message, RequestId, Work};
use super::variant::Variant;
use super::{Fact, Service};
use crate::actor::Actor;
use crate::address::Address;
use crate::context::Context;
use crate::input::{Input, TimerId};
use crate::mailbox::DeadLetter;

/// The next request is due.
const NEXT: TimerId = TimerId(0);

/// How long a client waits for an answer.
pub const PATIENCE: Duration = Duration::from_millis(150);

/// What a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Load {
    /// How many requests it has.
    pub requests: u32,
    /// The least time between two of them.
    pub gap: Duration,
    /// How often it asks for each.
    pub attempts: u8,
    /// One request in so many is poison, if chance has it; none if 0.
    pub poison: u32,
}

impl Load {
    /// A dozen requests, one of which is poison once in a while.
    pub const fn usual() -> Self {
        Self { requests: 12, gap: Duration::from_millis(20), attempts: 3, poison: 48 }
    }
}

/// Lets requests arrive. It is an actor of its own, which hears of nobody: so when they arrive depends on nothing that anybody does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arrivals {
    client: Address,
    load: Load,
    made: u32,
}

impl Arrivals {
    /// The requests of a client.
    pub fn new(client: Address, load: Load) -> Self {
        Self { client, load, made: 0 }
    }

    /// The next request in one to five gaps: as soon as can be if all is dull.
    fn wait(&self, cx: &mut Context<'_, Service>) {
        let gaps = 1 + cx.choose(5);
        cx.set_timer(NEXT, self.load.gap * gaps);
    }

    fn next(&mut self, cx: &mut Context<'_, Service>) {
        self.made += 1;
        let poison = self.load.poison > 0 && cx.choose(self.load.poison) == self.load.poison - 1;
        cx.send(self.client, Message::Arrives { poison });
        if self.made < self.load.requests {
            self.wait(cx);
        }
    }
}

impl Actor<Service> for Arrivals {
    fn receive(&mut self, cx: &mut Context<'_, Service>, input: Input<Service>) {
        match input {
            Input::Start(_) => self.wait(cx),
            Input::Timer(_) => self.next(cx),
            Input::Message(_) => cx.dead_letter(DeadLetter::Malformed),
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

/// Asks, waits, asks again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    number: u16,
    door: Address,
    load: Load,
    variant: Variant,
    made: u32,
    /// What it waits for, and how often it has asked.
    open: BTreeMap<u32, (Work, u8)>,
}

impl Client {
    /// The client of that number, which asks at the door.
    pub fn new(number: u16, door: Address, load: Load) -> Self {
        let variant = Variant::Reference;
        Self { number, door, load, variant, made: 0, open: BTreeMap::new() }
    }

    /// The same with a planted bug.
    #[must_use]
    pub fn planted(self, variant: Variant) -> Self {
        Self { variant, ..self }
    }

    fn arrived(&mut self, cx: &mut Context<'_, Service>, poison: bool) {
        self.made += 1;
        let number = self.made;
        let work = Work { request: RequestId { client: self.number, number }, poison, client: cx.me() };
        cx.announce(Fact::Asked { request: work.request });
        self.open.insert(number, (work, 1));
        self.ask(cx, work);
    }

    fn ask(&self, cx: &mut Context<'_, Service>, work: Work) {
        cx.send(self.door, Message::Request(work));
        if self.variant != Variant::WaitsForAnswer {
            cx.set_timer(TimerId(u64::from(work.request.number)), PATIENCE);
        }
    }

    fn out_of_patience(&mut self, cx: &mut Context<'_, Service>, number: u32) {
        let Some((work, attempts)) = self.open.get_mut(&number) else { return };
        let (work, request) = (*work, work.request);
        if *attempts < self.load.attempts {
            *attempts += 1;
            cx.announce(Fact::AskedAgain { request });
            return self.ask(cx, work);
        }
        self.open.remove(&number);
        cx.announce(Fact::GivenUp { request });
        self.look_if_finished(cx);
    }

    fn answered(&mut self, cx: &mut Context<'_, Service>, request: RequestId) {
        // The answer to a request that was asked for twice, or that was given up, comes too late to matter.
        let Some((_, attempts)) = self.open.remove(&request.number) else {
            if self.variant == Variant::TakesLateAnswers {
                cx.announce(Fact::Answered { request, in_time: false });
            }
            return cx.dead_letter(DeadLetter::LateResult);
        };
        cx.cancel_timer(TimerId(u64::from(request.number)));
        cx.announce(Fact::Answered { request, in_time: attempts == 1 });
        self.look_if_finished(cx);
    }

    fn look_if_finished(&self, cx: &mut Context<'_, Service>) {
        if self.made == self.load.requests && self.open.is_empty() {
            cx.announce(Fact::Finished { client: self.number });
        }
    }
}

impl Actor<Service> for Client {
    fn receive(&mut self, cx: &mut Context<'_, Service>, input: Input<Service>) {
        match input {
            Input::Timer(TimerId(number)) => self.out_of_patience(cx, number as u32),
            Input::Message(envelope) => match envelope.message {
                Message::Arrives { poison } => self.arrived(cx, poison),
                Message::Done(request) => self.answered(cx, request),
                Message::Request(_)
                | Message::Job { .. }
                | Message::Open
                | Message::Link
                | Message::Linked(_)
                | Message::Command(_)
                | Message::Answer(_) => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Start(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
