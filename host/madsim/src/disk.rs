//! A disk whose syncs take time, and of which a crash leaves what they reached and perhaps a little more.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rehearsal_host::disk::{Boot, Disk, Kept, Left, MemoryDisk, Synced};

/// A [`MemoryDisk`] that several boots of a node share.
#[derive(Clone, Debug, Default)]
pub(crate) struct SimulatedDisk {
    kept: Arc<MemoryDisk>,
    /// Of a thousand syncs, how many are slow; 0 for a good disk, whose crashes tear nothing either.
    slow: Arc<AtomicU64>,
}

/// The longest time that a usual sync takes, in microseconds.
const LONGEST: u64 = 5_000;
/// The longest time that a slow sync takes, in microseconds: longer than in the world, since crashes come at any moment here and are rarely
/// within a sync.
const SLOWEST: u64 = 500_000;

impl SimulatedDisk {
    /// From now on so many of a thousand syncs are slow; 0 makes it a good disk.
    pub(crate) fn goes_bad(&self, slow: u64) {
        self.slow.store(slow, Ordering::Relaxed);
    }

    /// What was not synced is lost. Of a bad disk, a first part of it may be there, and the write after that in part.
    pub(crate) fn crash(&self) {
        self.kept.crash_leaving(|writes| {
            if self.slow.load(Ordering::Relaxed) == 0 {
                return Left::Nothing;
            }
            let writes = below(writes as u64 + 1) as usize;
            match below(3) {
                0 => Left::Nothing,
                1 => Left::First { writes },
                _ => Left::Torn { writes },
            }
        });
    }
}

impl Disk for SimulatedDisk {
    fn boot(&self) -> io::Result<Boot> {
        self.kept.boot()
    }

    fn reserve(&self, lives: u32) -> io::Result<()> {
        self.kept.reserve(lives)
    }

    fn recover(&self, path: &str) -> Kept {
        self.kept.recover(path)
    }

    fn write(&self, path: &str, key: &str, value: &[u8]) {
        self.kept.write(path, key, value);
    }

    fn sync(&self) -> Synced {
        let (disk, mark) = (self.kept.clone(), self.kept.mark());
        let longest = if below(1000) < self.slow.load(Ordering::Relaxed) { SLOWEST } else { LONGEST };
        let takes = Duration::from_micros(below(longest));
        Box::pin(async move {
            madsim::time::sleep(takes).await;
            disk.complete(mark);
            Ok(())
        })
    }
}

/// One of the numbers below this one, by the simulation's chance.
fn below(bound: u64) -> u64 {
    madsim::rand::random::<u64>() % bound
}
