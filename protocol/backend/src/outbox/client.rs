//! Asks, gives up, asks again.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{Fact, Message, Outbox, PATIENCE, Variant, WriterMessage};

/// Has some commands, one after another, and waits a while for each answer.
#[derive(Clone, Debug, Hash)]
pub struct Client {
    number: u32,
    writer: Address,
    commands: u32,
    command: u32,
    ask: u32,
    phase: Phase,
    variant: Variant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Resting,
    Asking,
}

/// More than a client asks in one life.
const ASKS_OF_A_LIFE: u32 = 100_000;
const TIMER: TimerId = TimerId(0);
/// How long it rests between two commands; the first is the dull one.
const RESTS: [Duration; 4] = [
    Duration::from_millis(80),
    Duration::from_millis(80),
    Duration::from_millis(20),
    Duration::from_millis(2),
];

impl Client {
    /// A client of that writer.
    pub fn new(number: u32, writer: Address, commands: u32, variant: Variant) -> Self {
        Self { number, writer, commands, command: 0, ask: 0, phase: Phase::Resting, variant }
    }

    fn rest(&mut self, cx: &mut Context<'_, Outbox>) {
        self.phase = Phase::Resting;
        if self.command < self.commands {
            let rest = RESTS[cx.choose(RESTS.len() as u32) as usize];
            cx.set_timer(TIMER, rest);
        }
    }

    fn ask(&mut self, cx: &mut Context<'_, Outbox>) {
        self.ask += 1;
        self.phase = Phase::Asking;
        cx.send(
            self.writer,
            Message::Writer(WriterMessage::Command { command: (self.number, self.command), ask: self.ask }),
        );
        cx.set_timer(TIMER, PATIENCE);
    }

    /// Nothing has come for too long: it asks once more, or goes on.
    fn give_up(&mut self, cx: &mut Context<'_, Outbox>) {
        cx.announce(Fact::GaveUp { client: self.number, ask: self.ask });
        if cx.choose(3) == 1 {
            return self.rest(cx);
        }
        if self.ask % ASKS_OF_A_LIFE < self.commands * 4 { self.ask(cx) } else { self.rest(cx) }
    }

    fn done(&mut self, cx: &mut Context<'_, Outbox>, of: u32) {
        let counts = of == self.ask || self.variant == Variant::LateReplyVisible;
        match self.phase {
            Phase::Asking if counts => {
                cx.announce(Fact::Took { client: self.number, ask: self.ask, of });
                cx.cancel_timer(TIMER);
                self.rest(cx);
            }
            Phase::Asking | Phase::Resting => {
                cx.announce(Fact::LateAnswer { client: self.number });
                cx.dead_letter(DeadLetter::LateResult);
            }
        }
    }
}

impl Actor<Outbox> for Client {
    fn receive(&mut self, cx: &mut Context<'_, Outbox>, input: Input<Outbox>) {
        match input {
            Input::Start(recovered) => {
                // An answer to an earlier life is no answer to this one.
                self.ask = recovered.incarnation.0 * ASKS_OF_A_LIFE;
                self.rest(cx);
            }
            Input::Timer(_) => match self.phase {
                Phase::Resting => {
                    self.command += 1;
                    self.ask(cx);
                }
                Phase::Asking => self.give_up(cx),
            },
            Input::Message(envelope) => match envelope.message {
                Message::Done { ask, .. } => self.done(cx, ask),
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
