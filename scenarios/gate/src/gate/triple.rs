//! The state of gates in memory, cache and store, as facts tell it.

use rehearsal::check::{SortedMap, SortedSet};
use rehearsal_gate::gate::{Fact, GateId, Record, Row};

/// What each of the three places has.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Triple {
    /// The supervisor's memory.
    pub(super) memory: SortedMap<GateId, Record>,
    /// What is drawn.
    pub(super) cache: SortedMap<GateId, Record>,
    /// What is durable.
    pub(super) store: SortedMap<GateId, Record>,
}

impl Triple {
    /// Learns from a fact; says whether any place changed.
    pub(super) fn learn(&mut self, fact: &Fact) -> bool {
        let all = |rows: &[Row]| rows.iter().cloned().collect::<SortedMap<_, _>>();
        match fact {
            Fact::Began(rows) => self.memory = all(rows),
            Fact::Remembered { gate, record } => {
                self.memory.insert(*gate, record.clone());
            }
            Fact::Cached { gate, record } => {
                self.cache.insert(*gate, record.clone());
            }
            Fact::Filled(rows) => self.cache = all(rows),
            Fact::Stored(rows) => self.store.extend(all(rows)),
            _ => return false,
        }
        true
    }

    /// Every gate that any place knows of.
    pub(super) fn gates(&self) -> impl Iterator<Item = GateId> {
        let all: SortedSet<_> =
            [&self.memory, &self.cache, &self.store].into_iter().flat_map(SortedMap::keys).copied().collect();
        all.into_iter()
    }

    /// Whether all three have the same of a gate.
    pub(super) fn agree(&self, gate: GateId) -> bool {
        self.cache.get(&gate) == self.store.get(&gate) && self.memory.get(&gate) == self.store.get(&gate)
    }

    /// Whether what is drawn of a gate is not what is durable: newer, or something else of the same age.
    pub(super) fn is_ahead(&self, gate: GateId) -> bool {
        let (cache, store) = (self.cache.get(&gate), self.store.get(&gate));
        let version = |record: Option<&Record>| record.map_or(0, |record| record.version);
        cache != store && version(cache) >= version(store)
    }

    /// Whether what is drawn of a gate is older than what is durable.
    pub(super) fn is_behind(&self, gate: GateId) -> bool {
        self.cache.get(&gate) != self.store.get(&gate) && !self.is_ahead(gate)
    }
}
