//! A disk whose syncs take time, and which forgets at a crash what they did not reach.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rehearsal_host::disk::{Boot, Disk, Kept, MemoryDisk, Synced};

/// A [`MemoryDisk`] that several boots of a node share.
#[derive(Clone, Debug, Default)]
pub(crate) struct SimulatedDisk(Arc<MemoryDisk>);

/// The longest time that a sync takes, in microseconds.
const LONGEST: u64 = 5_000;

impl SimulatedDisk {
    pub(crate) fn crash(&self) {
        self.0.crash();
    }
}

impl Disk for SimulatedDisk {
    fn boot(&self) -> io::Result<Boot> {
        self.0.boot()
    }

    fn reserve(&self, lives: u32) -> io::Result<()> {
        self.0.reserve(lives)
    }

    fn recover(&self, path: &str) -> Kept {
        self.0.recover(path)
    }

    fn write(&self, path: &str, key: &str, value: &[u8]) {
        self.0.write(path, key, value);
    }

    fn sync(&self) -> Synced {
        let (disk, mark) = (self.0.clone(), self.0.mark());
        let takes = Duration::from_micros(madsim::rand::random::<u64>() % LONGEST);
        Box::pin(async move {
            madsim::time::sleep(takes).await;
            disk.complete(mark);
            Ok(())
        })
    }
}
