//! What the tasks of a node share: who is where, who lives, what is said.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use futures_util::FutureExt;
use rehearsal_protocol::{
    Actor, Address, DeadLetter, Envelope, Exit, Incarnation, Input, MessageId, NodeId, Protocol, Refusal,
    Signal, WriteId,
};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::disk::{Boot, Disk};
use crate::edge::Edge;
use crate::facts::{self, Announced, Facts};
use crate::life::{Life, RESTART_DELAY, text_of};
use crate::metrics::{Activity, ActorMetrics};
use crate::net::Links;
use crate::net::frame::Frame;
use crate::settings::{Clock, Draws, MakeDraws};
use crate::slot::{Brought, Slot, Waiting};
use crate::system::Role;
use crate::watchdog::Watchdog;

/// What the tasks of a node share.
pub(crate) struct Inner<P: Protocol> {
    pub(super) serial: u32,
    pub(super) id: NodeId,
    pub(super) system: Arc<Parts<P>>,
    /// The slots of the description: those of this node.
    pub(super) residents: Vec<Option<Arc<Slot<P>>>>,
    pub(super) children: RwLock<Children<P>>,
    pub(super) links: Links<P>,
    /// Who on this node watches whom on another: told again when a link comes up, and of the end when that node was started anew.
    pub(super) abroad: Mutex<Vec<(Address, Address)>>,
    pub(super) boot: Boot,
    /// Incarnations up to this one are reserved on the disk.
    pub(super) reserved: Mutex<u32>,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) facts: Option<Arc<dyn Facts<P>>>,
    pub(super) vector: Option<facts::Clock>,
    pub(super) clock: Clock,
    pub(super) make_draws: MakeDraws,
    pub(super) messages: AtomicU64,
    pub(super) timers: AtomicUsize,
    pub(super) syncs: AtomicUsize,
    /// Whether all actors have been asked to end: none starts again.
    pub(super) winding_up: AtomicBool,
    pub(super) stopping: CancellationToken,
    pub(super) tasks: TaskTracker,
    pub(super) failed: Mutex<Option<String>>,
}

/// What is the same for all nodes of a system.
pub(super) struct Parts<P: Protocol> {
    pub(super) roles: Vec<Role<P>>,
    pub(super) names: Vec<Arc<str>>,
}

/// The paths that were spawned.
pub(super) struct Children<P: Protocol> {
    pub(super) by_path: BTreeMap<Box<str>, u32>,
    pub(super) by_slot: BTreeMap<u32, Arc<Slot<P>>>,
}

/// The slots of spawned paths begin here; those of the description are below.
const FIRST_CHILD: u32 = 1 << 31;
/// So many lives are reserved at a time, once those are used up that come with a boot.
const RESERVED_AT_A_TIME: u32 = 1024;

impl<P: Protocol> Inner<P> {
    pub(crate) fn serial(&self) -> u32 {
        self.serial
    }

    pub(crate) fn name_of(&self, node: NodeId) -> &str {
        self.system.names.get(node.index()).map_or("?", |name| name)
    }

    pub(crate) fn disk(&self) -> &dyn Disk {
        &*self.disk
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn timers(&self) -> &AtomicUsize {
        &self.timers
    }

    pub(crate) fn links(&self) -> &Links<P> {
        &self.links
    }

    pub(crate) fn draws(&self, path: &str, incarnation: Incarnation) -> Box<dyn Draws> {
        (self.make_draws)(path, incarnation)
    }

    /// Runs a task of this node: it ends with the node at the latest.
    pub(crate) fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping.clone();
        let until = async move {
            tokio::select! {
                biased;
                () = stopping.cancelled() => {}
                () = task => {}
            }
        };
        drop(tokio::spawn(self.tasks.track_future(until)));
    }

    pub(super) fn watch_turns(self: &Arc<Self>, limit: Duration) -> Watchdog {
        let node = Arc::downgrade(self);
        Watchdog::start(self.serial, limit, move |slot| {
            let Some(node) = node.upgrade() else { return };
            let path = node.slot_number(slot).map_or_else(|| "?".into(), |slot| slot.path.clone());
            tracing::error!(%path, ?limit, "a turn blocks its thread: actors never wait");
        })
    }

