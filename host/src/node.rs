//! One process of a system: it starts, is looked at, and stops.

use std::collections::BTreeMap;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt;
use rehearsal_protocol::time::nanos;
use rehearsal_protocol::{
    Actor, Address, DeadLetter, Envelope, Exit, Incarnation, Input, MessageId, NodeId, Protocol, Signal,
    Time, WriteId,
};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::disk::{Boot, Disk, MemoryDisk, RESERVED_AT_BOOT};
use crate::edge::Edge;
use crate::error::Error;
use crate::facts::{self, Announced, Facts};
use crate::life::{Life, RESTART_DELAY, text_of};
use crate::metrics::{Activity, ActorMetrics};
use crate::net::frame::Frame;
use crate::net::{self, Bounds, Links, listener};
use crate::slot::{Brought, Slot, Waiting};
use crate::system::{Role, System};
use crate::watchdog::Watchdog;

/// How a node runs. The default is one that talks to nobody, forgets with its process and keeps no facts.
pub struct Settings<P: Protocol> {
    /// Where peers connect.
    pub listener: Option<TcpListener>,
    /// Where the other nodes listen, by their names.
    pub peers: BTreeMap<String, SocketAddr>,
    /// What bounds frames, queues and waits of the network.
    pub bounds: Bounds,
    /// What outlives the process.
    pub disk: Arc<dyn Disk>,
    /// What keeps facts.
    pub facts: Option<Arc<dyn Facts<P>>>,
    /// What `cx.now()` shows.
    pub clock: Clock,
    /// Where actors' random bits come from; from the operating system if absent.
    pub draws: Option<MakeDraws>,
    /// A turn that lasts longer is named in the log, while it lasts. `None` watches nothing.
    pub turn_limit: Option<Duration>,
}

/// Makes the source of random bits for one life of an actor, from its path and incarnation.
pub type MakeDraws = Arc<dyn Fn(&str, Incarnation) -> Box<dyn Draws> + Send + Sync>;

impl<P: Protocol> Default for Settings<P> {
    fn default() -> Self {
        Self {
            listener: None,
            peers: BTreeMap::new(),
            bounds: Bounds::default(),
            disk: Arc::new(MemoryDisk::default()),
            facts: None,
            clock: Clock::wall(),
            draws: None,
            turn_limit: Some(Duration::from_secs(1)),
        }
    }
}

/// Random bits for the actors of a host.
pub trait Draws: Send {
    /// The next 64 bits.
    fn draw(&mut self) -> u64;

    /// One of `options` entries of a menu.
    fn choose(&mut self, options: u32) -> u32 {
        ((u128::from(self.draw()) * u128::from(options)) >> 64) as u32
    }
}

/// SplitMix64: an actor's random bits when nothing else is asked for.
struct Mix(u64);

impl Draws for Mix {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// What `cx.now()` shows.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
    at_origin: Time,
}

impl Clock {
    /// Nanoseconds since 1970, going on steadily from when this is called: what an actor keeps on disk means the same after a
    /// restart.
    pub fn wall() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { origin: Instant::now(), at_origin: Time::from_nanos(nanos(since_1970)) }
    }

    /// The same clock, showing so much more.
    #[must_use]
    pub fn ahead(self, span: Duration) -> Self {
        Self { at_origin: self.at_origin + span, ..self }
    }

    /// Nanoseconds since now: for several nodes of one process that share it.
    pub fn from_now() -> Self {
        Self { origin: Instant::now(), at_origin: Time::ZERO }
    }

    /// What this clock shows at an instant.
    pub fn shows(&self, at: Instant) -> Time {
        self.at_origin + at.saturating_duration_since(self.origin)
    }
}

/// A node of a system, running in this process.
///
/// Dropping it ends all its tasks at once, as a crash would; [`Node::stop`] ends them in good order.
pub struct Node<P: Protocol> {
    inner: Arc<Inner<P>>,
    listening: Option<SocketAddr>,
    _watchdog: Option<Watchdog>,
}

