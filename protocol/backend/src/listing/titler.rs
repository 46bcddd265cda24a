//! Reads a session, thinks, writes a name.

use std::collections::BTreeMap;
use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{Author, Listing, Message, Name, Object, Reading, Statement, Variant};

/// How long it takes to find a name; the first is the dull one.
const TIMES: [Duration; 3] =
    [Duration::from_millis(10), Duration::from_millis(20), Duration::from_millis(80)];

/// Finds names for sessions, one session for each timer.
#[derive(Clone, Debug, Hash)]
pub struct Titler {
    store: Address,
    thinking: BTreeMap<u64, Object>,
    titles: u64,
    variant: Variant,
}

/// Names that were found have numbers that no commit has.
const FOUND: u64 = 1 << 32;

impl Titler {
    /// Writes into that store.
    pub fn new(store: Address, variant: Variant) -> Self {
        Self { store, thinking: BTreeMap::new(), titles: 0, variant }
    }

    fn write(&self, cx: &mut Context<'_, Listing>, object: Object, name: Name) {
        let author = Author::Program { read: object.read };
        let statement = match self.variant {
            Variant::StaleObject => Statement::PutSession { object: Object { name, ..object } },
            Variant::UnconditionalTitle => {
                Statement::SetName { session: object.session, name, author, unless_after: None }
            }
            _ => {
                Statement::SetName { session: object.session, name, author, unless_after: Some(object.read) }
            }
        };
        cx.send(self.store, Message::Run(statement));
    }
}

impl Actor<Listing> for Titler {
    fn receive(&mut self, cx: &mut Context<'_, Listing>, input: Input<Listing>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::FindTitle(session) => cx.send(self.store, Message::Run(Statement::Session(session))),
                Message::Read(Reading::Session(Some(object))) => {
                    self.titles += 1;
                    self.thinking.insert(self.titles, object);
                    let time = TIMES[cx.choose(TIMES.len() as u32) as usize];
                    cx.set_timer(TimerId(self.titles), time);
                }
                Message::Read(Reading::Session(None)) => {} // Deleted meanwhile.
                Message::Read(Reading::Rows { .. } | Reading::FirstBranches { .. })
                | Message::Wish(_)
                | Message::Run(_)
                | Message::Listed(_) => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(TimerId(title)) => {
                if let Some(object) = self.thinking.remove(&title) {
                    self.write(cx, object, Name(FOUND + title));
                }
            }
            Input::Start(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
