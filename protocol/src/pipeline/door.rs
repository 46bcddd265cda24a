//! Where requests come in: passes them on to the first stage, if it is open.

use super::Pipeline;
use super::message::Message;
use crate::actor::Actor;
use crate::address::{Address, Incarnation};
use crate::context::Context;
use crate::input::Input;
use crate::mailbox::DeadLetter;

/// Passes requests on to the first stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Door {
    first: Option<Address>,
}

impl Actor<Pipeline> for Door {
    fn receive(&mut self, cx: &mut Context<'_, Pipeline>, input: Input<Pipeline>) {
        let Input::Message(envelope) = input else { return };
        match (envelope.message, self.first) {
            (Message::Open, _) => self.first = Some(envelope.from),
            // The door never changes: it is always the same life.
            (Message::Request(work), Some(first)) => {
                cx.send(first, Message::Job { work, by: Incarnation(1) });
            }
            (Message::Request(_), None) => cx.dead_letter(DeadLetter::Undeliverable),
            (
                Message::Arrives { .. }
                | Message::Job { .. }
                | Message::Done(_)
                | Message::Link
                | Message::Linked(_)
                | Message::Command(_)
                | Message::Answer(_),
                _,
            ) => cx.dead_letter(DeadLetter::Malformed),
        }
    }
}
