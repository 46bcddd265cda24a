//! Lists, renames, pins, forks and deletes.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{Listing, Message, SessionId, Wish};

/// How long a person waits between two wishes; the first is the dull one.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(100),
    Duration::from_millis(60),
    Duration::from_millis(30),
    Duration::from_millis(3),
];
/// The sessions that people begin with, which nobody deletes: so that a listing has several.
const LASTING: SessionId = 3;

/// A person with some wishes.
#[derive(Clone, Debug, Hash)]
pub struct Person {
    directory: Address,
    rounds: u32,
    begins: bool,
}

impl Person {
    /// Talks to that directory.
    pub fn new(directory: Address, rounds: u32) -> Self {
        Self { directory, rounds, begins: false }
    }

    /// The one who makes the first sessions.
    #[must_use]
    pub fn first(self) -> Self {
        Self { begins: true, ..self }
    }

    fn wish(cx: &mut Context<'_, Listing>) -> Wish {
        let wish = cx.choose(14);
        let session = 1 + cx.choose(LASTING);
        match wish {
            0..=3 => Wish::List,
            4 => Wish::Rename(session),
            5 => Wish::Pin(session),
            6 => Wish::Fork(session),
            7 => Wish::DeleteBranch(session),
            8 => Wish::Create,
            9 => Wish::Delete(LASTING + 1),
            10 => Wish::FindTitle(session),
            _ => Wish::Rename(LASTING + 1),
        }
    }
}

impl Actor<Listing> for Person {
    fn receive(&mut self, cx: &mut Context<'_, Listing>, input: Input<Listing>) {
        match input {
            Input::Start(_) if self.begins => {
                for session in 1..=LASTING {
                    cx.send(self.directory, Message::Wish(Wish::Create));
                    cx.send(self.directory, Message::Wish(Wish::Begin(session)));
                }
                cx.set_timer(TimerId(0), PAUSES[0]);
            }
            Input::Start(_) => cx.set_timer(TimerId(0), PAUSES[0]),
            Input::Timer(_) => {
                let Some(left) = self.rounds.checked_sub(1) else { return };
                self.rounds = left;
                let wish = Self::wish(cx);
                cx.send(self.directory, Message::Wish(wish));
                let pause = PAUSES[cx.choose(PAUSES.len() as u32) as usize];
                cx.set_timer(TimerId(0), pause);
            }
            Input::Message(envelope) => match envelope.message {
                Message::Listed(_) => {}
                Message::Wish(_) | Message::Run(_) | Message::Read(_) | Message::FindTitle(_) => {
                    cx.dead_letter(DeadLetter::Malformed);
                }
            },
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
