//! A person at the keyboard.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{Event, Lanes, Message, Pane};

/// How many keys come together: one, a word, a held key. The first is the dull one.
const BURSTS: [u32; 10] = [1, 1, 1, 1, 1, 1, 1, 1, 3, 20];
/// How long a person waits between two bursts. The first is the dull one.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(400),
    Duration::from_millis(350),
    Duration::from_millis(300),
    Duration::from_millis(230),
    Duration::from_millis(110),
    Duration::from_millis(3),
];

/// What moves meanwhile and wants to be drawn anew. The first is the dull one.
const REDRAWS: [&[Pane]; 16] = [
    &[],
    &[Pane::History],
    &[Pane::Status],
    &[Pane::Status, Pane::History],
    &[Pane::History, Pane::Status, Pane::History],
    &[],
    &[],
    &[],
    &[],
    &[],
    &[],
    &[],
    &[],
    &[],
    &[],
    &[],
];

/// Types for some rounds, looks at something that moves now and then, and leaves.
#[derive(Clone, Debug, Hash)]
pub struct Typist {
    terminal: Address,
    rounds: u32,
}

impl Typist {
    /// Types into that terminal.
    pub fn new(terminal: Address, rounds: u32) -> Self {
        Self { terminal, rounds }
    }
}

impl Actor<Lanes> for Typist {
    fn receive(&mut self, cx: &mut Context<'_, Lanes>, input: Input<Lanes>) {
        match input {
            Input::Start(_) | Input::Timer(_) => {
                let Some(left) = self.rounds.checked_sub(1) else { return cx.exit() };
                self.rounds = left;
                for _ in 0..BURSTS[cx.choose(BURSTS.len() as u32) as usize] {
                    cx.send(self.terminal, Message::Happened(Event::Key));
                }
                for pane in REDRAWS[cx.choose(REDRAWS.len() as u32) as usize] {
                    cx.send(self.terminal, Message::Happened(Event::Redraw(*pane)));
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
