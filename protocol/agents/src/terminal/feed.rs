//! The agents behind the terminal: they report lines and progress.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{Event, Lanes, Message};

/// What comes together. The first is the dull one.
const REPORTS: [&[Event]; 10] = [
    &[Event::Insert],
    &[],
    &[],
    &[Event::Insert],
    &[Event::Insert],
    &[Event::Insert],
    &[Event::Status],
    &[Event::Insert, Event::Insert],
    &[Event::Insert, Event::Insert, Event::Status],
    &[Event::Status, Event::Insert, Event::Insert, Event::Insert, Event::Insert, Event::Insert],
];
/// How long agents work between two reports. The first is the dull one.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(420),
    Duration::from_millis(370),
    Duration::from_millis(290),
    Duration::from_millis(270),
    Duration::from_millis(140),
    Duration::from_millis(4),
];

/// Reports for some rounds, and is done.
#[derive(Clone, Debug, Hash)]
pub struct Feed {
    terminal: Address,
    rounds: u32,
}

impl Feed {
    /// Reports to that terminal.
    pub fn new(terminal: Address, rounds: u32) -> Self {
        Self { terminal, rounds }
    }
}

impl Actor<Lanes> for Feed {
    fn receive(&mut self, cx: &mut Context<'_, Lanes>, input: Input<Lanes>) {
        match input {
            Input::Start(_) | Input::Timer(_) => {
                let Some(left) = self.rounds.checked_sub(1) else { return cx.exit() };
                self.rounds = left;
                for event in REPORTS[cx.choose(REPORTS.len() as u32) as usize] {
                    cx.send(self.terminal, Message::Happened(*event));
                }
                let pause = PAUSES[cx.choose(PAUSES.len() as u32) as usize];
                cx.set_timer(TimerId(0), pause);
            }
            Input::Message(envelope) => match envelope.message {
                Message::Happened(_) | Message::Draw { .. } | Message::Drawn { .. } => {
                    cx.dead_letter(DeadLetter::Malformed);
                }
            },
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
