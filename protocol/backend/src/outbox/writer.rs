//! The log of a stream.

use std::collections::BTreeMap;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::durable::Durable;
use rehearsal_protocol::input::{Input, WriteId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{CommandId, Fact, Message, Number, Outbox, PublisherMessage, StreamId, Variant, WriterMessage};

/// Commits commands, has them published, answers.
#[derive(Clone, Debug, Hash)]
pub struct Writer {
    stream: StreamId,
    publisher: Address,
    log: Vec<CommandId>,
    place: Durable,
    /// How many events are durable.
    committed: Number,
    /// How long the log was at each sync that is under way.
    under_way: BTreeMap<WriteId, Number>,
    waiting: Vec<Question>,
    variant: Variant,
}

/// Somebody who waits for an event to be durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Question {
    number: Number,
    from: Address,
    ask: u32,
}

const LOG: &str = "log";

impl Writer {
    /// The writer of a stream.
    pub fn new(stream: StreamId, publisher: Address, variant: Variant) -> Self {
        let (log, under_way, waiting) = (Vec::new(), BTreeMap::new(), Vec::new());
        let place = Durable::default();
        Self { stream, publisher, log, place, committed: 0, under_way, waiting, variant }
    }

    fn command(&mut self, cx: &mut Context<'_, Outbox>, from: Address, command: CommandId, ask: u32) {
        let known = self.log.iter().position(|known| *known == command).map(|place| place as Number + 1);
        let number = known.unwrap_or_else(|| {
            self.log.push(command);
            self.place.write(cx, LOG, &self.log);
            let number = self.log.len() as Number;
            self.under_way.insert(cx.sync(), number);
            number
        });
        let question = Question { number, from, ask };
        let is_early = known.is_some() && self.variant == Variant::ReplyFirst;
        if number <= self.committed || is_early {
            self.answer(cx, question);
        } else {
            self.waiting.push(question);
        }
    }

    fn synced(&mut self, cx: &mut Context<'_, Outbox>, id: WriteId) {
        let Some(length) = self.under_way.remove(&id) else { return };
        let before = self.committed;
        self.committed = self.committed.max(length);
        for number in before + 1..=self.committed {
            cx.announce(Fact::Committed { stream: self.stream, number });
        }
        let until = match self.variant {
            Variant::PublishFirst => self.log.len() as Number,
            _ => self.committed,
        };
        for number in before + 1..=until {
            cx.send(
                self.publisher,
                Message::Publisher(PublisherMessage::Publish { stream: self.stream, number }),
            );
        }
        let (ready, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|question| question.number <= self.committed);
        self.waiting = waiting;
        let ready: Vec<_> = ready;
        for question in ready {
            self.answer(cx, question);
        }
    }

    fn answer(&self, cx: &mut Context<'_, Outbox>, question: Question) {
        let Question { number, from, ask } = question;
        cx.announce(Fact::Answered { stream: self.stream, number });
        cx.send(from, Message::Done { ask, number });
    }

    fn restate(&self, cx: &mut Context<'_, Outbox>) {
        if self.committed > 0 {
            cx.send(
                self.publisher,
                Message::Publisher(PublisherMessage::Publish { stream: self.stream, number: self.committed }),
            );
        }
    }
}

impl Actor<Outbox> for Writer {
    fn receive(&mut self, cx: &mut Context<'_, Outbox>, input: Input<Outbox>) {
        match input {
            Input::Start(recovered) => {
                let (place, log) = Durable::recovered::<Vec<CommandId>>(&recovered, LOG);
                (self.place, self.log) = (place, log.unwrap_or_default());
                self.committed = self.log.len() as Number;
                for number in 1..=self.committed {
                    cx.announce(Fact::Committed { stream: self.stream, number });
                }
                self.restate(cx);
            }
            Input::Message(envelope) => match envelope.message {
                Message::Writer(message) => match message {
                    WriterMessage::Command { command, ask } => self.command(cx, envelope.from, command, ask),
                    WriterMessage::Restate => self.restate(cx),
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Synced(id) => self.synced(cx, id),
            Input::Timer(_) | Input::Signal(_) => {}
        }
    }
}
