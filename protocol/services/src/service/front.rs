//! Where requests come in that one server carries out: it knows what is under way there, and says so when that is lost.

use std::collections::BTreeMap;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Exit, Input, Signal};
use rehearsal_protocol::mailbox::DeadLetter;

use super::message::{ClientMessage, EntranceMessage, Message, RequestId, Work, WorkerMessage};
use super::variant::Variant;
use super::{Fact, Service};

/// Passes requests on to the server, as many at a time as its limit admits. When the server ends, all who wait are told at once; and so they come back
/// at once, unless they wait for different times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Front {
    limit: Option<u32>,
    variant: Variant,
    server: Option<(Address, Incarnation)>,
    /// What is under way at the server. A request that was asked for again can be so several times.
    under_way: BTreeMap<RequestId, Vec<Work>>,
    /// How many there are of them all.
    places: u32,
}

impl Front {
    /// A front that admits so many requests at a time; any number if there is no limit.
    pub fn new(limit: Option<u32>) -> Self {
        let variant = Variant::Reference;
        Self { limit, variant, server: None, under_way: BTreeMap::new(), places: 0 }
    }

    /// The same with a planted bug.
    #[must_use]
    pub fn planted(self, variant: Variant) -> Self {
        Self { variant, ..self }
    }

    fn ready(&mut self, cx: &mut Context<'_, Service>, server: Address, life: Incarnation) {
        // The news of a former life's end may come after the next one is ready.
        self.cut_off(cx);
        self.server = Some((server, life));
        cx.monitor(server);
        cx.announce(Fact::ServerReady);
    }

    fn requested(&mut self, cx: &mut Context<'_, Service>, work: Work) {
        let request = work.request;
        let taken = match self.variant {
            Variant::CountsRequests => self.under_way.len() as u32,
            _ => self.places,
        };
        let busy = self.limit.is_some_and(|limit| taken >= limit);
        match self.server {
            Some((server, _)) if !busy => {
                self.under_way.entry(request).or_default().push(work);
                self.places += 1;
                cx.announce(Fact::Admitted { request });
                // The front never changes: it is always the same life.
                cx.send(server, Message::Worker(WorkerMessage::Job { work, by: Incarnation(1) }));
            }
            server => {
                cx.announce(Fact::Rejected { request, busy: server.is_some() });
                cx.send(work.client, Message::Client(ClientMessage::Failed(work)));
            }
        }
    }

    fn done(&mut self, cx: &mut Context<'_, Service>, request: RequestId) {
        let Some(copies) = self.under_way.get_mut(&request) else {
            return cx.dead_letter(DeadLetter::LateResult);
        };
        let work = copies.remove(0);
        if copies.is_empty() {
            self.under_way.remove(&request);
        }
        self.places = self.places.saturating_sub(1);
        cx.announce(Fact::Served { request });
        cx.send(work.client, Message::Client(ClientMessage::Done(request)));
    }

    /// What was under way is lost with the server.
    fn cut_off(&mut self, cx: &mut Context<'_, Service>) {
        if self.server.take().is_none() {
            return;
        }
        cx.announce(Fact::CutOff { requests: self.places });
        for work in std::mem::take(&mut self.under_way).into_values().flatten() {
            cx.send(work.client, Message::Client(ClientMessage::Failed(work)));
        }
        if self.variant != Variant::KeepsPlaces {
            self.places = 0;
        }
    }
}

impl Actor<Service> for Front {
    fn receive(&mut self, cx: &mut Context<'_, Service>, input: Input<Service>) {
        match input {
            Input::Start(_) => cx.announce(Fact::FrontBegan),
            Input::Message(envelope) => match envelope.message {
                Message::Entrance(message) => match message {
                    EntranceMessage::Ready(life) => self.ready(cx, envelope.from, life),
                    EntranceMessage::Request(work) => self.requested(cx, work),
                    EntranceMessage::Open | EntranceMessage::Join(_) | EntranceMessage::Leave(_) => {
                        cx.dead_letter(DeadLetter::Malformed);
                    }
                },
                Message::Client(message) => match message {
                    ClientMessage::Done(request) => self.done(cx, request),
                    ClientMessage::Arrives { .. } | ClientMessage::Failed(_) => {
                        cx.dead_letter(DeadLetter::Malformed);
                    }
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(Signal::Exit { who, incarnation, reason }) => {
                let is_present = |(server, life): (Address, Incarnation)| {
                    server == who && (incarnation >= life || reason == Exit::NoActor)
                };
                if self.server.is_some_and(is_present) {
                    self.cut_off(cx);
                }
            }
            Input::Signal(_) | Input::Timer(_) | Input::Synced(_) => {}
        }
    }
}
