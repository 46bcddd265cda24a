//! Who stops the counter, and mostly starts it again.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;
use rehearsal_protocol::supervision::Command;

use super::fact::Fact;
use super::message::{Job, Message};
use super::protocol::Asks;
use super::tree::COUNTER;

/// The next thing is due.
const NEXT: TimerId = TimerId(0);

/// When an operator stops the counter, and how long it leaves it so; up to four times that, if chance has it.
pub const SHIFT: Duration = Duration::from_millis(60);

/// Stops a counter once, if chance has it, and starts it again, if chance has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    supervisor: Address,
    next: Next,
    /// Whether it has not heard yet that the counter is down.
    waits: bool,
}

/// What an operator does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Next {
    Stop,
    Start,
    Nothing,
}

impl Operator {
    /// The operator of a supervisor's counter.
    pub fn new(supervisor: Address) -> Self {
        Self { supervisor, next: Next::Stop, waits: false }
    }

    fn wait(cx: &mut Context<'_, Asks>) {
        let shifts = 1 + cx.choose(4);
        cx.set_timer(NEXT, SHIFT * shifts);
    }

    /// The counter is down, or its supervisor is.
    fn heard(&mut self, cx: &mut Context<'_, Asks>) {
        if std::mem::take(&mut self.waits) {
            cx.announce(Fact::Stopped { service: self.supervisor });
            Self::wait(cx);
        }
    }

    fn act(&mut self, cx: &mut Context<'_, Asks>) {
        match self.next {
            Next::Stop if cx.choose(4) < 3 => self.next = Next::Nothing,
            Next::Stop => {
                self.next = Next::Start;
                cx.announce(Fact::StopOrdered { service: self.supervisor });
                self.waits = true;
                cx.send(self.supervisor, command(Command::TerminateChild(COUNTER.to_owned())));
            }
            Next::Start if cx.choose(4) == 3 => self.next = Next::Nothing,
            Next::Start => {
                self.next = Next::Nothing;
                cx.send(self.supervisor, command(Command::RestartChild(COUNTER.to_owned())));
            }
            Next::Nothing => {}
        }
    }
}

fn command(command: Command<Job>) -> Message {
    Message::Command(Box::new(command))
}

impl Actor<Asks> for Operator {
    fn receive(&mut self, cx: &mut Context<'_, Asks>, input: Input<Asks>) {
        match input {
            Input::Start(_) => {
                cx.announce(Fact::OperatorBegan { service: self.supervisor });
                Self::wait(cx);
            }
            Input::Timer(_) => self.act(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Answer(_) => self.heard(cx),
                Message::Here { .. }
                | Message::Count { .. }
                | Message::Counted { .. }
                | Message::Command(_) => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(Signal::Refused { .. }) => self.heard(cx),
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
