//! How a life begins and ends, whatever it is a life of.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rehearsal_protocol::{Address, Bounds, DeadLetter, Exit, Incarnation, Protocol, Signal};

use super::Kernel;
use crate::disk::{Boot, RESERVED_AT_BOOT};
use crate::net::frame::Frame;
use crate::slot::Slot;

/// What the lives of a node have in common.
pub(crate) struct Lives<P: Protocol> {
    pub(super) boot: Boot,
    /// Incarnations up to this one are reserved on the disk.
    reserved: Mutex<u32>,
    begin_resident: Begin<P>,
    /// Whether all actors have been asked to end: none starts again.
    winding_up: AtomicBool,
}

/// Starts what lives at a path of the description, unless it is alive.
pub(crate) type Begin<P> = Box<dyn Fn(&Arc<Kernel<P>>, &Arc<Slot<P>>) + Send + Sync>;

/// After a panic, what lives at a path of the description starts again after this time, as under a process manager.
const RESTART_DELAY: Duration = Duration::from_millis(100);
/// So many lives are reserved at a time, once those are used up that come with a boot.
const RESERVED_AT_A_TIME: u32 = 1024;

impl<P: Protocol> Lives<P> {
    /// No life yet, in a boot.
    pub(crate) fn of(boot: Boot, begin_resident: Begin<P>) -> Self {
        let reserved = Mutex::new(boot.lives + RESERVED_AT_BOOT);
        Self { boot, reserved, begin_resident, winding_up: AtomicBool::new(false) }
    }
}

impl<P: Protocol> Kernel<P> {
    /// Begins a life, above all lives of earlier boots, unless one is there. Its task is to follow.
    pub(crate) fn begin(
        &self,
        slot: &Slot<P>,
        bounds: Bounds,
        parent: Option<Address>,
    ) -> Option<Incarnation> {
        let incarnation = slot.begin(Incarnation(self.lives.boot.lives + 1), bounds, parent)?;
        let mut reserved = self.lives.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        if incarnation.0 > *reserved {
            *reserved = incarnation.0 + RESERVED_AT_A_TIME;
            if let Err(error) = self.disk.reserve(*reserved) {
                self.tasks.fail(format!("the disk failed: {error}"));
            }
        }
        Some(incarnation)
    }

    /// Starts what lives at a path of the description.
    pub(crate) fn begin_resident(self: &Arc<Self>, slot: &Arc<Slot<P>>) {
        (self.lives.begin_resident)(self, slot);
    }

    /// A life ends: its children with it, its mailbox to the dead letters, the news to those who watch.
    pub(crate) fn end(self: &Arc<Self>, slot: &Arc<Slot<P>>, life: Option<Incarnation>, reason: Exit) {
        let Some((incarnation, remains)) = slot.end(life) else { return };
        tracing::debug!(path = %slot.path, %incarnation, ?reason, "ended");
        self.bury_all(slot, DeadLetter::ReceiverEnded, remains.unread);
        for child in remains.kin.children.iter().rev() {
            if let Some(child) = self.directory.find(child.slot()) {
                self.bury_all(&child, DeadLetter::ReceiverEnded, child.release_mail());
                self.end(&child, None, Exit::Shutdown);
            }
        }
        let parent = remains.kin.parent;
        let others = remains.kin.watchers.into_iter().filter(|watcher| Some(*watcher) != parent);
        for watcher in others.chain(parent) {
            let told = Signal::Exit { who: slot.address, incarnation, reason: reason.clone() };
            self.signal(slot.address, watcher, None, told);
        }
        if matches!(reason, Exit::Panicked(_)) {
            self.restart_soon(slot);
        }
    }

    /// What lives at a path of the description starts again after a while, if nothing lives there then and the node is not about to stop.
    pub(crate) fn restart_soon(self: &Arc<Self>, slot: &Arc<Slot<P>>) {
        if self.directory.resident(slot.address.slot()).is_none() {
            return;
        }
        let (node, slot) = (self.clone(), slot.clone());
        self.run(async move {
            tokio::time::sleep(RESTART_DELAY).await;
            if !node.lives.winding_up.load(Ordering::Acquire) {
                node.begin_resident(&slot);
            }
        });
    }

    /// From now on, nothing starts again.
    pub(crate) fn wind_up(&self) {
        self.lives.winding_up.store(true, Ordering::Release);
    }

    /// Ends an actor at once.
    pub(crate) fn kill(self: &Arc<Self>, who: Address) {
        if who.node() != self.id {
            return self.frame(who.node(), Frame::Kill { who });
        }
        if let Some(slot) = self.directory.find(who.slot()) {
            self.end(&slot, None, Exit::Killed);
        }
    }
}
