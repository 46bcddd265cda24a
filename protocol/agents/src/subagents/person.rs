//! Asks, and interrupts.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{AgentMessage, Message, Subagents};

/// Asks a session for some runs, one after another, and interrupts some.
#[derive(Clone, Debug, Hash)]
pub struct Person {
    session: Address,
    runs: u32,
}

const REST: TimerId = TimerId(1);
const LOSES_PATIENCE: TimerId = TimerId(2);
/// After what time a person interrupts a run, if ever; the first is the dull one.
const INTERRUPTS: [Option<Duration>; 6] = [
    None,
    None,
    None,
    Some(Duration::from_millis(30)),
    Some(Duration::from_millis(90)),
    Some(Duration::from_millis(250)),
];

impl Person {
    /// Talks to the session that lives there.
    pub fn new(session: Address, runs: u32) -> Self {
        Self { session, runs }
    }
}

impl Actor<Subagents> for Person {
    fn receive(&mut self, cx: &mut Context<'_, Subagents>, input: Input<Subagents>) {
        match input {
            Input::Start(_) | Input::Timer(REST) => {
                let Some(left) = self.runs.checked_sub(1) else { return };
                self.runs = left;
                cx.send(self.session, Message::Agent(AgentMessage::Ask));
                if let Some(patience) = INTERRUPTS[cx.choose(INTERRUPTS.len() as u32) as usize] {
                    cx.set_timer(LOSES_PATIENCE, patience);
                }
            }
            Input::Timer(LOSES_PATIENCE) => cx.send(self.session, Message::Agent(AgentMessage::Interrupt)),
            Input::Message(envelope) => match envelope.message {
                Message::Answered => {
                    cx.cancel_timer(LOSES_PATIENCE);
                    cx.set_timer(REST, Duration::from_millis(50));
                }
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
