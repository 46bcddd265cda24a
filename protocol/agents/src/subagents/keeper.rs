//! Starts a session again when it has crashed.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{Agent, AgentMessage, Message, Subagents};

/// The parent of a session at the top: what a person says goes through it, and waits here while the session is down.
///
/// Only what is on its way to a session when that crashes is a dead letter.
#[derive(Clone, Debug, Hash)]
pub struct Keeper {
    /// The session before its first turn.
    session: Agent,
    life: Life,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Life {
    Up(Address),
    Down { waiting: Vec<Message> },
}

const UP_AGAIN: TimerId = TimerId(1);
/// How long a session is down; the first is the dull one.
const OUTAGES: [Duration; 4] = [
    Duration::from_millis(10),
    Duration::from_millis(10),
    Duration::from_millis(120),
    Duration::from_millis(500),
];

impl Keeper {
    /// Keeps that session.
    pub fn new(session: Agent) -> Self {
        Self { session, life: Life::Down { waiting: Vec::new() } }
    }

    fn begin(&mut self, cx: &mut Context<'_, Subagents>) {
        let session = cx.spawn("agent", self.session.clone());
        match std::mem::replace(&mut self.life, Life::Up(session)) {
            Life::Up(_) => {}
            Life::Down { waiting } => waiting.into_iter().for_each(|message| cx.send(session, message)),
        }
    }
}

impl Actor<Subagents> for Keeper {
    fn receive(&mut self, cx: &mut Context<'_, Subagents>, input: Input<Subagents>) {
        match input {
            Input::Start(_) | Input::Timer(UP_AGAIN) => self.begin(cx),
            Input::Message(envelope) => match (envelope.message, &mut self.life) {
                (Message::Agent(AgentMessage::Ask | AgentMessage::Interrupt), Life::Up(session)) => {
                    cx.send(*session, envelope.message);
                }
                (Message::Agent(AgentMessage::Ask | AgentMessage::Interrupt), Life::Down { waiting }) => {
                    waiting.push(envelope.message);
                }
                _ => cx.dead_letter(DeadLetter::Malformed), // What is for the session itself comes from below it.
            },
            Input::Signal(Signal::Exit { reason, .. }) if !reason.is_clean() => {
                self.life = Life::Down { waiting: Vec::new() };
                let outage = OUTAGES[cx.choose(OUTAGES.len() as u32) as usize];
                cx.set_timer(UP_AGAIN, outage);
            }
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
