//! Who opens gates, now and then cancels one or asks how it goes, and may shut everything down in the end.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::message::{Command, Message, SupervisorMessage};
use super::protocol::Gates;
use super::record::{AgentId, GateId, Subject};

/// No pause between two commands is longer.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(70);
/// How long a person waits between two commands; the first is the dull one. A gate takes 20 s if nothing is in its way.
const PAUSES: [Duration; 9] = [
    Duration::from_secs(30),
    Duration::from_secs(30),
    Duration::from_secs(30),
    Duration::from_secs(30),
    LONGEST_PAUSE,
    Duration::from_secs(2),
    Duration::from_millis(20_100),
    Duration::from_millis(20_203),
    Duration::from_millis(2),
];

/// What a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Wish {
    Open { spec: u8 },
    CancelAgent,
    CancelGate,
    Query,
}

/// What is wanted; the first is the dull one.
const WISHES: [Wish; 14] = [
    Wish::Open { spec: 1 },
    Wish::Open { spec: 1 },
    Wish::Open { spec: 1 },
    Wish::Open { spec: 1 },
    Wish::Open { spec: 1 },
    Wish::Open { spec: 1 },
    Wish::Open { spec: 1 },
    Wish::Open { spec: 1 },
    Wish::Open { spec: 2 },
    Wish::CancelAgent,
    Wish::CancelAgent,
    Wish::CancelGate,
    Wish::Query,
    Wish::Query,
];
/// One person in so many shuts the supervisor down when all is said, if chance has it.
const SHUTS_DOWN: u32 = 4;

/// Gives one command after another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Person {
    supervisor: Address,
    agents: u8,
    left: u32,
    last: GateId,
}

impl Person {
    /// Someone who gives so many commands, to a supervisor whose gates have so many agents.
    pub fn new(supervisor: Address, agents: u8, commands: u32) -> Self {
        Self { supervisor, agents, left: commands, last: 0 }
    }

    fn pause(&self, cx: &mut Context<'_, Gates>) {
        if self.left > 0 || cx.choose(SHUTS_DOWN) == SHUTS_DOWN - 1 {
            let pause = PAUSES[cx.choose(PAUSES.len() as u32) as usize];
            cx.set_timer(TimerId(0), pause);
        }
    }

    fn command(&mut self, cx: &mut Context<'_, Gates>) {
        if self.left == 0 {
            return cx
                .send(self.supervisor, Message::Supervisor(SupervisorMessage::Command(Command::Shutdown)));
        }
        self.left -= 1;
        let wish = WISHES[cx.choose(WISHES.len() as u32) as usize];
        let command = match wish {
            Wish::Open { spec } => {
                self.last += 1;
                Command::Open { gate: self.last, subject: Subject { spec, checkpoint: 1 } }
            }
            Wish::CancelAgent => Command::CancelAgent(self.some_agent(cx)),
            Wish::Query => Command::QueryStatus(self.some_agent(cx)),
            Wish::CancelGate => Command::CancelGate(self.last),
        };
        cx.send(self.supervisor, Message::Supervisor(SupervisorMessage::Command(command)));
        self.pause(cx);
    }

    fn some_agent(&self, cx: &mut Context<'_, Gates>) -> AgentId {
        AgentId { gate: self.last, role: cx.choose(u32::from(self.agents)) as u8 }
    }
}

impl Actor<Gates> for Person {
    fn receive(&mut self, cx: &mut Context<'_, Gates>, input: Input<Gates>) {
        match input {
            Input::Start(_) | Input::Timer(_) => self.command(cx),
            Input::Message(envelope) => match envelope.message {
                Message::News(_) => {}
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
