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

pub use log::LogDisk;
pub use memory::MemoryDisk;

/// What an actor finds when it starts: the last value of every key.
pub type Kept = BTreeMap<String, Vec<u8>>;

/// The end of a sync.
pub type Synced = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// Where the writes of a node's actors go.
pub trait Disk: Send + Sync {
    /// Which boot of the node this is; the first is 1. It is durable when this returns.
    ///
    /// # Errors
    ///
    /// If it cannot be made durable.
    fn boot(&self) -> io::Result<u32>;

    /// What is kept for a path: all its writes if the process lives on, those that were synced if it died.
    fn recover(&self, path: &str) -> Kept;

    /// Takes a write; it is volatile.
    fn write(&self, path: &str, key: &str, value: &[u8]);

    /// Makes everything durable that was written before.
    fn sync(&self) -> Synced;
}
