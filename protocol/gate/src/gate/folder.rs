//! Where agents leave their answers, in the design that was replaced: files that a broker looks for by their names.
//!
//! It is a temporary folder: what is in it is gone with the process.

use std::collections::BTreeMap;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::Input;
use rehearsal_protocol::mailbox::DeadLetter;

use super::file::{FileName, Vote};
use super::message::{File, Message, SupervisorMessage};
use super::protocol::Gates;

/// Keeps files; each is written in one piece, or else found as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Folder {
    files: BTreeMap<FileName, Vote>,
}

impl Folder {
    fn asked(&mut self, cx: &mut Context<'_, Gates>, file: File) {
        match file {
            File::Write { name, vote } => _ = self.files.insert(name, vote),
            File::Remove(names) => names.iter().for_each(|name| _ = self.files.remove(name)),
            File::Scan { gate, names } => {
                let files: Vec<Vote> =
                    names.iter().filter_map(|name| self.files.get(name).copied()).collect();
                if !files.is_empty() {
                    cx.reply(Message::Supervisor(SupervisorMessage::Found { gate, files }));
                }
            }
        }
    }
}

impl Actor<Gates> for Folder {
    fn receive(&mut self, cx: &mut Context<'_, Gates>, input: Input<Gates>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::File(file) => self.asked(cx, file),
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Start(_) | Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
