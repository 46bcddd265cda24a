//! One process of a system: it starts, is looked at, and stops.

mod inner;
mod mail;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;

use rehearsal_protocol::{Address, Exit, Input, Protocol, Signal};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::disk::RESERVED_AT_BOOT;
use crate::error::Error;
use crate::facts;
use crate::metrics::{Activity, ActorMetrics};
use crate::net::{self, Links, listener};
use crate::settings::{Settings, from_the_system};
use crate::slot::{Slot, Waiting};
use crate::system::{Role, System};
use crate::watchdog::Watchdog;

pub(crate) use inner::Inner;
use inner::{Children, Parts};

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