    pub(super) fn activity(&self) -> Activity {
        let mut activity = Activity {
            timers: self.timers.load(Ordering::Relaxed),
            syncs: self.syncs.load(Ordering::Relaxed),
            outgoing: self.links.outgoing(),
            ..Activity::default()
        };
        for slot in self.slots() {
            activity.turns += slot.counters.turns();
            activity.waiting += slot.waiting();
        }
        activity
    }

    pub(super) fn metrics(&self) -> Vec<ActorMetrics> {
        self.slots().iter().map(|slot| slot.metrics()).collect()
    }

    // Who is where.

    pub(super) fn slots(&self) -> Vec<Arc<Slot<P>>> {
        let children = self.children.read().unwrap_or_else(PoisonError::into_inner);
        self.residents.iter().flatten().chain(children.by_slot.values()).cloned().collect()
    }

    pub(super) fn slot_number(&self, slot: u32) -> Option<Arc<Slot<P>>> {
        if slot < FIRST_CHILD {
            return self.residents.get(slot as usize)?.clone();
        }
        self.children.read().unwrap_or_else(PoisonError::into_inner).by_slot.get(&slot).cloned()
    }

    /// The address of a child's path: the same in every boot, unless two paths of one node share a hash.
    pub(crate) fn child(&self, parent: &str, name: &str) -> Address {
        let path = format!("{parent}/{name}");
        let known = self.children.read().unwrap_or_else(PoisonError::into_inner).by_path.get(&*path).copied();
        let slot = known.unwrap_or_else(|| {
            let mut children = self.children.write().unwrap_or_else(PoisonError::into_inner);
            let mut slot = FIRST_CHILD | crc32fast::hash(path.as_bytes());
            while children.by_slot.get(&slot).is_some_and(|other| *other.path != *path) {
                slot = FIRST_CHILD | slot.wrapping_add(1);
            }
            let path: Arc<str> = path.into();
            let address = Address::new(self.id, slot);
            children.by_slot.entry(slot).or_insert_with(|| Arc::new(Slot::new(address, path.clone())));
            children.by_path.insert((&*path).into(), slot);
            slot
        });
        Address::new(self.id, slot)
    }

    // Lives.

    /// Begins a life, above all lives of earlier boots, unless one is there.
    fn begin(
        &self,
        slot: &Slot<P>,
        bounds: rehearsal_protocol::Bounds,
        parent: Option<Address>,
    ) -> Option<Incarnation> {
        let incarnation = slot.begin(Incarnation(self.boot.lives + 1), bounds, parent)?;
        let mut reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        if incarnation.0 > *reserved {
            *reserved = incarnation.0 + RESERVED_AT_A_TIME;
            if let Err(error) = self.disk.reserve(*reserved) {
                self.fail(format!("the disk failed: {error}"));
            }
        }
        Some(incarnation)
    }

    pub(super) fn begin_resident(self: &Arc<Self>, slot: &Arc<Slot<P>>) {
        match &self.system.roles[slot.address.slot() as usize] {
            Role::Vacant => {}
            Role::Actor(actor) => {
                let bounds = actor.mailbox();
                if let Some(incarnation) = self.begin(slot, bounds, None) {
                    self.run(Life::new(self.clone(), slot.clone(), incarnation, actor.clone()).live());
                }
            }
            Role::Edge(function) => {
                let bounds = rehearsal_protocol::Bounds::default();
                if let Some(incarnation) = self.begin(slot, bounds, None) {
                    let edge = Edge::new(self.clone(), slot.clone(), incarnation);
                    let (node, slot, work) = (self.clone(), slot.clone(), function(edge));
                    self.run(async move {
                        let ended = std::panic::AssertUnwindSafe(work).catch_unwind().await;
                        let reason = match ended {
                            Ok(()) => Exit::Normal,
                            Err(panic) => {
                                slot.counters.panic();
                                Exit::Panicked(text_of(&*panic))
                            }
                        };
                        node.end(&slot, Some(incarnation), reason);
                    });
                }
            }
        }
    }

    /// A turn asked for a child.
    pub(crate) fn spawn(
        self: &Arc<Self>,
        parent: &Slot<P>,
        life: Incarnation,
        child: Address,
        actor: Box<dyn Actor<P>>,
    ) {
        let Some(slot) = self.slot_number(child.slot()) else { return };
        match self.begin(&slot, actor.mailbox(), Some(parent.address)) {
            Some(incarnation) => {
                if !parent.adopt(life, child) {
                    return self.end(&slot, Some(incarnation), Exit::Shutdown);
                }
                self.run(Life::new(self.clone(), slot, incarnation, actor).live());
            }
            None => {
                let told = Signal::Exit { who: child, incarnation: slot.last(), reason: Exit::NameTaken };
                self.signal(child, parent.address, None, told);
            }
        }
    }

