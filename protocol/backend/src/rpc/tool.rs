//! Works for a turn, and may call back.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::{Fact, Party};
use super::message::{Message, SessionId, SessionsMessage, Wish};
use super::protocol::Rpc;

/// How long it works; the first is the dull one.
const TIMES: [Duration; 4] = [
    Duration::from_millis(5),
    Duration::from_millis(5),
    Duration::from_millis(20),
    Duration::from_millis(60),
];
/// One tool in so many has its session keep something, and one makes a session.
const ONE_IN: u32 = 24;

/// The tool of one turn. It ends when it has done its work, or is told to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tool {
    sessions: Address,
    session: SessionId,
    job: Job,
}

/// What a tool has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Job {
    /// How long that takes.
    pub time: Duration,
    /// What it asks of its session before it ends.
    pub wish: Option<Wish>,
}

impl Job {
    /// The next one, as chance has it.
    pub fn drawn(cx: &mut Context<'_, Rpc>) -> Self {
        let time = TIMES[cx.choose(TIMES.len() as u32) as usize];
        let wish = match cx.choose(ONE_IN) {
            1 => Some(Wish::Record),
            2 => Some(Wish::Create),
            _ => None,
        };
        Self { time, wish }
    }
}

impl Tool {
    /// A tool for a turn of that session.
    pub fn new(sessions: Address, session: SessionId, job: Job) -> Self {
        Self { sessions, session, job }
    }

    fn worked(&self, cx: &mut Context<'_, Rpc>) {
        let Some(wish) = self.job.wish else { return cx.exit() };
        let (who, on) = (Party::Tool(self.session), Party::CallBack(self.session));
        cx.announce(Fact::Waits { who, on });
        cx.send(self.sessions, Message::Sessions(SessionsMessage::CallBack { session: self.session, wish }));
    }
}

impl Actor<Rpc> for Tool {
    fn receive(&mut self, cx: &mut Context<'_, Rpc>, input: Input<Rpc>) {
        match input {
            Input::Start(_) => cx.set_timer(TimerId(0), self.job.time),
            Input::Timer(_) => self.worked(cx),
            Input::Message(envelope) => match envelope.message {
                Message::CalledBack => cx.exit(),
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(Signal::Shutdown) => cx.shut_down(),
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
