//! A path with its mailbox; it outlives the lives of its actor.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use rehearsal_protocol::mailbox::Accepted;
use rehearsal_protocol::{Address, Bounds, Incarnation, Input, Lane, Mailbox, Protocol};

use crate::metrics::{ActorMetrics, Counters};

/// A path. Whoever holds an address finds the same slot, whichever life is there.
pub(crate) struct Slot<P: Protocol> {
    pub(crate) address: Address,
    pub(crate) path: Arc<str>,
    /// The incarnation that lives here, or 0: read without the lock at the end of each turn.
    living: AtomicU32,
    gate: Mutex<Gate<P>>,
    /// Held by the task of a life as long as it runs. A life that was ended from elsewhere may still be in a turn; the next one begins when
    /// that is over, so that nothing of the old one comes after the new one's start.
    pub(crate) home: tokio::sync::Mutex<()>,
    pub(crate) counters: Counters,
}

/// What is behind the lock.
struct Gate<P: Protocol> {
    mailbox: Mailbox<Waiting<P>>,
    incarnation: Incarnation,
    alive: bool,
    /// Whether what waits outlives this life.
    keeps_mail: bool,
    /// The task of the present life, if it waits for an input.
    parked: Option<Waker>,
    kin: Kin,
}

/// Who hears of the end of a life, and who ends with it.
#[derive(Default)]
pub(crate) struct Kin {
    pub(crate) parent: Option<Address>,
    pub(crate) children: Vec<Address>,
    pub(crate) watchers: Vec<Address>,
}

/// An input in a mailbox.
pub(crate) struct Waiting<P: Protocol> {
    pub(crate) input: Input<P>,
    /// Which arming of the timer, if it is a timer.
    pub(crate) arm: u32,
}

/// What happened to an input that was brought to a slot.
pub(crate) enum Brought<P: Protocol> {
    /// It waits.
    Queued,
    /// Nobody lives here.
    NoActor(Input<P>),
    /// Its lane is full; its sender is told.
    Refused(Input<P>),
    /// By policy it, or an older one in its stead, makes no use of the room that is not there.
    Dropped(Input<P>),
}

/// What a life leaves behind.
pub(crate) struct Remains<P: Protocol> {
    pub(crate) kin: Kin,
    pub(crate) unread: Vec<Input<P>>,
}

impl<P: Protocol> Slot<P> {
    pub(crate) fn new(address: Address, path: Arc<str>) -> Self {
        let gate = Gate {
            mailbox: Mailbox::new(Bounds::default()),
            incarnation: Incarnation(0),
            alive: false,
            keeps_mail: false,
            parked: None,
            kin: Kin::default(),
        };
        let living = AtomicU32::new(0);
        Self {
            address,
            path,
            living,
            gate: Mutex::new(gate),
            home: tokio::sync::Mutex::new(()),
            counters: Counters::default(),
        }
    }

    /// No code of an actor runs under this lock, so a panic cannot poison what it guards.
    fn lock(&self) -> MutexGuard<'_, Gate<P>> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a life, unless one is there. `first` is the least incarnation that it may have.
    pub(crate) fn begin(
        &self,
        first: Incarnation,
        bounds: Bounds,
        parent: Option<Address>,
    ) -> Option<Incarnation> {
        let mut gate = self.lock();
        if gate.alive {
            return None;
        }
        gate.incarnation = gate.incarnation.next().max(first);
        gate.alive = true;
        if !gate.keeps_mail {
            gate.mailbox = Mailbox::new(bounds);
        }
        gate.kin = Kin { parent, ..Kin::default() };
        self.living.store(gate.incarnation.0, Ordering::Release);
        self.counters.life();
        Some(gate.incarnation)
    }

    /// Ends a life, if it is still this one or if any will do.
    pub(crate) fn end(&self, incarnation: Option<Incarnation>) -> Option<(Incarnation, Remains<P>)> {
        let mut gate = self.lock();
        if !gate.alive || incarnation.is_some_and(|expected| expected != gate.incarnation) {
            return None;
        }
        gate.alive = false;
        self.living.store(0, Ordering::Release);
        let kin = std::mem::take(&mut gate.kin);
        let unread = if gate.keeps_mail {
            gate.mailbox.retain(|waiting| matches!(waiting.input, Input::Message(_)));
            Vec::new()
        } else {
            gate.mailbox.drain().map(|waiting| waiting.input).collect()
        };
        let (ended, parked) = (gate.incarnation, gate.parked.take());
        drop(gate);
        if let Some(task) = parked {
            task.wake();
        }
        Some((ended, Remains { kin, unread }))
    }