/// A view of a node that may be gone.
pub struct View<P: Protocol>(Weak<Inner<P>>);

impl<P: Protocol> View<P> {
    /// What the node is busy with; `None` if it is gone.
    pub fn activity(&self) -> Option<Activity> {
        self.0.upgrade().map(|inner| inner.activity())
    }

    /// What each of its actors did; nothing if it is gone.
    pub fn metrics(&self) -> Vec<ActorMetrics> {
        self.0.upgrade().map(|inner| inner.metrics()).unwrap_or_default()
    }
}

/// How a node stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The paths that had not ended when the time was up, and were ended.
    pub forced: Vec<Arc<str>>,
}

/// What the tasks of a node share.
pub(crate) struct Inner<P: Protocol> {
    serial: u32,
    id: NodeId,
    system: Arc<Parts<P>>,
    /// The slots of the description: those of this node.
    residents: Vec<Option<Arc<Slot<P>>>>,
    children: RwLock<Children<P>>,
    links: Links<P>,
    /// Who on this node watches whom on another: told again when a link comes up, and of the end when that node was started anew.
    abroad: Mutex<Vec<(Address, Address)>>,
    boot: Boot,
    /// Incarnations up to this one are reserved on the disk.
    reserved: Mutex<u32>,
    disk: Arc<dyn Disk>,
    facts: Option<Arc<dyn Facts<P>>>,
    vector: Option<facts::Clock>,
    clock: Clock,
    make_draws: MakeDraws,
    messages: AtomicU64,
    timers: AtomicUsize,
    syncs: AtomicUsize,
    /// Whether all actors have been asked to end: none starts again.
    winding_up: AtomicBool,
    stopping: CancellationToken,
    tasks: TaskTracker,
    failed: Mutex<Option<String>>,
}

/// What is the same for all nodes of a system.
struct Parts<P: Protocol> {
    roles: Vec<Role<P>>,
    names: Vec<Arc<str>>,
}

/// The paths that were spawned.
struct Children<P: Protocol> {
    by_path: BTreeMap<Box<str>, u32>,
    by_slot: BTreeMap<u32, Arc<Slot<P>>>,
}

/// The slots of spawned paths begin here; those of the description are below.
const FIRST_CHILD: u32 = 1 << 31;
/// So many lives are reserved at a time, once those are used up that come with a boot.
const RESERVED_AT_A_TIME: u32 = 1024;

