//! A stream of requests, and a client that asks: again if no answer comes in time or none will, as its policy says; and gives up in the end.

use std::collections::BTreeMap;
use std::time::Duration;

use rand_core::Rng as _;
use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;
use rehearsal_protocol::time::nanos;

use super::message::{ClientMessage, EntranceMessage, Message, RequestId, Work};
use super::retry::{Purse, Retry};
use super::variant::Variant;
use super::{Fact, Service};

/// The next request is due.
const NEXT: TimerId = TimerId(0);
/// From here on, the timers of requests that wait to be asked for again; before it, those of requests that were asked for.
const AGAIN: u64 = 1 << 32;

/// How long a client waits for an answer.
pub const PATIENCE: Duration = Duration::from_millis(150);

/// What a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Load {
    /// How many requests it has.
    pub requests: u32,
    /// The least time between two of them.
    pub gap: Duration,
    /// One request in so many is poison, if chance has it; none if 0.
    pub poison: u32,
}

impl Load {
    /// A dozen requests, one of which is poison once in a while.
    pub const fn usual() -> Self {
        Self { requests: 12, gap: Duration::from_millis(20), poison: 48 }
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
        cx.send(self.client, Message::Client(ClientMessage::Arrives { poison }));
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
    retry: Retry,
    purse: Purse,
    variant: Variant,
    made: u32,
    /// What has neither been answered nor given up.
    open: BTreeMap<u32, Open>,
}

/// A request that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Open {
    work: Work,
    /// How many attempts count.
    attempts: u8,
    /// How long it waits before it asks again, if it does not wait for an answer.
    waits: Option<Duration>,
}

impl Client {
    /// The client of that number, which asks at the door.
    pub fn new(number: u16, door: Address, load: Load, retry: Retry) -> Self {
        let (variant, purse) = (Variant::Reference, Purse::new(retry.budget));
        Self { number, door, load, retry, purse, variant, made: 0, open: BTreeMap::new() }
    }

    /// The same with a planted bug.
    #[must_use]
    pub fn planted(self, variant: Variant) -> Self {
        let retry = if variant == Variant::Uncapped { self.retry.uncapped() } else { self.retry };
        Self { retry, variant, ..self }
    }

    fn arrived(&mut self, cx: &mut Context<'_, Service>, poison: bool) {
        self.made += 1;
        let number = self.made;
        let request = RequestId { client: self.number, number };
        let work = Work { request, attempt: 1, poison, client: cx.me() };
        cx.announce(Fact::Asked { request });
        self.purse.pay_in();
        self.open.insert(number, Open { work, attempts: 1, waits: None });
        self.ask(cx, work);
    }

    fn ask(&self, cx: &mut Context<'_, Service>, work: Work) {
        cx.send(self.door, Message::Entrance(EntranceMessage::Request(work)));
        cx.set_timer(TimerId(u64::from(work.request.number)), PATIENCE);
    }

    /// An attempt has failed, for want of an answer or because it was said so.
    fn failed(&mut self, cx: &mut Context<'_, Service>, number: u32) {
        let Some(open) = self.open.get_mut(&number) else { return };
        if open.attempts >= self.retry.attempts || !self.purse.pay_out() {
            return self.give_up(cx, number);
        }
        let wait = match self.retry.wait {
            None => Duration::ZERO,
            Some(_) => self.retry.wait(open.attempts, cx.rng().next_u64()),
        };
        open.waits = Some(wait);
        if wait.is_zero() {
            return self.ask_again(cx, number);
        }
        cx.set_timer(TimerId(AGAIN + u64::from(number)), wait);
    }

    fn ask_again(&mut self, cx: &mut Context<'_, Service>, number: u32) {
        let Some(open) = self.open.get_mut(&number) else { return };
        let Some(waited) = open.waits.take() else { return };
        open.attempts += 1;
        open.work.attempt += 1;
        let work = open.work;
        let (request, attempt, waited) = (work.request, work.attempt, nanos(waited));
        cx.announce(Fact::AskedAgain { request, attempt, waited });
        self.ask(cx, work);
    }

    fn give_up(&mut self, cx: &mut Context<'_, Service>, number: u32) {
        self.open.remove(&number);
        cx.announce(Fact::GivenUp { request: RequestId { client: self.number, number } });
        self.look_if_finished(cx);
    }

    fn answered(&mut self, cx: &mut Context<'_, Service>, mut request: RequestId) {
        if self.variant == Variant::TakesLateAnswers
            && !self.open.contains_key(&request.number)
            && let Some((again, _)) = self.open.iter().find(|(_, open)| open.work.attempt > 1)
        {
            request.number = *again;
        }
        // The answer to a request that was asked for twice, or that was given up, comes too late to matter.
        let Some(open) = self.open.remove(&request.number) else {
            if self.variant == Variant::OneTimer {
                cx.cancel_timer(TimerId(u64::from(self.made)));
            }
            if self.variant == Variant::RetriesPayIn {
                self.purse.pay_in();
            }
            return cx.dead_letter(DeadLetter::LateResult);
        };
        for timer in [0, AGAIN] {
            cx.cancel_timer(TimerId(timer + u64::from(request.number)));
        }
        cx.announce(Fact::Answered { request, in_time: open.work.attempt == 1 });
        self.look_if_finished(cx);
    }

    /// What a former attempt has come to does not matter any more.
    fn told_of_failure(&mut self, cx: &mut Context<'_, Service>, work: Work) {
        let number = work.request.number;
        match self.open.get_mut(&number) {
            Some(open) if open.waits.is_none() && open.work.attempt == work.attempt => {
                cx.cancel_timer(TimerId(u64::from(number)));
                self.failed(cx, number);
            }
            late => {
                if self.variant == Variant::RefusalsNotCounted
                    && let Some(open) = late
                {
                    open.attempts = open.attempts.saturating_sub(1);
                }
                cx.dead_letter(DeadLetter::LateResult);
            }
        }
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
            Input::Timer(TimerId(timer)) if timer > AGAIN => self.ask_again(cx, (timer - AGAIN) as u32),
            Input::Timer(TimerId(number)) => self.failed(cx, number as u32),
            Input::Message(envelope) => match envelope.message {
                Message::Client(message) => match message {
                    ClientMessage::Arrives { poison } => self.arrived(cx, poison),
                    ClientMessage::Done(request) => self.answered(cx, request),
                    ClientMessage::Failed(work) => self.told_of_failure(cx, work),
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Start(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
