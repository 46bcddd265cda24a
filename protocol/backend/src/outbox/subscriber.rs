//! Reads, slowly.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{Fact, Message, Number, Outbox, PublisherMessage, RETRY, StreamId, SubscriberMessage};

/// Follows one stream from its beginning.
#[derive(Clone, Debug, Hash)]
pub struct Subscriber {
    publisher: Address,
    stream: StreamId,
    /// The last event that it has, or was told that it will not see.
    have: Number,
}

/// How long it looks at an event; the first is the dull one.
const LOOKS: [Duration; 4] = [
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(40),
    Duration::from_millis(120),
];
const NEXT: TimerId = TimerId(1);
const AGAIN: TimerId = TimerId(2);

impl Subscriber {
    /// Follows that stream.
    pub fn new(publisher: Address, stream: StreamId) -> Self {
        Self { publisher, stream, have: 0 }
    }

    fn want(&self, cx: &mut Context<'_, Outbox>) {
        cx.send(
            self.publisher,
            Message::Publisher(PublisherMessage::Want { stream: self.stream, after: self.have }),
        );
        cx.set_timer(AGAIN, RETRY);
    }

    fn look(cx: &mut Context<'_, Outbox>) {
        let look = LOOKS[cx.choose(LOOKS.len() as u32) as usize];
        cx.set_timer(NEXT, look);
    }
}

impl Actor<Outbox> for Subscriber {
    fn receive(&mut self, cx: &mut Context<'_, Outbox>, input: Input<Outbox>) {
        let (subscriber, stream) = (cx.me(), self.stream);
        match input {
            Input::Start(_) | Input::Timer(_) => self.want(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Subscriber(message) => match message {
                    SubscriberMessage::Deliver { number } if number > self.have => {
                        self.have = number;
                        cx.announce(Fact::Received { subscriber, stream, number });
                        Self::look(cx);
                    }
                    SubscriberMessage::Gap { to, .. } if to > self.have => {
                        cx.announce(Fact::ToldGap { subscriber, stream, from: self.have + 1, to });
                        self.have = to;
                        Self::look(cx);
                    }
                    SubscriberMessage::Deliver { .. } | SubscriberMessage::Gap { .. } => {
                        cx.dead_letter(DeadLetter::LateResult);
                    }
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
