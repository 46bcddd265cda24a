//! One process of a system: it starts, is looked at, and stops.

mod resident;

use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use rehearsal_protocol::{Address, Exit, Input, NodeId, Protocol, Signal};
use tokio::time::Instant;

use crate::error::Error;
use crate::facts::Keeper;
use crate::kernel::{Directory, Kernel, Lives, Parts};
use crate::metrics::{Activity, ActorMetrics};
use crate::net::{self, Links, Passport, Terms};
use crate::settings::{Settings, from_the_system};
use crate::slot::{Slot, Waiting};
use crate::system::{Role, System};
use crate::watchdog::Watchdog;

/// A node of a system, running in this process.
///
/// Dropping it ends all its tasks at once, as a crash would; [`Node::stop`] ends them in good order.
pub struct Node<P: Protocol> {
    kernel: Arc<Kernel<P>>,
    listening: Option<SocketAddr>,
    _watchdog: Option<Watchdog>,
}

/// A view of a node that may be gone.
pub struct View<P: Protocol>(Weak<Kernel<P>>);

impl<P: Protocol> View<P> {
    /// What the node is busy with; `None` if it is gone.
    pub fn activity(&self) -> Option<Activity> {
        self.0.upgrade().map(|kernel| kernel.activity())
    }

    /// What each of its actors did; nothing if it is gone.
    pub fn metrics(&self) -> Vec<ActorMetrics> {
        self.0.upgrade().map(|kernel| kernel.metrics()).unwrap_or_default()
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
        let peers = places(system, &settings)?;
        let boot = settings.disk.boot().map_err(Error::file("disk", "written"))?;
        let nodes = system.nodes.len();
        let ours = Passport {
            system: system.name.clone(),
            version: system.version,
            node: id,
            boot: boot.number,
            nodes: nodes as u32,
        };
        let terms = Terms { passport: Arc::new(ours), bounds: settings.bounds };
        let roles = system.residents.iter().map(|resident| resident.role.clone()).collect();
        let kernel = Arc::new(Kernel::of(Parts {
            id,
            names: system.nodes.clone(),
            directory: Directory::of(id, residents(system, id)),
            lives: Lives::of(boot, resident::beginner(roles)),
            links: Links::new(terms.clone(), peers),
            disk: settings.disk,
            facts: Keeper::of(settings.facts, id, nodes, boot.number),
            clock: settings.clock,
            make_draws: settings.draws.unwrap_or_else(from_the_system),
        }));
        let listening = settings.listener.as_ref().and_then(|listener| listener.local_addr().ok());
        if let Some(listener) = settings.listener {
            kernel.run(net::listen(kernel.clone(), listener, terms));
        }
        let watchdog = settings.turn_limit.map(|limit| watch_turns(&kernel, limit));
        for slot in kernel.directory().residents() {
            kernel.begin_resident(slot);
        }
        Ok(Self { kernel, listening, _watchdog: watchdog })
    }

    /// Where it listens, if it does.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.listening
    }

    /// What it is busy with.
    pub fn activity(&self) -> Activity {
        self.kernel.activity()
    }

    /// What each of its actors did.
    pub fn metrics(&self) -> Vec<ActorMetrics> {
        self.kernel.metrics()
    }

    /// Ends the actor of a path at once; if nobody spawned it, it starts again as after a panic. `false` if nobody lives there. Tasks are
    /// started from here, so this is called on the node's own runtime.
    pub fn kill(&self, path: &str) -> bool {
        let Some(slot) = self.kernel.directory().all().into_iter().find(|slot| &*slot.path == path) else {
            return false;
        };
        let alive = slot.living().is_some();
        self.kernel.end(&slot, None, Exit::Killed);
        self.kernel.restart_soon(&slot);
        alive
    }

    /// A view of it from elsewhere, that does not keep it running.
    pub fn view(&self) -> View<P> {
        View(Arc::downgrade(&self.kernel))
    }

    /// Waits until the node cannot go on: its disk failed. What its actors asked to be durable may not be, so none of them is told
    /// that it is.
    pub async fn failed(&self) -> String {
        self.kernel.tasks().failed().await.unwrap_or_else(|| "the node was stopped".to_owned())
    }

    /// Stops in good order: every actor is asked to end, the last placed first, and has so long to do it. Then all tasks are ended; none is left
    /// when this returns.
    pub async fn stop(self, within: Duration) -> Stopped {
        let kernel = &self.kernel;
        let residents: Vec<&Arc<Slot<P>>> = kernel.directory().residents().collect();
        kernel.wind_up();
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
            kernel.end(slot, None, Exit::Killed);
        }
        kernel.links().drained(until).await;
        let _ = kernel.disk().sync().await; // What was written reaches the disk in the end.
        kernel.tasks().stop();
        kernel.tasks().ended().await;
        kernel.facts().close();
        Stopped { forced }
    }
}

/// How often a stopping node looks whether its actors have ended.
const STOP_LOOK: Duration = Duration::from_millis(1);

impl<P: Protocol> Drop for Node<P> {
    fn drop(&mut self) {
        self.kernel.tasks().stop();
    }
}

/// Where the peers listen, by their numbers.
fn places<P: Protocol>(system: &System<P>, settings: &Settings<P>) -> Result<Vec<Option<SocketAddr>>, Error> {
    let mut places = vec![None; system.nodes.len()];
    for (name, address) in &settings.peers {
        let peer = system.id(name).ok_or_else(|| Error::NoSuchPeer {
            name: name.clone(),
            system: system.name.to_string(),
            known: system.known(),
        })?;
        places[peer.index()] = Some(*address);
    }
    Ok(places)
}

/// A slot for each path of the description that is on this node.
fn residents<P: Protocol>(system: &System<P>, node: NodeId) -> Vec<Option<Arc<Slot<P>>>> {
    let slots = system.residents.iter().enumerate().map(|(slot, resident)| {
        let is_vacant = matches!(resident.role, Role::Vacant);
        assert!(!is_vacant, "`{}` was declared and never placed", resident.path);
        let address = Address::new(resident.node, slot as u32);
        (resident.node == node).then(|| Arc::new(Slot::new(address, resident.path.clone())))
    });
    slots.collect()
}

fn watch_turns<P: Protocol>(kernel: &Arc<Kernel<P>>, limit: Duration) -> Watchdog {
    let node = Arc::downgrade(kernel);
    Watchdog::start(kernel.serial(), limit, move |slot| {
        let Some(node) = node.upgrade() else { return };
        let path = node.directory().find(slot).map_or_else(|| "?".into(), |slot| slot.path.clone());
        tracing::error!(%path, ?limit, "a turn blocks its thread: actors never wait");
    })
}
