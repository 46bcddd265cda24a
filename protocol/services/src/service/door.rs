//! Where requests come in: passes them on to the stages that are open, in turn.

use std::collections::VecDeque;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::Input;
use rehearsal_protocol::mailbox::DeadLetter;

use super::Service;
use super::message::{EntranceMessage, Message, WorkerMessage};

/// Passes requests on: to the first stage of a line, or to all of a pool in turn. It does not hear that one has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Door {
    open: VecDeque<Address>,
}

impl Actor<Service> for Door {
    fn receive(&mut self, cx: &mut Context<'_, Service>, input: Input<Service>) {
        let Input::Message(envelope) = input else { return };
        match envelope.message {
            Message::Entrance(message) => match message {
                EntranceMessage::Open => {
                    if !self.open.contains(&envelope.from) {
                        self.open.push_back(envelope.from);
                    }
                }
                EntranceMessage::Request(work) => match self.open.front() {
                    // The door never changes: it is always the same life.
                    Some(next) => {
                        cx.send(*next, Message::Worker(WorkerMessage::Job { work, by: Incarnation(1) }));
                        self.open.rotate_left(1);
                    }
                    None => cx.dead_letter(DeadLetter::Undeliverable),
                },
                EntranceMessage::Ready(_) | EntranceMessage::Join(_) | EntranceMessage::Leave(_) => {
                    cx.dead_letter(DeadLetter::Malformed);
                }
            },
            _ => cx.dead_letter(DeadLetter::Malformed),
        }
    }
}
