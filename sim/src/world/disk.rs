//! What is written, what is durable, what a crash leaves.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use rehearsal_protocol::Time;

use crate::check::SortedMap;
use crate::choice::Value;

/// The disk of one actor's path; it outlives incarnations.
///
/// What is read is only what is left when a new incarnation begins, and most never do. So writes lie in a row as they came, and are put in order
/// by their keys when there are many.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    /// What is durable, but for what is newer in the log.
    settled: SortedMap<Box<str>, Box<[u8]>>,
    /// Written since, oldest first.
    log: Vec<(Box<str>, Box<[u8]>)>,
    /// So many of the log are durable, too.
    synced: usize,
    /// How many writes are durable.
    durable_count: u64,
    /// When the last sync completes: syncs complete in order.
    pub(crate) last_sync: Time,
}

/// With more durable writes than this, the log is settled.
const MOST_UNSETTLED: usize = 32;

/// The copy has its writes in order: worlds are copied to be compared.
impl Clone for Disk {
    fn clone(&self) -> Self {
        let mut copy = Self { settled: self.settled.clone(), log: self.log.clone(), ..*self };
        copy.settle();
        copy
    }
}

impl Disk {
    /// Empties it, and keeps the memory.
    pub(crate) fn reset(&mut self) {
        self.settled.clear();
        self.log.clear();
        (self.synced, self.durable_count, self.last_sync) = (0, 0, Time::ZERO);
    }

    /// Accepts a write. It is made in its place: a copy by way of the stack would wait for its parts.
    #[inline]
    pub(crate) fn write(&mut self, write: impl FnOnce() -> (Box<str>, Box<[u8]>)) {
        self.log.extend(std::iter::once_with(write));
    }

    /// The number of the write up to which a sync that starts now makes durable.
    pub(crate) fn mark(&self) -> u64 {
        self.durable_count + self.volatile().len() as u64
    }

    /// Makes the writes up to a mark durable.
    pub(crate) fn complete(&mut self, mark: u64) {
        let count = mark.saturating_sub(self.durable_count).min(self.volatile().len() as u64);
        self.durable_count += count;
        self.synced += count as usize;
        if self.synced > MOST_UNSETTLED {
            self.settle();
        }
    }

    /// Puts what is durable in the order of its keys.
    fn settle(&mut self) {
        self.settled.extend(self.log.drain(..self.synced));
        self.synced = 0;
    }

    /// Written and not yet durable, oldest first.
    fn volatile(&self) -> &[(Box<str>, Box<[u8]>)] {
        &self.log[self.synced..]
    }

    /// What is durable, the newest of each key last.
    fn durable(&self) -> impl Iterator<Item = (&Box<str>, &Box<[u8]>)> {
        self.settled.iter().chain(self.log[..self.synced].iter().map(|(key, value)| (key, value)))
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
            _ => ((value.share() as u64 * (self.volatile().len() as u64 + 1)) >> 32) as usize,
        };
        self.complete(self.durable_count + kept as u64);
        let whole = self.synced;
        if torn && let Some((_, value)) = self.log.get_mut(whole) {
            *value = value[..value.len() / 2].into();
            self.synced += 1;
        }
        self.log.truncate(self.synced);
        self.durable_count = 0;
        self.last_sync = Time::ZERO;
    }

    /// Feeds all that a later incarnation could find, and when a sync that starts now completes at the earliest.
    pub(crate) fn feed(&self, now: Time, to: &mut impl Hasher) {
        if self.synced == 0 {
            self.settled.hash(to);
        } else {
            self.durable().collect::<SortedMap<_, _>>().hash(to);
        }
        (self.volatile(), self.durable_count).hash(to);
        self.last_sync.max(now).hash(to);
    }

    /// What a new incarnation finds.
    pub(crate) fn kept(&self) -> BTreeMap<String, Vec<u8>> {
        self.durable().map(|(key, value)| (key.to_string(), value.to_vec())).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::hash::DefaultHasher;

    use proptest::prelude::*;

    use super::*;

    fn written() -> Disk {
        let mut disk = Disk::default();
        for n in 0..4u8 {
            disk.write(|| (format!("k{n}").into(), [n; 4].into()));
        }
        disk
    }

    fn fed(disk: &Disk) -> u64 {
        let mut to = DefaultHasher::new();
        disk.feed(Time::ZERO, &mut to);
        to.finish()
    }

    proptest! {
        /// What a disk is: writes in their order, of which a first part is durable.
        #[test]
        fn a_disk_keeps_the_last_durable_value_of_each_key(
            steps in prop::collection::vec((0..8u8, 0..6u8, any::<u8>(), any::<u32>()), 0..200),
        ) {
            let mut disk = Disk::default();
            let (mut durable, mut volatile) = (BTreeMap::new(), Vec::new());
            for (step, key, value, share) in steps {
                let key = format!("k{key}");
                match step {
                    0..4 => {
                        disk.write(|| (key.clone().into(), [value; 4].into()));
                        volatile.push((key, vec![value; 4]));
                    }
                    4 => {
                        let count = (share as usize) % (volatile.len() + 1);
                        disk.complete(disk.mark() - (volatile.len() - count) as u64);
                        durable.extend(volatile.drain(..count));
                    }
                    5 => {
                        disk.flush();
                        durable.extend(volatile.drain(..));
                    }
                    6 => disk = disk.clone(),
                    _ => {
                        let entry = value % 3;
                        disk.crash(Value::new(entry, share, 0));
                        let part = (u64::from(share) * (volatile.len() as u64 + 1)) >> 32;
                        durable.extend(volatile.drain(..if entry == 0 { 0 } else { part as usize }));
                        let torn = volatile.drain(..).next().filter(|_| entry == 2);
                        durable.extend(torn.map(|(key, value)| (key, value[..2].to_vec())));
                    }
                }
                prop_assert_eq!(disk.kept(), durable.clone());
                prop_assert_eq!(disk.volatile().len(), volatile.len());
                prop_assert_eq!(fed(&disk), fed(&disk.clone()), "its copy is in order, and tells the same");
            }
        }
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
