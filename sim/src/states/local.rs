//! What an actor is besides its own state: its life, timers, watchers, children and disk.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::time::Duration;

use rehearsal_protocol::{Actor, Incarnation, TimerId};

use crate::erased::Erased;

/// The whole state of one actor's path.
pub(super) struct Local {
    /// The actor, if it is alive.
    pub(super) actor: Option<Box<dyn Actor<Erased>>>,
    /// Everything else.
    pub(super) rest: Rest,
}

/// What an actor's path is besides the actor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Rest {
    pub(super) life: Life,
    pub(super) incarnation: Incarnation,
    /// How many syncs this life asked for.
    pub(super) syncs: u64,
    /// The timers that are armed, by their names, and for how long each was.
    pub(super) timers: BTreeMap<TimerId, Duration>,
    /// Who hears of its end, in the order of slots.
    pub(super) watchers: Vec<u32>,
    /// Its children, in the order of their starts.
    pub(super) children: Vec<u32>,
    pub(super) disk: Disk,
}

/// Where an actor is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Life {
    /// Nobody lives there.
    #[default]
    None,
    /// It panicked, and starts again some time.
    Panicked,
    /// Its first turn is to come; until then it handles nothing else.
    Begun,
    /// It had its first turn.
    Started,
}

/// The disk of an actor's path; it outlives incarnations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Disk {
    durable: BTreeMap<String, Vec<u8>>,
    /// Written and not yet durable, oldest first.
    volatile: Vec<(String, Vec<u8>)>,
    /// For each sync under way, how many of these it covers beyond the ones before it.
    syncs: Vec<usize>,
}

impl Local {
    /// A path whose actor is not alive.
    pub(super) fn nobody() -> Self {
        Self { actor: None, rest: Rest::default() }
    }
}

impl Rest {
    /// A new life begins.
    pub(super) fn begin(&mut self) {
        self.life = Life::Begun;
        self.incarnation = self.incarnation.next();
        self.syncs = 0;
    }

    /// The life ends; what was written reaches the disk in the end.
    pub(super) fn end(&mut self, life: Life) {
        let mut disk = std::mem::take(&mut self.disk);
        disk.flush();
        *self = Self { life, incarnation: self.incarnation, disk, ..Self::default() };
    }

    /// Remembers who hears of the end.
    pub(super) fn watch(&mut self, watcher: u32) {
        if let Err(place) = self.watchers.binary_search(&watcher) {
            self.watchers.insert(place, watcher);
        }
    }
}

impl Disk {
    /// Accepts a write.
    pub(super) fn write(&mut self, key: String, value: Vec<u8>) {
        self.volatile.push((key, value));
    }

    /// A sync of everything written so far is under way.
    pub(super) fn sync(&mut self) {
        let before: usize = self.syncs.iter().sum();
        self.syncs.push(self.volatile.len() - before);
    }

    /// The oldest sync under way completes.
    pub(super) fn complete(&mut self) {
        let count = self.syncs.remove(0);
        self.durable.extend(self.volatile.drain(..count));
    }

    fn flush(&mut self) {
        self.durable.extend(self.volatile.drain(..));
        self.syncs.clear();
    }

    /// What a new incarnation finds.
    pub(super) fn kept(&self) -> BTreeMap<String, Vec<u8>> {
        self.durable.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(disk: &Disk) -> Vec<String> {
        disk.kept().into_keys().collect()
    }

    #[test]
    fn each_sync_makes_durable_what_was_written_before_it() {
        let mut disk = Disk::default();
        disk.write("a".to_owned(), vec![1]);
        disk.sync();
        disk.write("b".to_owned(), vec![2]);
        disk.write("c".to_owned(), vec![3]);
        disk.sync();
        disk.write("d".to_owned(), vec![4]);
        assert_eq!(kept(&disk), [""; 0]);
        disk.complete();
        assert_eq!(kept(&disk), ["a"]);
        disk.complete();
        assert_eq!(kept(&disk), ["a", "b", "c"]);
    }

    #[test]
    fn the_end_of_a_life_leaves_its_disk_and_its_number() {
        let mut rest = Rest::default();
        rest.begin();
        rest.disk.write("a".to_owned(), vec![1]);
        rest.timers.insert(TimerId(1), Duration::ZERO);
        rest.end(Life::None);
        assert_eq!((kept(&rest.disk).len(), rest.incarnation, rest.timers.len()), (1, Incarnation(1), 0));
        rest.begin();
        assert_eq!((rest.life, rest.incarnation), (Life::Begun, Incarnation(2)));
    }
}
