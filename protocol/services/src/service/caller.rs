//! A worker that needs a dependency for each request, and calls it with a circuit breaker or without.

use std::collections::BTreeMap;
use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;
use serde::{Deserialize, Serialize};

use super::breaker::{Breaker, Change, Rule, Ticket};
use super::message::{ClientMessage, EntranceMessage, Message, Work, WorkerMessage};
use super::variant::Variant;
use super::{Fact, Service};

/// The breaker has been open for its time. Calls have the timers of their numbers, from 1.
const HALF_OPEN: TimerId = TimerId(0);

/// How long a call may take.
pub const CALL_TIMEOUT: Duration = Duration::from_millis(120);

/// Calls the dependency for each request. Without a breaker, a call that fails is a failure of its own: it ends, and what it had under way is lost.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    place: u8,
    door: Address,
    dependency: Address,
    breaker: Option<Breaker>,
    variant: Variant,
    life: Incarnation,
    made: u64,
    calls: BTreeMap<u64, (Work, Option<Ticket>)>,
}

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It was carried out.
    Done,
    /// The dependency says that it was not.
    Failed,
    /// There was no answer in time.
    TimedOut,
}

/// A call: the life that makes it, and its number in that life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallId {
    /// In which life of the caller.
    pub life: Incarnation,
    /// Which of its calls, from 1.
    pub number: u64,
}

impl Caller {
    /// The caller at a place, which stands behind the door and calls the dependency, by the rule of a breaker if there is one.
    pub fn new(place: u8, door: Address, dependency: Address, breaker: Option<Rule>) -> Self {
        let (variant, life) = (Variant::Reference, Incarnation(0));
        let breaker = breaker.map(Breaker::new);
        Self { place, door, dependency, breaker, variant, life, made: 0, calls: BTreeMap::new() }
    }

    /// The same with a planted bug.
    #[must_use]
    pub fn planted(self, variant: Variant) -> Self {
        let breaker = self.breaker.map(|breaker| breaker.planted(variant));
        Self { breaker, variant, ..self }
    }

    fn begin(&mut self, cx: &mut Context<'_, Service>) {
        self.life = cx.incarnation();
        cx.announce(Fact::CallerBegan { place: self.place });
        cx.send(self.door, Message::Entrance(EntranceMessage::Open));
    }

    fn job(&mut self, cx: &mut Context<'_, Service>, work: Work) {
        let ticket = self.breaker.as_mut().map(Breaker::admit);
        if ticket == Some(None) {
            cx.announce(Fact::FailedFast { request: work.request });
            return cx.send(work.client, Message::Client(ClientMessage::Failed(work)));
        }
        self.made += 1;
        let (place, call) = (self.place, CallId { life: self.life, number: self.made });
        self.calls.insert(call.number, (work, ticket.flatten()));
        cx.announce(Fact::CallMade { place, call: call.number });
        cx.send(self.dependency, Message::Call { call, request: work.request });
        cx.set_timer(TimerId(call.number), CALL_TIMEOUT);
    }

    fn returned(&mut self, cx: &mut Context<'_, Service>, call: CallId, ok: bool) {
        let known = if call.life == self.life { self.calls.remove(&call.number) } else { None };
        let Some((work, ticket)) = known else { return cx.dead_letter(DeadLetter::LateResult) };
        cx.cancel_timer(TimerId(call.number));
        self.ended(cx, call.number, work, ticket, if ok { End::Done } else { End::Failed });
    }

    fn timed_out(&mut self, cx: &mut Context<'_, Service>, number: u64) {
        let is_probe = self.breaker.as_ref().is_some_and(Breaker::is_half_open);
        if self.variant == Variant::ForgetsProbe && is_probe {
            return;
        }
        if let Some((work, ticket)) = self.calls.remove(&number) {
            self.ended(cx, number, work, ticket, End::TimedOut);
        }
    }

    fn ended(
        &mut self,
        cx: &mut Context<'_, Service>,
        call: u64,
        work: Work,
        ticket: Option<Ticket>,
        end: End,
    ) {
        let ok = end == End::Done;
        cx.announce(Fact::CallEnded { place: self.place, call, ok });
        let (Some(breaker), Some(ticket)) = (&mut self.breaker, ticket) else {
            return if ok {
                cx.send(work.client, Message::Client(ClientMessage::Done(work.request)));
            } else {
                cx.fail("a call has failed");
            };
        };
        let was_half_open = breaker.is_half_open();
        let change = if ok { breaker.succeeded(ticket) } else { breaker.failed(ticket) };
        match change {
            Change::None => {}
            Change::Closed => cx.announce(Fact::BreakerClosed { place: self.place }),
            Change::Opened => {
                cx.announce(Fact::BreakerOpened { place: self.place });
                let is_for_good = was_half_open && end == End::TimedOut;
                if !(is_for_good && self.variant == Variant::ReopensForGood) {
                    cx.set_timer(HALF_OPEN, breaker.open_for());
                }
            }
        }
        let answer = if ok {
            Message::Client(ClientMessage::Done(work.request))
        } else {
            Message::Client(ClientMessage::Failed(work))
        };
        cx.send(work.client, answer);
    }

    fn half_open(&mut self, cx: &mut Context<'_, Service>) {
        if self.breaker.as_mut().is_some_and(Breaker::half_open) {
            cx.announce(Fact::BreakerHalfOpen { place: self.place });
        }
    }
}

impl Actor<Service> for Caller {
    fn receive(&mut self, cx: &mut Context<'_, Service>, input: Input<Service>) {
        match input {
            Input::Start(_) => self.begin(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Worker(message) => match message {
                    WorkerMessage::Job { work, .. } => self.job(cx, work),
                    WorkerMessage::Returned { call, ok } => self.returned(cx, call, ok),
                    WorkerMessage::Link | WorkerMessage::Linked(_) | WorkerMessage::Loaded(_) => {
                        cx.dead_letter(DeadLetter::Malformed);
                    }
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(HALF_OPEN) => self.half_open(cx),
            Input::Timer(TimerId(number)) => self.timed_out(cx, number),
            Input::Signal(Signal::Shutdown) => cx.shut_down(),
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
