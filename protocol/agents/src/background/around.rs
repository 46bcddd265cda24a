//! The registry that tasks ask, the cache that they write, the tenant who opens and closes.

use std::collections::VecDeque;
use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{
    Background, Fact, Kind, Manner, Message, PersonMessage, ScopeId, ServiceMessage, SourceMessage,
    TaskMessage,
};

/// Far away: answers soon, or late.
#[derive(Clone, Debug, Default, Hash)]
pub struct Registry {
    asked: u64,
    askers: VecDeque<(u64, Address)>,
}

/// How long an answer takes; the first is the dull one.
const ANSWERS: [Duration; 6] = [
    Duration::from_millis(5),
    Duration::from_millis(5),
    Duration::from_millis(5),
    Duration::from_millis(5),
    Duration::from_millis(60),
    Duration::from_millis(700),
];

impl Actor<Background> for Registry {
    fn receive(&mut self, cx: &mut Context<'_, Background>, input: Input<Background>) {
        match input {
            Input::Message(envelope) if envelope.message == Message::Source(SourceMessage::Fetch) => {
                self.asked += 1;
                self.askers.push_back((self.asked, envelope.from));
                let time = ANSWERS[cx.choose(ANSWERS.len() as u32) as usize];
                cx.set_timer(TimerId(self.asked), time);
            }
            Input::Message(_) => cx.dead_letter(DeadLetter::Malformed),
            Input::Timer(TimerId(asked)) => {
                if let Some(place) = self.askers.iter().position(|(number, _)| *number == asked) {
                    let (_, asker) = self.askers.remove(place).expect("it has this place");
                    cx.send(asker, Message::Task(TaskMessage::Fetched));
                }
            }
            Input::Start(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

/// Near, and one after another: what is written here is an effect.
#[derive(Clone, Debug, Default, Hash)]
pub struct Cache {
    waiting: VecDeque<(Address, Message)>,
}

/// How long a write takes; the first is the dull one.
const WRITES: [Duration; 4] =
    [Duration::from_millis(1), Duration::from_millis(1), Duration::from_millis(1), Duration::from_millis(12)];

impl Cache {
    fn begin(&mut self, cx: &mut Context<'_, Background>) {
        if !self.waiting.is_empty() {
            let time = WRITES[cx.choose(WRITES.len() as u32) as usize];
            cx.set_timer(TimerId(0), time);
        }
    }
}

impl Actor<Background> for Cache {
    fn receive(&mut self, cx: &mut Context<'_, Background>, input: Input<Background>) {
        match input {
            Input::Message(envelope) => {
                self.waiting.push_back((envelope.from, envelope.message));
                if self.waiting.len() == 1 {
                    self.begin(cx);
                }
            }
            Input::Timer(_) => {
                match self.waiting.pop_front() {
                    Some((from, Message::Source(SourceMessage::Write { task }))) => {
                        cx.announce(Fact::Effect(task));
                        cx.send(from, Message::Task(TaskMessage::Written));
                    }
                    Some((from, Message::Source(SourceMessage::Record(task)))) => {
                        cx.send(from, Message::Service(ServiceMessage::Recorded(task)));
                    }
                    Some(_) => cx.dead_letter(DeadLetter::Malformed),
                    None => {}
                }
                self.begin(cx);
            }
            Input::Start(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

/// Opens a scope, starts tasks in it, closes it, and begins again.
#[derive(Clone, Debug, Hash)]
pub struct Tenant {
    service: Address,
    number: u32,
    cycles: u32,
    cycle: u32,
    left: u32,
}

/// How long a tenant waits between two steps; the first is the dull one.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(150),
    Duration::from_millis(150),
    Duration::from_millis(100),
    Duration::from_millis(100),
    Duration::from_millis(20),
    Duration::from_micros(1_500),
];
/// What a tenant starts; the first is the dull one.
const STARTS: [Option<Kind>; 9] =
    [None, None, None, None, None, Some(Kind::Refresh), Some(Kind::Run), Some(Kind::Run), Some(Kind::Watch)];
/// How many things a tenant does in a scope.
const STEPS: u32 = 4;

impl Tenant {
    /// A tenant of that service, who opens so many scopes.
    pub fn new(number: u32, service: Address, cycles: u32) -> Self {
        Self { service, number, cycles, cycle: 0, left: 0 }
    }

    fn scope(&self) -> ScopeId {
        ScopeId(self.number * 1_000 + self.cycle)
    }

    fn open(&mut self, cx: &mut Context<'_, Background>) {
        if self.cycle == self.cycles {
            return;
        }
        self.cycle += 1;
        self.left = STEPS;
        cx.send(self.service, Message::Service(ServiceMessage::Open(self.scope())));
        Self::pause(cx);
    }

    fn step(&mut self, cx: &mut Context<'_, Background>) {
        let scope = self.scope();
        let Some(left) = self.left.checked_sub(1) else {
            let manner = if cx.choose(3) == 2 { Manner::Drain } else { Manner::Cancel };
            return cx.send(self.service, Message::Service(ServiceMessage::Close { scope, manner }));
        };
        self.left = left;
        if let Some(kind) = STARTS[cx.choose(STARTS.len() as u32) as usize] {
            cx.send(self.service, Message::Service(ServiceMessage::Start { scope, kind }));
        }
        Self::pause(cx);
    }

    fn pause(cx: &mut Context<'_, Background>) {
        let pause = PAUSES[cx.choose(PAUSES.len() as u32) as usize];
        cx.set_timer(TimerId(0), pause);
    }
}

impl Actor<Background> for Tenant {
    fn receive(&mut self, cx: &mut Context<'_, Background>, input: Input<Background>) {
        match input {
            Input::Start(_) => self.open(cx),
            Input::Timer(_) => self.step(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Person(message) => match message {
                    PersonMessage::Closed(scope) if scope == self.scope() => self.open(cx),
                    PersonMessage::Closed(_) => cx.dead_letter(DeadLetter::LateResult),
                    PersonMessage::Started(_) => {}
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