impl<P: Protocol> Node<P> {
    /// Starts a node and the actors that it has in the description.
    ///
    /// # Errors
    ///
    /// If there is no such node, a peer is unknown, or the disk cannot be used.
    ///
    /// # Panics
    ///
    /// If an actor was declared and never placed, or if this is called outside of a runtime.
    pub fn start(system: &System<P>, name: &str, settings: Settings<P>) -> Result<Self, Error> {
        let id = system.find(name)?;
        let mut peers: Vec<Option<SocketAddr>> = vec![None; system.nodes.len()];
        for (name, address) in &settings.peers {
            let peer = system.id(name).ok_or_else(|| Error::NoSuchPeer {
                name: name.clone(),
                system: system.name.to_string(),
                known: system.known(),
            })?;
            peers[peer.index()] = Some(*address);
        }
        let boot = settings.disk.boot().map_err(Error::file("disk", "written"))?;
        let residents = system.residents.iter().enumerate().map(|(slot, resident)| {
            assert!(
                !matches!(resident.role, Role::Vacant),
                "`{}` was declared and never placed",
                resident.path
            );
            let address = Address::new(resident.node, slot as u32);
            (resident.node == id).then(|| Arc::new(Slot::new(address, resident.path.clone())))
        });
        let wants_clocks = settings.facts.as_ref().is_some_and(|facts| facts.wants_clocks());
        let ours = net::Passport {
            system: system.name.clone(),
            version: system.version,
            node: id,
            boot: boot.number,
            nodes: system.nodes.len() as u32,
        };
        let inner = Arc::new(Inner {
            serial: SERIALS.fetch_add(1, Ordering::Relaxed),
            id,
            residents: residents.collect(),
            system: Arc::new(Parts {
                roles: system.residents.iter().map(|resident| resident.role.clone()).collect(),
                names: system.nodes.clone(),
            }),
            children: RwLock::new(Children { by_path: BTreeMap::new(), by_slot: BTreeMap::new() }),
            links: Links::new(ours, peers, settings.bounds),
            abroad: Mutex::default(),
            boot,
            reserved: Mutex::new(boot.lives + RESERVED_AT_BOOT),
            disk: settings.disk,
            facts: settings.facts,
            vector: wants_clocks.then(|| facts::Clock::of(system.nodes.len(), id.index(), boot.number)),
            clock: settings.clock,
            make_draws: settings.draws.unwrap_or_else(from_the_system),
            messages: AtomicU64::new(0),
            timers: AtomicUsize::new(0),
            syncs: AtomicUsize::new(0),
            winding_up: AtomicBool::new(false),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            failed: Mutex::default(),
        });
        let listening = settings.listener.as_ref().and_then(|listener| listener.local_addr().ok());
        if let Some(listener) = settings.listener {
            inner.run(listener::listen(inner.clone(), listener));
        }
        let watchdog = settings.turn_limit.map(|limit| inner.watch_turns(limit));
        for slot in inner.residents.iter().flatten() {
            inner.begin_resident(slot);
        }
        Ok(Self { inner, listening, _watchdog: watchdog })
    }

    /// Where it listens, if it does.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.listening
    }

    /// What it is busy with.
    pub fn activity(&self) -> Activity {
        self.inner.activity()
    }

    /// What each of its actors did.
    pub fn metrics(&self) -> Vec<ActorMetrics> {
        self.inner.metrics()
    }

    /// Ends the actor of a path at once; if nobody spawned it, it starts again as after a panic. `false` if nobody lives there. Tasks are
    /// started from here, so this is called on the node's own runtime.
    pub fn kill(&self, path: &str) -> bool {
        let Some(slot) = self.inner.slots().into_iter().find(|slot| &*slot.path == path) else {
            return false;
        };
        let alive = slot.living().is_some();
        self.inner.end(&slot, None, Exit::Killed);
        self.inner.restart_soon(&slot);
        alive
    }

    /// A view of it from elsewhere, that does not keep it running.
    pub fn view(&self) -> View<P> {
        View(Arc::downgrade(&self.inner))
    }

    /// Waits until the node cannot go on: its disk failed. What its actors asked to be durable may not be, so none of them is told
    /// that it is.
    pub async fn failed(&self) -> String {
        self.inner.stopping.cancelled().await;
        let failed = self.inner.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.clone().unwrap_or_else(|| "the node was stopped".to_owned())
    }

    /// Stops in good order: every actor is asked to end, the last placed first, and has so long to do it. Then all tasks are ended; none is left
    /// when this returns.
    pub async fn stop(self, within: Duration) -> Stopped {
        let inner = &self.inner;
        let residents: Vec<&Arc<Slot<P>>> = inner.residents.iter().flatten().collect();
        inner.winding_up.store(true, Ordering::Release);
        for slot in residents.iter().rev() {
            let _ = slot.bring(Waiting { input: Input::Signal(Signal::Shutdown), arm: 0 }, None);
        }
        let until = Instant::now() + within;
        while residents.iter().any(|slot| slot.living().is_some()) && Instant::now() < until {
            tokio::time::sleep(STOP_LOOK).await;
        }
        let mut forced = Vec::new();
        for slot in residents.iter().rev().filter(|slot| slot.living().is_some()) {
            forced.push(slot.path.clone());
            inner.end(slot, None, Exit::Killed);
        }
        inner.links.drained(until).await;
        let _ = inner.disk.sync().await; // What was written reaches the disk in the end.
        inner.stopping.cancel();
        inner.tasks.close();
        inner.tasks.wait().await;
        if let Some(facts) = &inner.facts {
            facts.close();
        }
        Stopped { forced }
    }
}

