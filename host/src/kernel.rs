//! What the tasks of a node share: who is where, who lives, what is said.
//!
//! In reading order:
//!
//! - `directory` — who is where;
//! - `lives` — how a life begins and ends;
//! - `post` — messages and signals;
//! - `mail` — what goes nowhere, and mail that outlives its receiver;
//! - `abroad` — what is said to other nodes, and by them;
//! - `tasks` — all that runs on a node, and its end.
//!
//! It does not know what a life is: lives and edges are tasks above it that use it, and how one is started it is told by
//! [`Begin`](lives::Begin).

mod abroad;
mod directory;
mod lives;
mod mail;
mod post;
mod tasks;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use rehearsal_protocol::{Incarnation, Input, NodeId, Protocol, WriteId};

use crate::disk::Disk;
use crate::facts::Keeper;
use crate::metrics::{Activity, ActorMetrics};
use crate::net::Links;
use crate::settings::{Clock, Draws, MakeDraws};
use crate::slot::{Slot, Waiting};

pub(crate) use directory::Directory;
pub(crate) use lives::{Begin, Lives};
pub(crate) use tasks::Tasks;

use abroad::Abroad;

/// What the tasks of a node share.
pub(crate) struct Kernel<P: Protocol> {
    serial: u32,
    id: NodeId,
    /// The names of all nodes, by their numbers.
    names: Vec<Arc<str>>,
    directory: Directory<P>,
    lives: Lives<P>,
    links: Links<P>,
    abroad: Abroad,
    disk: Arc<dyn Disk>,
    facts: Keeper<P>,
    clock: Clock,
    make_draws: MakeDraws,
    messages: AtomicU64,
    timers: AtomicUsize,
    syncs: AtomicUsize,
    tasks: Tasks,
}

/// What a kernel is made of.
pub(crate) struct Parts<P: Protocol> {
    pub(crate) id: NodeId,
    pub(crate) names: Vec<Arc<str>>,
    pub(crate) directory: Directory<P>,
    pub(crate) lives: Lives<P>,
    pub(crate) links: Links<P>,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) facts: Keeper<P>,
    pub(crate) clock: Clock,
    pub(crate) make_draws: MakeDraws,
}

/// Nodes of one process, counted.
static SERIALS: AtomicU32 = AtomicU32::new(1);

impl<P: Protocol> Kernel<P> {
    pub(crate) fn of(parts: Parts<P>) -> Self {
        let Parts { id, names, directory, lives, links, disk, facts, clock, make_draws } = parts;
        Self {
            serial: SERIALS.fetch_add(1, Ordering::Relaxed),
            id,
            names,
            directory,
            lives,
            links,
            abroad: Abroad::default(),
            disk,
            facts,
            clock,
            make_draws,
            messages: AtomicU64::new(0),
            timers: AtomicUsize::new(0),
            syncs: AtomicUsize::new(0),
            tasks: Tasks::default(),
        }
    }

    /// The number of this node among those of this process.
    pub(crate) fn serial(&self) -> u32 {
        self.serial
    }

    pub(crate) fn directory(&self) -> &Directory<P> {
        &self.directory
    }

    pub(crate) fn links(&self) -> &Links<P> {
        &self.links
    }

    pub(crate) fn disk(&self) -> &dyn Disk {
        &*self.disk
    }

    pub(crate) fn facts(&self) -> &Keeper<P> {
        &self.facts
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn timers(&self) -> &AtomicUsize {
        &self.timers
    }

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    pub(crate) fn draws(&self, path: &str, incarnation: Incarnation) -> Box<dyn Draws> {
        (self.make_draws)(path, incarnation)
    }

    /// Runs a task of this node: it ends with the node at the latest.
    pub(crate) fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.run(task);
    }

    /// Makes durable what was written, then tells the actor, if it is still the same life.
    pub(crate) fn sync(self: &Arc<Self>, slot: &Arc<Slot<P>>, life: Incarnation, id: WriteId) {
        let (node, slot, synced) = (self.clone(), slot.clone(), self.disk.sync());
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.run(async move {
            match synced.await {
                Ok(()) => {
                    let _ = slot.bring(Waiting { input: Input::Synced(id), arm: 0 }, Some(life));
                }
                Err(error) => node.tasks.fail(format!("the disk failed: {error}")),
            }
            node.syncs.fetch_sub(1, Ordering::Relaxed);
        });
    }

    pub(crate) fn activity(&self) -> Activity {
        let mut activity = Activity {
            timers: self.timers.load(Ordering::Relaxed),
            syncs: self.syncs.load(Ordering::Relaxed),
            outgoing: self.links.outgoing(),
            ..Activity::default()
        };
        for slot in self.directory.all() {
            activity.turns += slot.counters.turns();
            activity.waiting += slot.waiting();
        }
        activity
    }

    pub(crate) fn metrics(&self) -> Vec<ActorMetrics> {
        self.directory.all().iter().map(|slot| slot.metrics()).collect()
    }
}
