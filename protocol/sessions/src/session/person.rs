//! The simulated person who decides what needs people: slowly, either way, and until somebody hears it.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::Fact;
use super::id::{CallId, CommandId};
use super::message::{Command, Decision, Message, Reply, Respond};
use super::{Cx, Session};

/// How long an answer may take before the decision is sent again.
const PATIENCE: Duration = Duration::from_millis(400);

/// A person. It decides once about each request, and knows in a new life nothing of an earlier one.
#[derive(Clone, Debug, Hash)]
pub struct Person {
    number: u16,
    gateway: Address,
    open: Vec<Open>,
    minted: u32,
}

/// A request that has not been settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Open {
    call: CallId,
    command: CommandId,
    decision: Decision,
    said: bool,
}

impl Person {
    /// Person `number`; numbers of clients and people do not overlap.
    pub fn new(number: u16, gateway: Address) -> Self {
        Self { number, gateway, open: Vec::new(), minted: 0 }
    }

    fn asked(&mut self, cx: &mut Cx<'_>, call: CallId) {
        if self.open.iter().any(|open| open.call == call) {
            return;
        }
        self.minted += 1;
        let life = u16::try_from(cx.incarnation().0).expect("a person lives less than 65,536 times");
        let command = CommandId { client: self.number, life, number: self.minted };
        let decision = if cx.choose(3) == 2 { Decision::Deny } else { Decision::Allow };
        let thinks = [5, 1, 60, 300, 900][cx.choose(5) as usize];
        self.open.push(Open { call, command, decision, said: false });
        cx.set_timer(TimerId(u64::from(self.minted)), Duration::from_millis(thinks));
    }

    fn says(&mut self, cx: &mut Cx<'_>, timer: TimerId) {
        let is_it = |open: &&mut Open| u64::from(open.command.number) == timer.0;
        let Some(open) = self.open.iter_mut().find(is_it) else { return };
        if !open.said {
            open.said = true;
            cx.announce(Fact::Responded { call: open.call });
        }
        let Open { call, command, decision, .. } = *open;
        cx.send(
            self.gateway,
            Message::Command(Command::Respond(Respond { call, command, decision, reply_to: cx.me() })),
        );
        cx.set_timer(timer, PATIENCE);
    }

    fn answered(&mut self, cx: &mut Cx<'_>, command: CommandId, reply: Reply) {
        if reply == Reply::Unavailable {
            return;
        }
        if let Some(index) = self.open.iter().position(|open| open.command == command) {
            self.open.remove(index);
            cx.cancel_timer(TimerId(u64::from(command.number)));
        }
    }
}

impl Actor<Session> for Person {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Asked { call } => self.asked(cx, call),
                Message::Answer { command, reply } => self.answered(cx, command, reply),
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(timer) => self.says(cx, timer),
            Input::Synced(_) => unreachable!("a person writes nothing"),
            Input::Signal(Signal::Shutdown) => cx.exit(),
            Input::Start(_)
            | Input::Signal(Signal::Exit { .. } | Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}
