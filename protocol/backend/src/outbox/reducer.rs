//! Acts upon events, and publishes in turn.

use std::collections::VecDeque;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{Fact, Message, Outbox, PublisherMessage, ReducerMessage};

/// Handles one event after another; some of them begin something, which is to be published before it goes on.
#[derive(Clone, Debug, Hash)]
pub struct Reducer {
    publisher: Address,
    waiting: VecDeque<Address>,
    is_asking: bool,
}

/// One event in so many begins something.
const ONE_IN: u32 = 64;

impl Reducer {
    /// A reducer that publishes there.
    pub fn new(publisher: Address) -> Self {
        Self { publisher, waiting: VecDeque::new(), is_asking: false }
    }

    /// Goes on with what waits, until something must be published first.
    fn go_on(&mut self, cx: &mut Context<'_, Outbox>) {
        while let Some(from) = self.waiting.front().copied().filter(|_| !self.is_asking) {
            if cx.choose(ONE_IN) == 1 {
                self.is_asking = true;
                cx.announce(Fact::Waits { who: cx.me(), on: self.publisher });
                cx.monitor(self.publisher);
                return cx.send(self.publisher, Message::Publisher(PublisherMessage::Inspect));
            }
            self.finish(cx, from);
        }
    }

    fn finish(&mut self, cx: &mut Context<'_, Outbox>, from: Address) {
        self.waiting.pop_front();
        cx.send(from, Message::Publisher(PublisherMessage::Reduced));
    }

    /// It is published, or whoever was to do that has ended.
    fn answered(&mut self, cx: &mut Context<'_, Outbox>) {
        if !std::mem::take(&mut self.is_asking) {
            return;
        }
        cx.announce(Fact::GoesOn { who: cx.me() });
        if let Some(from) = self.waiting.front().copied() {
            self.finish(cx, from);
        }
        self.go_on(cx);
    }
}

impl Actor<Outbox> for Reducer {
    fn receive(&mut self, cx: &mut Context<'_, Outbox>, input: Input<Outbox>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Reducer(message) => match message {
                    ReducerMessage::Reduce { .. } => {
                        self.waiting.push_back(envelope.from);
                        self.go_on(cx);
                    }
                    ReducerMessage::Inspected => self.answered(cx),
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(Signal::Exit { .. }) => self.answered(cx),
            Input::Start(_) | Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