    /// A life ends: its children with it, its mailbox to the dead letters, the news to those who watch.
    pub(crate) fn end(self: &Arc<Self>, slot: &Arc<Slot<P>>, life: Option<Incarnation>, reason: Exit) {
        let Some((incarnation, remains)) = slot.end(life) else { return };
        tracing::debug!(path = %slot.path, %incarnation, ?reason, "ended");
        self.bury_all(slot, DeadLetter::ReceiverEnded, remains.unread);
        for child in remains.kin.children.iter().rev() {
            if let Some(child) = self.slot_number(child.slot()) {
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
    pub(super) fn restart_soon(self: &Arc<Self>, slot: &Arc<Slot<P>>) {
        if slot.address.slot() >= FIRST_CHILD {
            return;
        }
        let (node, slot) = (self.clone(), slot.clone());
        self.run(async move {
            tokio::time::sleep(RESTART_DELAY).await;
            if !node.winding_up.load(Ordering::Acquire) {
                node.begin_resident(&slot);
            }
        });
    }

    /// Ends an actor at once.
    pub(crate) fn kill(self: &Arc<Self>, who: Address) {
        if who.node() != self.id {
            return self.frame(who.node(), Frame::Kill { who });
        }
        if let Some(slot) = self.slot_number(who.slot()) {
            self.end(&slot, None, Exit::Killed);
        }
    }

    // Messages and signals.

    /// Sends a message, here or to another node.
    #[inline]
    pub(crate) fn send(self: &Arc<Self>, from: Address, to: Address, message: P::Message) {
        let number = self.messages.fetch_add(1, Ordering::Relaxed) + 1;
        let id =
            MessageId((u64::from(self.id.0) << 52) | (u64::from(self.boot.number & 0xFFF) << 40) | number);
        let envelope = Envelope { from, id, message };
        if to.node() == self.id {
            self.deliver(to, envelope);
        } else {
            let stamp = self.vector.as_ref().map(facts::Clock::stamp).unwrap_or_default();
            self.frame(to.node(), Frame::Message { to, envelope, stamp });
        }
    }

    /// A message arrives at an actor of this node.
    #[inline]
    pub(crate) fn deliver(self: &Arc<Self>, to: Address, envelope: Envelope<P::Message>) {
        // The slots of the description are found without a lock.
        if let Some(Some(slot)) = self.residents.get(to.slot() as usize) {
            return self.deliver_at(slot, envelope);
        }
        match self.slot_number(to.slot()) {
            Some(slot) => self.deliver_at(&slot, envelope),
            None => {
                tracing::debug!(%to, "a message to an address that nobody ever had");
                let refusal = Refusal::of::<P>(to, &envelope);
                if refusal.ask.is_some() {
                    self.refuse(refusal);
                }
            }
        }
    }

    #[inline]
    fn deliver_at(self: &Arc<Self>, slot: &Arc<Slot<P>>, envelope: Envelope<P::Message>) {
        match slot.bring(Waiting { input: Input::Message(envelope), arm: 0 }, None) {
            Brought::Queued => {}
            Brought::NoActor(input) => self.bury(slot, DeadLetter::Undeliverable, input, false),
            Brought::Dropped(input) => self.bury(slot, DeadLetter::MailboxFull, input, false),
            Brought::Refused(input) => self.bury(slot, DeadLetter::MailboxFull, input, true),
        }
    }

    /// Brings a signal to an actor, here or elsewhere; `only` to that life of it.
    pub(crate) fn signal(
        self: &Arc<Self>,
        from: Address,
        to: Address,
        only: Option<Incarnation>,
        signal: Signal,
    ) {
        if to.node() != self.id {
            let stamp = self.vector.as_ref().map(facts::Clock::stamp).unwrap_or_default();
            return self.frame(to.node(), Frame::Signal { from, to, signal, stamp });
        }
        if let Some(slot) = self.slot_number(to.slot()) {
            // Nobody is left to hear it if that life has ended.
            let _ = slot.bring(Waiting { input: Input::Signal(signal), arm: 0 }, only);
        }
    }

    /// `watcher` hears of the end of `watched`, once; at once if it is not alive.
    pub(crate) fn monitor(self: &Arc<Self>, watcher: Address, watched: Address) {
        if watched.node() != self.id {
            let mut abroad = self.abroad.lock().unwrap_or_else(PoisonError::into_inner);
            if !abroad.contains(&(watcher, watched)) {
                abroad.push((watcher, watched));
            }
            drop(abroad);
            return self.frame(watched.node(), Frame::Monitor { watcher, watched });
        }
        let slot = self.slot_number(watched.slot());
        if !slot.as_ref().is_some_and(|slot| slot.watch(watcher)) {
            let incarnation = slot.map(|slot| slot.last()).unwrap_or_default();
            let told = Signal::Exit { who: watched, incarnation, reason: Exit::NoActor };
            self.signal(watched, watcher, None, told);
        }
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
                Err(error) => node.fail(format!("the disk failed: {error}")),
            }
            node.syncs.fetch_sub(1, Ordering::Relaxed);
        });
    }

