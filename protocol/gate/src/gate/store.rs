//! What stays: a table, or a log of changes that amounts to one. It commits one write after another, each whole or not at all.

use std::collections::{BTreeMap, VecDeque};

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::durable::Durable;
use rehearsal_protocol::input::{Input, Recovered};
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::Fact;
use super::message::{CacheMessage, Keep, Kept, Message, Show, SupervisorMessage};
use super::model::Model;
use super::protocol::Gates;
use super::record::{GateId, Record, Row};

/// The key of the table on the disk.
const TABLE: &str = "gates";
/// One write in so many finds the disk full, if chance has it.
const ROOM: u32 = 24;

/// Keeps rows, and tells the cache of them if it is a log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Store {
    model: Model,
    cache: Address,
    table: BTreeMap<GateId, Record>,
    disk: Durable,
    waiting: VecDeque<(Address, Request)>,
    /// The write that is being synced.
    under_way: Option<(Address, u64, Vec<Row>)>,
}

/// What was asked, and waits for its turn.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Request {
    Write { number: u64, rows: Vec<Row> },
    Load,
    Refill,
}

impl Store {
    /// An empty store, whose changes that cache draws.
    pub fn new(model: Model, cache: Address) -> Self {
        Self {
            model,
            cache,
            table: BTreeMap::new(),
            disk: Durable::default(),
            waiting: VecDeque::new(),
            under_way: None,
        }
    }

    fn begin(&mut self, cx: &mut Context<'_, Gates>, recovered: &Recovered) {
        let (disk, table) = Durable::recovered(recovered, TABLE);
        (self.disk, self.table) = (disk, table.unwrap_or_default());
        // What a crash left may be more than was ever answered.
        cx.announce(Fact::Stored(self.rows()));
        if self.model.projects() {
            cx.send(self.cache, Message::Cache(CacheMessage::Show(Show::All(self.rows()))));
        }
    }

    /// Does what waits, as long as no sync is under way.
    fn serve(&mut self, cx: &mut Context<'_, Gates>) {
        while self.under_way.is_none()
            && let Some((from, request)) = self.waiting.pop_front()
        {
            match request {
                Request::Write { number, rows } => self.write(cx, from, number, rows),
                Request::Load => {
                    cx.send(from, Message::Supervisor(SupervisorMessage::Kept(Kept::All(self.rows()))));
                }
                Request::Refill => cx.send(from, Message::Cache(CacheMessage::Show(Show::All(self.rows())))),
            }
        }
    }

    fn write(&mut self, cx: &mut Context<'_, Gates>, from: Address, number: u64, rows: Vec<Row>) {
        if cx.choose(ROOM) == ROOM - 1 {
            cx.announce(Fact::DiskFull);
            return cx.send(from, Message::Supervisor(SupervisorMessage::Kept(Kept::NotWritten(number))));
        }
        // A write that is sent again, or was overtaken, changes nothing that is newer.
        let is_new =
            |(gate, record): &Row| self.table.get(gate).is_none_or(|kept| kept.version < record.version);
        let rows: Vec<Row> = rows.into_iter().filter(is_new).collect();
        self.table.extend(rows.iter().cloned());
        self.disk.write(cx, TABLE, &self.table);
        cx.sync();
        self.under_way = Some((from, number, rows));
    }

    fn synced(&mut self, cx: &mut Context<'_, Gates>) {
        let Some((from, number, rows)) = self.under_way.take() else { return };
        if self.model.projects() {
            rows.iter().for_each(|row| {
                cx.send(self.cache, Message::Cache(CacheMessage::Show(Show::Row(row.clone()))));
            });
        }
        cx.announce(Fact::Stored(rows));
        cx.send(from, Message::Supervisor(SupervisorMessage::Kept(Kept::Written(number))));
    }

    fn rows(&self) -> Vec<Row> {
        self.table.iter().map(|(gate, record)| (*gate, record.clone())).collect()
    }
}

impl Actor<Gates> for Store {
    fn receive(&mut self, cx: &mut Context<'_, Gates>, input: Input<Gates>) {
        match input {
            Input::Start(recovered) => self.begin(cx, &recovered),
            Input::Synced(_) => self.synced(cx),
            Input::Message(envelope) => {
                let request = match envelope.message {
                    Message::Keep(Keep::Write { number, rows }) => Request::Write { number, rows },
                    Message::Keep(Keep::Load) => Request::Load,
                    Message::Refill => Request::Refill,
                    _ => return cx.dead_letter(DeadLetter::Malformed),
                };
                self.waiting.push_back((envelope.from, request));
            }
            Input::Timer(_) | Input::Signal(_) => {}
        }
        self.serve(cx);
    }
}
