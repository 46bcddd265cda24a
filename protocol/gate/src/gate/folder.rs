//! Where agents leave their answers, in the design that was replaced: files that a broker looks for by their names.
//!
//! It is a temporary folder: what is in it is gone with the process.

use std::collections::BTreeMap;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::Input;
use rehearsal_protocol::mailbox::DeadLetter;
use serde::{Deserialize, Serialize};

use super::Gates;
use super::message::{File, Message, SupervisorMessage};
use super::record::{AgentId, GateId, Opinion};
use super::variant::{Flaws, Variant};

/// The name of a file of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileName {
    /// Of which gate its agent is; a planted bug leaves it out.
    pub gate: Option<GateId>,
    /// The role of its agent.
    pub role: u8,
}

impl FileName {
    /// The name under which an agent writes, and its supervisor looks.
    pub fn of(agent: AgentId, flaws: Flaws) -> Self {
        let gate = (!flaws.has(Variant::FileOfRole)).then_some(agent.gate);
        Self { gate, role: agent.role }
    }
}

/// What a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Vote {
    /// Who wrote it. No reader knows; it is there to be judged.
    pub by: AgentId,
    /// What its writer thinks.
    pub opinion: Opinion,
}

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
