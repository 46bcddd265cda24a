//! Rings, and what was missed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::Input;
use rehearsal_protocol::mailbox::DeadLetter;

use super::{
    Fact, Message, Number, Outbox, PublisherMessage, ROOM, ReducerMessage, StreamId, SubscriberMessage,
    Variant, WriterMessage,
};

/// Publishes what is committed, and waits for nobody.
#[derive(Clone, Debug, Hash)]
pub struct Publisher {
    writers: Vec<Address>,
    reducer: Address,
    published: BTreeMap<StreamId, Number>,
    /// The streams of which something was heard in this life.
    heard: BTreeSet<StreamId>,
    rings: BTreeMap<Address, Ring>,
    nesting: Nesting,
    variant: Variant,
}

/// What waits for one subscriber.
#[derive(Clone, Debug, Hash)]
struct Ring {
    stream: StreamId,
    numbers: VecDeque<Number>,
    /// The last event that the subscriber knows of, if it wants the next.
    wants_after: Option<Number>,
}

/// Whether the reducer is waited for; only planted bugs do that.
#[derive(Clone, Debug, Hash)]
enum Nesting {
    Free,
    Waiting { held: VecDeque<(Address, Message)> },
}

impl Publisher {
    /// A publisher of what those writers commit.
    pub fn new(writers: Vec<Address>, reducer: Address, variant: Variant) -> Self {
        let (published, heard, rings) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Self { writers, reducer, published, heard, rings, nesting: Nesting::Free, variant }
    }

    /// An event, or the wish to publish one, unless the reducer is waited for.
    fn take(&mut self, cx: &mut Context<'_, Outbox>, from: Address, message: Message) {
        match &mut self.nesting {
            Nesting::Free => self.handle(cx, from, message),
            Nesting::Waiting { .. } if self.variant == Variant::ReentrancyFlag => {
                if message == Message::Publisher(PublisherMessage::Inspect) {
                    cx.send(from, Message::Reducer(ReducerMessage::Inspected));
                }
            }
            Nesting::Waiting { held } => held.push_back((from, message)),
        }
    }

    fn handle(&mut self, cx: &mut Context<'_, Outbox>, from: Address, message: Message) {
        match message {
            Message::Publisher(message) => match message {
                PublisherMessage::Publish { stream, number } => self.publish(cx, stream, number),
                PublisherMessage::Inspect => cx.send(from, Message::Reducer(ReducerMessage::Inspected)),
                PublisherMessage::Want { .. } | PublisherMessage::Reduced => {
                    cx.dead_letter(DeadLetter::Malformed);
                }
            },
            _ => cx.dead_letter(DeadLetter::Malformed),
        }
    }

    /// A writer says how far it is: what it committed while nobody listened goes out, too.
    fn publish(&mut self, cx: &mut Context<'_, Outbox>, stream: StreamId, number: Number) {
        let published = self.published.get(&stream).copied().unwrap_or_default();
        let is_first = self.heard.insert(stream);
        if is_first {
            cx.announce(Fact::Restated { stream, to: number });
        }
        let jumps = is_first || self.variant == Variant::JumpsOver;
        let from = if jumps { number.max(published + 1) } else { published + 1 };
        for number in from..=number {
            self.publish_one(cx, stream, number);
        }
    }

    fn publish_one(&mut self, cx: &mut Context<'_, Outbox>, stream: StreamId, number: Number) {
        self.published.insert(stream, number);
        cx.announce(Fact::Published { stream, number });
        for (subscriber, ring) in self.rings.iter_mut().filter(|(_, ring)| ring.stream == stream) {
            if ring.numbers.len() == ROOM && self.variant != Variant::UnboundedRing {
                let oldest = ring.numbers.pop_front().expect("a full ring has an oldest event");
                cx.announce(Fact::Overflowed { subscriber: *subscriber, number: oldest });
            }
            ring.numbers.push_back(number);
            cx.announce(Fact::Waiting { subscriber: *subscriber, count: ring.numbers.len() as u32 });
            serve(cx, *subscriber, ring, number, self.variant);
        }
        cx.send(self.reducer, Message::Reducer(ReducerMessage::Reduce { stream, number }));
        if matches!(self.variant, Variant::NestedPublication | Variant::ReentrancyFlag) {
            self.nesting = Nesting::Waiting { held: VecDeque::new() };
            if self.variant == Variant::NestedPublication {
                cx.announce(Fact::Waits { who: cx.me(), on: self.reducer });
            }
        }
    }

    fn reduced(&mut self, cx: &mut Context<'_, Outbox>) {
        let Nesting::Waiting { mut held } = std::mem::replace(&mut self.nesting, Nesting::Free) else {
            return;
        };
        cx.announce(Fact::GoesOn { who: cx.me() });
        while let (Some((from, message)), Nesting::Free) = (held.front().copied(), &self.nesting) {
            held.pop_front();
            self.handle(cx, from, message);
        }
        if let Nesting::Waiting { held: later } = &mut self.nesting {
            *later = held;
        }
    }

    fn want(&mut self, cx: &mut Context<'_, Outbox>, subscriber: Address, stream: StreamId, after: Number) {
        let published = self.published.get(&stream).copied().unwrap_or_default();
        let ring = self.rings.entry(subscriber).or_insert_with(|| {
            cx.announce(Fact::Joined { subscriber, stream, at: published });
            Ring { stream, numbers: VecDeque::new(), wants_after: None }
        });
        ring.numbers.retain(|number| *number > after);
        ring.wants_after = Some(after);
        serve(cx, subscriber, ring, published, self.variant);
    }
}

/// Gives a subscriber that wants something what is next for it: an event, or what it has missed.
fn serve(
    cx: &mut Context<'_, Outbox>,
    subscriber: Address,
    ring: &mut Ring,
    published: Number,
    variant: Variant,
) {
    let Some(after) = ring.wants_after else { return };
    let next = ring.numbers.front().copied();
    let missed_until = next.map_or(published, |number| number - 1);
    match next {
        Some(number) if number == after + 1 || variant == Variant::SilentOverflow => {
            cx.send(subscriber, Message::Subscriber(SubscriberMessage::Deliver { number }));
        }
        _ if missed_until > after => cx.send(
            subscriber,
            Message::Subscriber(SubscriberMessage::Gap { from: after + 1, to: missed_until }),
        ),
        _ => return,
    }
    ring.wants_after = None;
}

impl Actor<Outbox> for Publisher {
    fn receive(&mut self, cx: &mut Context<'_, Outbox>, input: Input<Outbox>) {
        match input {
            Input::Start(_) if self.variant == Variant::ForgetsOutbox => {}
            Input::Start(_) => {
                for writer in &self.writers {
                    cx.send(*writer, Message::Writer(WriterMessage::Restate));
                }
            }
            Input::Message(envelope) => match envelope.message {
                Message::Publisher(message) => match message {
                    PublisherMessage::Publish { .. } | PublisherMessage::Inspect => {
                        self.take(cx, envelope.from, envelope.message);
                    }
                    PublisherMessage::Reduced => self.reduced(cx),
                    PublisherMessage::Want { stream, after } => self.want(cx, envelope.from, stream, after),
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