/// How often a stopping node looks whether its actors have ended.
const STOP_LOOK: Duration = Duration::from_millis(1);

/// Nodes of one process, counted.
static SERIALS: AtomicU32 = AtomicU32::new(1);

impl<P: Protocol> Drop for Node<P> {
    fn drop(&mut self) {
        self.inner.stopping.cancel();
    }
}

/// Random bits that differ from run to run.
fn from_the_system() -> MakeDraws {
    let start = RandomState::new();
    Arc::new(move |path, incarnation| Box::new(Mix(start.hash_one((path, incarnation)))))
}

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

    fn watch_turns(self: &Arc<Self>, limit: Duration) -> Watchdog {
        let node = Arc::downgrade(self);
        Watchdog::start(self.serial, limit, move |slot| {
            let Some(node) = node.upgrade() else { return };
            let path = node.slot_number(slot).map_or_else(|| "?".into(), |slot| slot.path.clone());
            tracing::error!(%path, ?limit, "a turn blocks its thread: actors never wait");
        })
    }

    fn activity(&self) -> Activity {
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

    fn metrics(&self) -> Vec<ActorMetrics> {
        self.slots().iter().map(|slot| slot.metrics()).collect()
    }

    // Who is where.

    fn slots(&self) -> Vec<Arc<Slot<P>>> {
        let children = self.children.read().unwrap_or_else(PoisonError::into_inner);
        self.residents.iter().flatten().chain(children.by_slot.values()).cloned().collect()
    }

    fn slot_number(&self, slot: u32) -> Option<Arc<Slot<P>>> {
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

    fn begin_resident(self: &Arc<Self>, slot: &Arc<Slot<P>>) {
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
        for input in remains.unread {
            if let Input::Message(envelope) = input {
                self.bury(slot, DeadLetter::ReceiverEnded, &envelope);
            }
        }
        for child in remains.kin.children.iter().rev() {
            if let Some(child) = self.slot_number(child.slot()) {
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
    fn restart_soon(self: &Arc<Self>, slot: &Arc<Slot<P>>) {
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
            None => tracing::debug!(%to, "a message to an address that nobody ever had"),
        }
    }

    #[inline]
    fn deliver_at(self: &Arc<Self>, slot: &Arc<Slot<P>>, envelope: Envelope<P::Message>) {
        match slot.bring(Waiting { input: Input::Message(envelope), arm: 0 }, None) {
            Brought::Queued => {}
            Brought::NoActor(input) => self.bury_input(slot, DeadLetter::Undeliverable, &input),
            Brought::Dropped(input) => self.bury_input(slot, DeadLetter::MailboxFull, &input),
            Brought::Refused(input) => {
                self.bury_input(slot, DeadLetter::MailboxFull, &input);
                if let Input::Message(envelope) = input {
                    let told = Signal::Refused { by: slot.address, message: envelope.id };
                    self.signal(slot.address, envelope.from, None, told);
                }
            }
        }
    }

    fn bury_input(&self, slot: &Slot<P>, reason: DeadLetter, input: &Input<P>) {
        if let Input::Message(envelope) = input {
            self.bury(slot, reason, envelope);
        }
    }

    #[cold]
    #[expect(clippy::unused_self, reason = "what a node does with dead letters is the node's")]
    fn bury(&self, slot: &Slot<P>, reason: DeadLetter, envelope: &Envelope<P::Message>) {
        slot.counters.dead_letter();
        tracing::debug!(path = %slot.path, from = %envelope.from, ?reason, "a message goes nowhere");
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
