//! Which changes are durable, and which are on their way.

use std::collections::BTreeMap;

use rehearsal_protocol::context::Context;
use rehearsal_protocol::mailbox::DeadLetter;

use super::super::fact::Fact;
use super::super::message::{CacheMessage, Keep, Message, Show};
use super::super::model::{Model, RETRY};
use super::super::protocol::Gates;
use super::super::record::{GateId, Record, Row};
use super::super::variant::Variant;
use super::{AGAIN, Phase, Supervisor};

/// What is to be written, and what was and is not answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Journal {
    model: Model,
    /// What changed since it was sent last, and how often.
    changed: BTreeMap<GateId, (Row, u32)>,
    /// What was sent and is not answered, with the changes in it.
    under_way: BTreeMap<u64, (Vec<Row>, u32)>,
    last: u64,
    /// What is durable.
    durable: BTreeMap<GateId, Record>,
}

impl Journal {
    pub(super) fn new(model: Model) -> Self {
        Self {
            model,
            changed: BTreeMap::new(),
            under_way: BTreeMap::new(),
            last: 0,
            durable: BTreeMap::new(),
        }
    }

    /// Whether a write is under way, or has to be.
    pub(super) fn is_busy(&self) -> bool {
        !self.under_way.is_empty() || !self.changed.is_empty()
    }

    /// How many changes are not durable.
    pub(super) fn backlog(&self) -> u32 {
        let changed = self.changed.values().map(|(_, changes)| changes);
        changed.chain(self.under_way.values().map(|(_, changes)| changes)).sum()
    }

    /// All that is durable.
    pub(super) fn durable(&self) -> Vec<Row> {
        self.durable.iter().map(|(gate, record)| (*gate, record.clone())).collect()
    }

    /// This is what was found durable at the start.
    pub(super) fn loaded(&mut self, rows: &[Row]) {
        self.durable = rows.iter().cloned().collect();
    }

    pub(super) fn changed(&mut self, row: Row) {
        let before = self.changed.remove(&row.0).map_or(0, |(_, changes)| changes);
        self.changed.insert(row.0, (row, before + 1));
    }

    /// What is to be written now, if anything is: the rows of one gate, or all of them in one transaction.
    fn next(&mut self) -> Option<(u64, Vec<Row>)> {
        let may = self.model.writes_at_once() || self.under_way.is_empty();
        if self.changed.is_empty() || !may {
            return None;
        }
        let taken = match self.model {
            Model::Transaction => std::mem::take(&mut self.changed).into_values().collect(),
            Model::Polled | Model::TripleWrite | Model::EventLog => {
                Vec::from_iter(self.changed.pop_first().map(|(_, first)| first))
            }
        };
        self.last += 1;
        let changes = taken.iter().map(|(_, changes)| changes).sum();
        let rows: Vec<Row> = taken.into_iter().map(|(row, _)| row).collect();
        self.under_way.insert(self.last, (rows.clone(), changes));
        Some((self.last, rows))
    }
}

impl Supervisor {
    /// Writes what has changed, as the model allows.
    pub(super) fn write(&mut self, cx: &mut Context<'_, Gates>) {
        while let Some((number, rows)) = self.journal.next() {
            cx.send(self.peers.store, Message::Keep(Keep::Write { number, rows }));
            cx.set_timer(AGAIN, RETRY);
        }
    }

    /// No answer came in time, or that the disk was full: what is under way is sent again.
    pub(super) fn write_again(&mut self, cx: &mut Context<'_, Gates>) {
        for (number, (rows, _)) in &self.journal.under_way {
            let write = Keep::Write { number: *number, rows: rows.clone() };
            cx.send(self.peers.store, Message::Keep(write));
            cx.set_timer(AGAIN, RETRY);
        }
    }

    /// A write is durable: those who wait for it hear of it.
    pub(super) fn written(&mut self, cx: &mut Context<'_, Gates>, number: u64) {
        let Some((rows, _)) = self.journal.under_way.remove(&number) else {
            return cx.dead_letter(DeadLetter::LateResult);
        };
        if self.journal.under_way.is_empty() {
            cx.cancel_timer(AGAIN);
        }
        for (id, record) in rows {
            cx.announce(Fact::Recorded { gate: id, version: record.version });
            let decided = record.decision.is_some();
            self.journal.durable.insert(id, record.clone());
            if !self.config.model.caches_first() && !self.config.model.projects() {
                cx.send(self.peers.cache, Message::Cache(CacheMessage::Show(Show::Row((id, record)))));
            }
            match self.gates.get(&id).map(|gate| gate.phase) {
                Some(Phase::Spawning) => self.opened(cx, id),
                Some(Phase::Deciding) if decided => self.tell(cx, id),
                Some(Phase::Waiting | Phase::Deciding | Phase::Decided) | None => {}
            }
        }
        self.write(cx);
        self.take_held(cx);
    }

    /// The disk was full. There may be room when the write is sent again.
    pub(super) fn not_written(&mut self, cx: &mut Context<'_, Gates>, number: u64) {
        if self.flaws.has(Variant::IgnoresWriteErrors) {
            self.written(cx, number);
        }
    }
}
