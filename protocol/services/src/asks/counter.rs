//! Who is asked.

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Recovered, Signal};
use rehearsal_protocol::mailbox::DeadLetter;
use rehearsal_protocol::supervision::{Command, StateOnRestart};

use super::fact::Fact;
use super::message::{AskId, Job, Message};
use super::protocol::Asks;

/// Where the count is kept.
const COUNT: &str = "count";
/// One ask in so many makes a counter panic, if chance has it.
pub const POISON: u32 = 24;

/// Counts what it is asked to count, and answers in the same turn.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Counter {
    supervisor: Address,
    job: Job,
    begins_with: StateOnRestart,
    count: u64,
    /// Whether it shall end, and waits for an answer of its supervisor.
    drains: bool,
}

impl Counter {
    /// The counter of a supervisor, which lets this life of it begin with that.
    pub fn new(supervisor: Address, job: Job, begins_with: StateOnRestart) -> Self {
        Self { supervisor, job, begins_with, count: 0, drains: false }
    }

    fn begin(&mut self, cx: &mut Context<'_, Asks>, recovered: &Recovered) {
        match self.begins_with {
            StateOnRestart::Initial => cx.write(COUNT, &0_u64),
            StateOnRestart::Recover => self.count = recovered.get(COUNT).unwrap_or_default(),
        }
        cx.announce(Fact::CounterBegan {
            service: self.supervisor,
            mailbox: self.job.mailbox,
            state: self.job.state,
            count: self.count,
        });
        for client in &self.job.clients {
            cx.send(*client, Message::Here { supervisor: self.supervisor });
        }
    }

    fn count(&mut self, cx: &mut Context<'_, Asks>, ask: AskId) {
        assert!(cx.choose(POISON) < POISON - 1, "{ask} is poison");
        self.count += 1;
        let (service, count) = (self.supervisor, self.count);
        cx.write(COUNT, &count);
        cx.announce(Fact::Counted { service, ask, count });
        cx.reply(Message::Counted { ask, count });
    }

    fn drain(&mut self, cx: &mut Context<'_, Asks>) {
        self.drains = true;
        cx.announce(Fact::DrainBegan { service: self.supervisor });
        cx.send(self.supervisor, Message::Command(Box::new(Command::CountChildren)));
    }

    fn drained(&mut self, cx: &mut Context<'_, Asks>) {
        if !self.drains {
            return cx.dead_letter(DeadLetter::LateResult);
        }
        cx.announce(Fact::Drained { service: self.supervisor });
        cx.shut_down();
    }
}

impl Actor<Asks> for Counter {
    fn receive(&mut self, cx: &mut Context<'_, Asks>, input: Input<Asks>) {
        match input {
            Input::Start(recovered) => self.begin(cx, &recovered),
            Input::Signal(Signal::Shutdown) if !self.drains => self.drain(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Count { ask, .. } => self.count(cx, ask),
                Message::Answer(_) => self.drained(cx),
                Message::Here { .. } | Message::Counted { .. } | Message::Command(_) => {
                    cx.dead_letter(DeadLetter::Malformed);
                }
            },
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
