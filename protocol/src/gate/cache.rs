//! What a terminal draws from: it cannot wait for an answer, so it needs the state beside it.

use std::collections::BTreeMap;

use super::message::{Message, Show};
use super::record::{GateId, Record};
use super::{Fact, Gates};
use crate::actor::Actor;
use crate::address::Address;
use crate::context::Context;
use crate::input::Input;
use crate::mailbox::DeadLetter;

/// Has what it was told last, and nothing after it was started again until it is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cache {
    source: Address,
    rows: BTreeMap<GateId, Record>,
}

impl Cache {
    /// A cache of what that actor has.
    pub fn new(source: Address) -> Self {
        Self { source, rows: BTreeMap::new() }
    }
}

impl Actor<Gates> for Cache {
    fn receive(&mut self, cx: &mut Context<'_, Gates>, input: Input<Gates>) {
        match input {
            Input::Start(_) => cx.send(self.source, Message::Refill),
            Input::Message(envelope) => match envelope.message {
                Message::Show(Show::Row((gate, record))) => {
                    self.rows.insert(gate, record.clone());
                    cx.announce(Fact::Cached { gate, record });
                }
                Message::Show(Show::All(rows)) => {
                    self.rows = rows.iter().cloned().collect();
                    cx.announce(Fact::Filled(rows));
                }
                Message::Command(_)
                | Message::News(_)
                | Message::Prompt(_)
                | Message::Answer(_)
                | Message::Report(_)
                | Message::Abort
                | Message::Refill
                | Message::Keep(_)
                | Message::Kept(_) => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