    /// The node cannot go on.
    fn fail(&self, why: String) {
        tracing::error!(why, "the node stops");
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        self.stopping.cancel();
    }

    // Facts.

    pub(crate) fn keeps_facts(&self) -> bool {
        self.facts.is_some()
    }

    pub(crate) fn announce(&self, announced: &Announced<'_, P::Fact>) {
        let Some(facts) = &self.facts else { return };
        match &self.vector {
            Some(vector) => vector.tick(self.id.index(), |clock| {
                facts.keep(&Announced { clock, ..announced.clone() });
            }),
            None => facts.keep(announced),
        }
    }

    // The network.

    fn frame(self: &Arc<Self>, to: NodeId, frame: Frame<P>) {
        self.links.send(self, to, frame);
    }

    /// A frame came from another node. What it says in the name of a third node is no frame of this protocol.
    pub(crate) fn arrived(self: &Arc<Self>, frame: Frame<P>, peer: NodeId) {
        let speaker = match &frame {
            Frame::Message { envelope, .. } => envelope.from.node(),
            Frame::Signal { from, .. } => from.node(),
            Frame::Monitor { watcher, .. } => watcher.node(),
            Frame::Kill { .. } => peer,
        };
        if speaker != peer {
            return tracing::warn!(peer = self.name_of(peer), "dropped: a frame in the name of another node");
        }
        match frame {
            Frame::Message { to, envelope, stamp } => {
                self.learn(&stamp);
                self.deliver(to, envelope);
            }
            Frame::Signal { from: _, to, signal, stamp } => {
                self.learn(&stamp);
                if let Signal::Exit { who, .. } = &signal
                    && self.forget_abroad(|(watcher, watched)| watcher == to && watched == *who).is_empty()
                {
                    return; // It was told before: both the news and the answer to a second question have come.
                }
                self.signal(to, to, None, signal);
            }
            Frame::Monitor { watcher, watched } => self.monitor(watcher, watched),
            Frame::Kill { who } => self.kill(who),
        }
    }

    fn learn(&self, stamp: &[u64]) {
        if let Some(vector) = &self.vector {
            vector.learn(stamp);
        }
    }

    fn forget_abroad(&self, which: impl Fn((Address, Address)) -> bool) -> Vec<(Address, Address)> {
        let mut abroad = self.abroad.lock().unwrap_or_else(PoisonError::into_inner);
        let (gone, kept) = abroad.drain(..).partition(|pair| which(*pair));
        *abroad = kept;
        gone
    }

    /// A link to a node came up. If that node was started anew, all whom this node watched there have ended; if not, it may have
    /// missed that they are watched.
    pub(crate) fn link_up(self: &Arc<Self>, peer: NodeId, anew: bool) {
        if anew {
            for (watcher, watched) in self.forget_abroad(|(_, watched)| watched.node() == peer) {
                let reason = Exit::NodeDown(peer);
                let told = Signal::Exit { who: watched, incarnation: Incarnation(0), reason };
                self.signal(watched, watcher, None, told);
            }
            return;
        }
        self.watch_again(peer);
    }

    /// A link to a node came up, or one from it: on the one it may have missed that it is watched, on the other the news of an end may have
    /// been lost.
    pub(crate) fn watch_again(self: &Arc<Self>, peer: NodeId) {
        let abroad = self.abroad.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (watcher, watched) in abroad.into_iter().filter(|(_, watched)| watched.node() == peer) {
            self.frame(peer, Frame::Monitor { watcher, watched });
        }
    }
}
