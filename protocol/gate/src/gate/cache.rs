//! What a terminal draws from: it cannot wait for an answer, so it needs the state beside it. Where it is behind the truth, it answers for it.

use std::collections::BTreeMap;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::Input;
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::Fact;
use super::message::{CacheMessage, Message, News, Show};
use super::protocol::Gates;
use super::record::{AgentId, GateId, Record, Status};

/// Has what it was told last, and nothing after it was started again until it is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cache {
    source: Address,
    rows: BTreeMap<GateId, Record>,
    /// How far agents have come that work.
    lines: BTreeMap<AgentId, u8>,
}

impl Cache {
    /// A cache of what that actor has.
    pub fn new(source: Address) -> Self {
        Self { source, rows: BTreeMap::new(), lines: BTreeMap::new() }
    }

    /// How an agent is, as far as it was told.
    fn status(&self, agent: AgentId) -> Option<Status> {
        self.rows.get(&agent.gate)?.status(agent.role)
    }

    /// An agent that works has come further. What came so far of one that has ended is of no use.
    fn progressed(&mut self, agent: AgentId, lines: u8) {
        if self.status(agent) == Some(Status::Running) {
            self.lines.insert(agent, lines);
        }
    }

    fn forget_ended(&mut self) {
        let rows = &self.rows;
        let works = |agent: &AgentId| rows.get(&agent.gate)?.status(agent.role);
        self.lines.retain(|agent, _| works(agent) == Some(Status::Running));
    }
}

impl Actor<Gates> for Cache {
    fn receive(&mut self, cx: &mut Context<'_, Gates>, input: Input<Gates>) {
        match input {
            Input::Start(_) => cx.send(self.source, Message::Refill),
            Input::Message(envelope) => match envelope.message {
                Message::Cache(message) => match message {
                    CacheMessage::Show(Show::Row((gate, record))) => {
                        self.rows.insert(gate, record.clone());
                        self.forget_ended();
                        cx.announce(Fact::Cached { gate, record });
                    }
                    CacheMessage::Show(Show::All(rows)) => {
                        self.rows = rows.iter().cloned().collect();
                        self.forget_ended();
                        cx.announce(Fact::Filled(rows));
                    }
                    CacheMessage::Show(Show::Progress { agent, lines }) => self.progressed(agent, lines),
                    CacheMessage::Query { agent, by } => {
                        let status = self.status(agent);
                        cx.announce(Fact::Said { agent, status });
                        cx.send(by, Message::News(News::Status { agent, status }));
                    }
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
