//! Counts of every actor, kept at the cost of a few plain stores a turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What one path did since its node started, all its lives together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorMetrics {
    /// The actor's path.
    pub path: Arc<str>,
    /// Whether it is alive.
    pub alive: bool,
    /// How many inputs wait in its mailbox.
    pub waiting: usize,
    /// How many turns it had.
    pub turns: u64,
    /// How many lives it had.
    pub lives: u64,
    /// How many of them ended in a panic.
    pub panics: u64,
    /// How many messages to it went nowhere: nobody lived there, its lane was full, or it ended before their turn.
    pub dead_letters: u64,
}

/// What a node is busy with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// How many turns its actors had.
    pub turns: u64,
    /// How many inputs wait in mailboxes.
    pub waiting: usize,
    /// How many timers are armed.
    pub timers: usize,
    /// How many syncs are under way.
    pub syncs: usize,
    /// How many frames wait to be sent to other nodes.
    pub outgoing: usize,
}

impl Activity {
    /// Whether nothing waits for a turn, a disk or a timer, as far as this node knows.
    pub fn is_idle(&self) -> bool {
        self.waiting == 0 && self.timers == 0 && self.syncs == 0 && self.outgoing == 0
    }
}

/// The counters of one slot. Turns are counted by one task at a time.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    turns: AtomicU64,
    lives: AtomicU64,
    panics: AtomicU64,
    dead_letters: AtomicU64,
}

impl Counters {
    /// Only the task of the present life calls this: a load and a store are enough.
    pub(crate) fn turn(&self) {
        self.turns.store(self.turns.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    pub(crate) fn life(&self) {
        self.lives.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn panic(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn dead_letter(&self) {
        self.dead_letters.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn turns(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    pub(crate) fn told(&self, path: Arc<str>, alive: bool, waiting: usize) -> ActorMetrics {
        ActorMetrics {
            path,
            alive,
            waiting,
            turns: self.turns(),
            lives: self.lives.load(Ordering::Relaxed),
            panics: self.panics.load(Ordering::Relaxed),
            dead_letters: self.dead_letters.load(Ordering::Relaxed),
        }
    }
}