    /// From now on, what waits when a life ends, and what comes while there is none, is for the next.
    pub(crate) fn keep_mail(&self) {
        self.lock().keeps_mail = true;
    }

    /// What waits ends with a life again: what was kept, if there is no life.
    pub(crate) fn release_mail(&self) -> Vec<Input<P>> {
        let mut gate = self.lock();
        let is_dead = !gate.alive;
        if !std::mem::take(&mut gate.keeps_mail) || !is_dead {
            return Vec::new();
        }
        gate.mailbox.drain().map(|waiting| waiting.input).collect()
    }

    /// Whether this life goes on.
    #[inline]
    pub(crate) fn lives(&self, incarnation: Incarnation) -> bool {
        self.living.load(Ordering::Acquire) == incarnation.0
    }

    /// The life that is here, if one is.
    pub(crate) fn living(&self) -> Option<Incarnation> {
        match self.living.load(Ordering::Acquire) {
            0 => None,
            incarnation => Some(Incarnation(incarnation)),
        }
    }

    /// Puts an input into the mailbox; `only` a certain life's, if that is asked for.
    #[inline]
    pub(crate) fn bring(&self, waiting: Waiting<P>, only: Option<Incarnation>) -> Brought<P> {
        let lane = waiting.input.lane();
        let mut gate = self.lock();
        let waits =
            gate.alive || gate.keeps_mail && only.is_none() && matches!(waiting.input, Input::Message(_));
        if !waits || only.is_some_and(|life| life != gate.incarnation) {
            return Brought::NoActor(waiting.input);
        }
        let brought = if let Input::Message(_) = waiting.input {
            match gate.mailbox.push(lane, waiting) {
                Accepted::Queued => Brought::Queued,
                Accepted::Refused(item) => return Brought::Refused(item.input),
                Accepted::DroppedNewest(item) => return Brought::Dropped(item.input),
                Accepted::DroppedOldest(oldest) => {
                    if let Input::Message(_) = oldest.input {
                        Brought::Dropped(oldest.input)
                    } else {
                        gate.mailbox.admit(lane, oldest);
                        Brought::Queued
                    }
                }
            }
        } else {
            gate.mailbox.admit(lane, waiting);
            Brought::Queued
        };
        let parked = gate.parked.take();
        drop(gate);
        if let Some(task) = parked {
            task.wake();
        }
        brought
    }

    /// The next input of this life: `None` once it has ended. `lane` narrows it to one lane.
    #[inline]
    pub(crate) fn poll_next(
        &self,
        incarnation: Incarnation,
        lane: Option<Lane>,
        task: &Waker,
    ) -> Poll<Option<Waiting<P>>> {
        let mut gate = self.lock();
        if !gate.alive || gate.incarnation != incarnation {
            return Poll::Ready(None);
        }
        let next = match lane {
            None => gate.mailbox.pop(),
            Some(lane) => gate.mailbox.pop_of(lane),
        };
        if next.is_some() {
            return Poll::Ready(next);
        }
        if !gate.parked.as_ref().is_some_and(|known| known.will_wake(task)) {
            gate.parked = Some(task.clone());
        }
        Poll::Pending
    }

    /// Adds a watcher. `false` if nobody lives here.
    pub(crate) fn watch(&self, watcher: Address) -> bool {
        let mut gate = self.lock();
        if gate.alive && !gate.kin.watchers.contains(&watcher) {
            gate.kin.watchers.push(watcher);
        }
        gate.alive
    }

    /// Adds a child to this life. `false` if it has ended.
    pub(crate) fn adopt(&self, incarnation: Incarnation, child: Address) -> bool {
        let mut gate = self.lock();
        let lives = gate.alive && gate.incarnation == incarnation;
        if lives && !gate.kin.children.contains(&child) {
            gate.kin.children.push(child);
        }
        lives
    }

    /// The last incarnation that was here.
    pub(crate) fn last(&self) -> Incarnation {
        self.lock().incarnation
    }

    pub(crate) fn waiting(&self) -> usize {
        self.lock().mailbox.len()
    }

    pub(crate) fn metrics(&self) -> ActorMetrics {
        let gate = self.lock();
        let (alive, waiting) = (gate.alive, gate.mailbox.len());
        drop(gate);
        self.counters.told(self.path.clone(), alive, waiting)
    }
}
