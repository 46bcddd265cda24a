//! What a restart finds.
//!
//! An actor's writes go to a disk at once and are durable when a sync that was asked for after them has completed. [`MemoryDisk`] forgets with
//! the process; [`LogDisk`] appends to a file.

pub mod log;
pub mod memory;

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

pub use log::LogDisk;
pub use memory::{Left, MemoryDisk};

/// What an actor finds when it starts: the last value of every key.
pub type Kept = BTreeMap<String, Vec<u8>>;

/// The end of a sync.
pub type Synced = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// A boot of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boot {
    /// Which it is; the first is 1.
    pub number: u32,
    /// No incarnation of an earlier boot is above this.
    pub lives: u32,
}

impl Boot {
    /// The boot after one that is on the disk, or the first. Also what is to be on the disk then: a few lives are reserved with it.
    pub(crate) fn after(before: Option<Self>) -> (Self, Self) {
        let before = before.unwrap_or(Self { number: 0, lives: 0 });
        let boot = Self { number: before.number + 1, ..before };
        (boot, Self { lives: boot.lives + RESERVED_AT_BOOT, ..boot })
    }
}

/// So many lives of each path are reserved with a boot.
pub(crate) const RESERVED_AT_BOOT: u32 = 8;

/// Where the writes of a node's actors go.
pub trait Disk: Send + Sync {
    /// Counts a boot of the node. It is durable when this returns.
    ///
    /// # Errors
    ///
    /// If it cannot be made durable.
    fn boot(&self) -> io::Result<Boot>;

    /// From now on, incarnations up to this one may begin: the next boot's are above it. It is durable when this returns.
    ///
    /// # Errors
    ///
    /// If it cannot be made durable.
    fn reserve(&self, lives: u32) -> io::Result<()>;

    /// What is kept for a path: all its writes if the process lives on, those that were synced if it died.
    fn recover(&self, path: &str) -> Kept;

    /// Takes a write; it is volatile.
    fn write(&self, path: &str, key: &str, value: &[u8]);

    /// Makes everything durable that was written before.
    fn sync(&self) -> Synced;
}
