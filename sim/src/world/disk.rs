//! What is written, what is durable, what a crash leaves.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use rehearsal_protocol::Time;

use crate::check::SortedMap;
use crate::choice::Value;

/// The disk of one actor's path; it outlives incarnations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    durable: SortedMap<Box<str>, Box<[u8]>>,
    /// Written and not yet durable, oldest first.
    volatile: Vec<(Box<str>, Box<[u8]>)>,
    /// How many writes are durable.
    durable_count: u64,
    /// When the last sync completes: syncs complete in order.
    pub(crate) last_sync: Time,
}

impl Disk {
    /// Empties it, and keeps the memory.
    pub(crate) fn reset(&mut self) {
        self.durable.clear();
        self.volatile.clear();
        (self.durable_count, self.last_sync) = (0, Time::ZERO);
    }

    /// Accepts a write.
    pub(crate) fn write(&mut self, key: Box<str>, value: Box<[u8]>) {
        self.volatile.push((key, value));
    }

    /// The number of the write up to which a sync that starts now makes durable.
    pub(crate) fn mark(&self) -> u64 {
        self.durable_count + self.volatile.len() as u64
    }

    /// Makes the writes up to a mark durable.
    pub(crate) fn complete(&mut self, mark: u64) {
        let count = mark.saturating_sub(self.durable_count) as usize;
        for (key, value) in self.volatile.drain(..count.min(self.volatile.len())) {
            self.durable.insert(key, value);
            self.durable_count += 1;
        }
    }

    /// The actor ended but its node did not: what it wrote reaches the disk in the end.
    pub(crate) fn flush(&mut self) {
        self.complete(self.mark());
    }

    /// The node crashed. Entry 0 loses all that is not durable, entry 1 keeps a first part of it, entry 2 keeps a first part and
    /// tears the write after it.
    pub(crate) fn crash(&mut self, value: Value) {
        let torn = value.entry() == 2;
        let kept = match value.entry() {
            0 => 0,
            _ => ((value.share() as u64 * (self.volatile.len() as u64 + 1)) >> 32) as usize,
        };
        self.complete(self.durable_count + kept as u64);
        if torn && let Some((key, value)) = self.volatile.drain(..).next() {
            self.durable.insert(key, value[..value.len() / 2].into());
        }
        self.volatile.clear();
        self.durable_count = 0;
        self.last_sync = Time::ZERO;
    }

    /// Feeds all that a later incarnation could find, and when a sync that starts now completes at the earliest.
    pub(crate) fn feed(&self, now: Time, to: &mut impl Hasher) {
        (&self.durable, &self.volatile, self.durable_count).hash(to);
        self.last_sync.max(now).hash(to);
    }

    /// What a new incarnation finds.
    pub(crate) fn kept(&self) -> BTreeMap<String, Vec<u8>> {
        self.durable.iter().map(|(key, value)| (key.to_string(), value.to_vec())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Disk {
        let mut disk = Disk::default();
        for n in 0..4u8 {
            disk.write(format!("k{n}").into(), [n; 4].into());
        }
        disk
    }

    #[test]
    fn a_crash_loses_what_was_not_synced_and_keeps_what_was() {
        let mut disk = written();
        disk.complete(2);
        disk.crash(Value::BENIGN);
        assert_eq!(disk.kept().into_keys().collect::<Vec<_>>(), ["k0", "k1"]);
    }

    #[test]
    fn a_crash_may_keep_a_first_part_of_what_was_not_synced() {
        let mut disk = written();
        disk.crash(Value::new(1, u32::MAX / 2, 0));
        assert_eq!(disk.kept().into_keys().collect::<Vec<_>>(), ["k0", "k1"]);
    }

    #[test]
    fn a_torn_write_is_there_in_part() {
        let mut disk = written();
        disk.complete(1);
        disk.crash(Value::new(2, 0, 0));
        let kept = disk.kept();
        assert_eq!((kept["k0"].len(), kept["k1"].len(), kept.get("k2")), (4, 2, None));
    }

    #[test]
    fn an_actor_that_ends_alone_loses_no_write() {
        let mut disk = written();
        disk.flush();
        assert_eq!(disk.kept().len(), 4);
    }
}
