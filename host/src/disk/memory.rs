//! A disk that forgets with its process; a stage that crashes nodes in one process tells it so.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Boot, Disk, Kept, Synced};

/// Keeps everything in memory. A sync completes at once.
#[derive(Debug, Default)]
pub struct MemoryDisk(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    boot: Option<Boot>,
    durable: std::collections::BTreeMap<String, Kept>,
    /// Path, key and value of what is not synced, oldest first.
    volatile: Vec<(String, String, Vec<u8>)>,
    /// How many writes came before those.
    settled: u64,
}

/// What a crash leaves of the writes that no sync reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing.
    Nothing,
    /// The oldest of them.
    First {
        /// How many.
        writes: usize,
    },
    /// The oldest of them, and of the next one half of its bytes, in the place of what was under its key before.
    Torn {
        /// How many are there whole.
        writes: usize,
    },
}

impl MemoryDisk {
    /// The number of the write up to which a sync that starts now makes durable: for stages whose syncs take time.
    pub fn mark(&self) -> u64 {
        let state = self.lock();
        state.settled + state.volatile.len() as u64
    }

    /// Makes the writes up to a mark durable.
    pub fn complete(&self, mark: u64) {
        self.lock().settle(mark);
    }

    /// What was not synced is lost: for stages that crash a node whose process lives on.
    pub fn crash(&self) {
        self.crash_leaving(|_| Left::Nothing);
    }

    /// The same, but of the writes that were not synced, whose number `left` is given, something may be there all the same.
    pub fn crash_leaving(&self, left: impl FnOnce(usize) -> Left) {
        let mut guard = self.lock();
        let state = &mut *guard;
        let volatile = state.volatile.len();
        let end = state.settled + volatile as u64;
        let (kept, torn) = match left(volatile) {
            Left::Nothing => (0, false),
            Left::First { writes } => (writes, false),
            Left::Torn { writes } => (writes, true),
        };
        let settled = state.settled;
        state.settle(settled + kept as u64);
        if torn && let Some((path, key, mut value)) = state.volatile.drain(..).next() {
            value.truncate(value.len() / 2);
            state.durable.entry(path).or_default().insert(key, value);
        }
        state.volatile.clear();
        state.settled = end; // A sync that was under way has nothing left to make durable.
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn settle(&mut self, mark: u64) {
        let count = (mark.saturating_sub(self.settled) as usize).min(self.volatile.len());
        for (path, key, value) in self.volatile.drain(..count) {
            self.durable.entry(path).or_default().insert(key, value);
        }
        self.settled += count as u64;
    }
}

impl Disk for MemoryDisk {
    fn boot(&self) -> io::Result<Boot> {
        let mut state = self.lock();
        let (boot, kept) = Boot::after(state.boot);
        state.boot = Some(kept);
        Ok(boot)
    }

    fn reserve(&self, lives: u32) -> io::Result<()> {
        if let Some(boot) = &mut self.lock().boot {
            boot.lives = lives;
        }
        Ok(())
    }

    fn recover(&self, path: &str) -> Kept {
        let mut state = self.lock();
        state.settle(u64::MAX); // The process lives: in the end its writes reach the disk.
        state.durable.get(path).cloned().unwrap_or_default()
    }

    fn write(&self, path: &str, key: &str, value: &[u8]) {
        self.lock().volatile.push((path.to_owned(), key.to_owned(), value.to_vec()));
    }

    fn sync(&self) -> Synced {
        self.lock().settle(u64::MAX);
        Box::pin(std::future::ready(Ok(())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_loses_what_was_not_synced() {
        let disk = MemoryDisk::default();
        assert_eq!(disk.boot().unwrap(), Boot { number: 1, lives: 0 });
        disk.write("/a/x", "k", b"old");
        drop(disk.sync());
        disk.write("/a/x", "k", b"new");
        disk.crash();
        assert_eq!(disk.recover("/a/x")["k"], b"old");
        assert_eq!(disk.boot().unwrap(), Boot { number: 2, lives: 8 });
    }

    fn written() -> MemoryDisk {
        let disk = MemoryDisk::default();
        disk.write("/a/x", "k", b"synced");
        drop(disk.sync());
        disk.write("/a/x", "l", b"first");
        disk.write("/a/x", "k", b"second");
        disk.write("/a/x", "m", b"third");
        disk
    }

    #[test]
    fn a_crash_may_leave_the_first_writes_of_those_that_were_not_synced() {
        let disk = written();
        disk.crash_leaving(|writes| Left::First { writes: writes - 2 });
        let kept = disk.recover("/a/x");
        let known = |key: &str| kept.get(key).map(Vec::as_slice);
        assert_eq!((known("k"), known("l"), known("m")), (Some(&b"synced"[..]), Some(&b"first"[..]), None));
    }

    #[test]
    fn a_torn_write_is_there_in_part_and_what_it_wrote_over_is_gone() {
        let disk = written();
        let mark = disk.mark();
        disk.crash_leaving(|_| Left::Torn { writes: 1 });
        disk.write("/a/x", "m", b"after");
        disk.complete(mark); // A sync from before the crash says nothing of what came after it.
        disk.crash();
        let kept = disk.recover("/a/x");
        let known = |key: &str| kept.get(key).map(Vec::as_slice);
        assert_eq!((known("k"), known("l"), known("m")), (Some(&b"sec"[..]), Some(&b"first"[..]), None));
    }

    #[test]
    fn a_life_finds_all_that_an_earlier_one_wrote_if_the_process_lives_on() {
        let disk = MemoryDisk::default();
        disk.write("/a/x", "k", b"v");
        assert_eq!(disk.recover("/a/x")["k"], b"v");
        assert_eq!(disk.recover("/a/y"), Kept::new());
    }
}
