//! The stage `madsim`: the host with its mailboxes, selects, sockets and restarts, over simulated time and a simulated network.
//!
//! The source of the host is the same; only its tokio is madsim's. What goes wrong is planned as in the world, from the same seed,
//! and carried out by madsim: nodes are killed, restarted and paused, links clogged, packets lost and late.

#[cfg(not(madsim))]
compile_error!("build this in the folder host/madsim, whose .cargo/config.toml sets --cfg madsim");

mod disk;
mod faults;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use madsim::Config;
use madsim::runtime::{Handle, Runtime};
use rehearsal::stage::{Encoded, Stage, StageRun, StageSpec, Staged};
use rehearsal_host::metrics::Activity;
use rehearsal_host::net::Bounds;
use rehearsal_host::node::View;
use rehearsal_host::scenario::{Court, Patience, Surroundings, quiet, start, system, together};
use rehearsal_host::settings::Clock;
use rehearsal_host::{Node, System};
use rehearsal_protocol::Time;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use disk::SimulatedDisk;
use faults::Faults;

/// The stage `madsim`.
pub static MADSIM: Madsim = Madsim;

/// All stages of this build beside the world.
pub static STAGES: &[&dyn Stage] = &[&rehearsal_cli::TOKIO, &MADSIM];

/// See [`MADSIM`].
#[derive(Debug)]
pub struct Madsim;

const PORT: u16 = 7000;

/// What suits a network whose connections madsim breaks: a peer that is gone is noticed within the bounds of the scenarios. A frame may wait for
/// longer than a lease lasts: otherwise nothing could come too late, and no fence would be needed.
const BOUNDS: Bounds = Bounds {
    frame: 1 << 20,
    queue: 4096,
    stale: Duration::from_millis(1600),
    patience: Duration::from_secs(1),
    ping: Duration::from_millis(250),
    least_wait: Duration::from_millis(10),
    greatest_wait: Duration::from_millis(200),
    strangers: 64,
};

impl Stage for Madsim {
    fn name(&self) -> &'static str {
        "madsim"
    }

    fn sentence(&self) -> &'static str {
        "the real host over simulated sockets and time: from a seed, with faults"
    }

    fn is_deterministic(&self) -> bool {
        true
    }

    fn has_faults(&self) -> bool {
        true
    }

    fn run(&self, staged: Staged, spec: &StageSpec) -> Result<StageRun, String> {
        let runtime = Runtime::with_seed_and_config(spec.seed, Config::default());
        runtime.block_on(run(staged, *spec))
    }
}

/// One node of the scenario, as this stage sees it.
pub(crate) struct Place {
    id: madsim::task::NodeId,
    disk: Arc<SimulatedDisk>,
    /// The node that runs there now, if one does.
    tenant: Arc<Mutex<Option<Tenant>>>,
    /// Turns of earlier boots.
    before: Mutex<u64>,
}

/// A node that runs.
struct Tenant {
    view: View<Encoded>,
    /// The paths of actors to kill: from inside, for tasks belong to the node in which they are started.
    kills: UnboundedSender<Arc<str>>,
}

impl Place {
    fn activity(&self) -> Activity {
        let tenant = self.tenant.lock().unwrap_or_else(PoisonError::into_inner);
        let mut activity = tenant.as_ref().and_then(|tenant| tenant.view.activity()).unwrap_or_default();
        activity.turns += *self.before.lock().unwrap_or_else(PoisonError::into_inner);
        activity
    }

    /// The node crashes: its tasks are gone, and what it had not synced, all or some of it.
    pub(crate) fn crash(&self, simulation: &Handle) {
        let turns = self.activity().turns;
        simulation.kill(self.id);
        *self.tenant.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.before.lock().unwrap_or_else(PoisonError::into_inner) = turns;
        self.disk.crash();
    }

    /// The paths of the actors that are alive there.
    pub(crate) fn living(&self) -> Vec<Arc<str>> {
        let tenant = self.tenant.lock().unwrap_or_else(PoisonError::into_inner);
        let actors = tenant.as_ref().map(|tenant| tenant.view.metrics()).unwrap_or_default();
        actors.into_iter().filter(|actor| actor.alive).map(|actor| actor.path).collect()
    }

    /// Kills an actor.
    pub(crate) fn kill(&self, path: Arc<str>) {
        if let Some(tenant) = &*self.tenant.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = tenant.kills.send(path); // If the node is about to end, so is the actor.
        }
    }

    pub(crate) fn restart(&self, simulation: &Handle) {
        simulation.restart(self.id);
    }
}

fn address(node: usize) -> SocketAddr {
    SocketAddr::new(ip(node), PORT)
}

fn ip(node: usize) -> IpAddr {
    Ipv4Addr::new(10, 0, (node / 250) as u8, (node % 250 + 1) as u8).into()
}

async fn run(staged: Staged, spec: StageSpec) -> Result<StageRun, String> {
    let plan = staged.plan(spec.profile, spec.seed);
    let Staged { topology, actors, judge } = staged;
    let system = Arc::new(system(spec.scenario, &topology, actors));
    let clock = Clock::from_now();
    let court = Court::of(judge, (!plan.faulty).then_some(Time::ZERO));
    let simulation = Handle::current();
    let peers: BTreeMap<String, SocketAddr> =
        system.nodes().enumerate().map(|(node, name)| (name.to_owned(), address(node))).collect();
    let mut places = Vec::new();
    for (number, name) in system.nodes().enumerate() {
        let offset = Duration::from_nanos(plan.clocks[number].offset);
        places.push(place(
            &simulation,
            number,
            Booting {
                system: system.clone(),
                name: name.to_owned(),
                peers: peers.clone(),
                court: court.clone(),
                seed: spec.seed,
                clock: clock.ahead(offset),
                disk: Arc::new(SimulatedDisk::default()),
                tenant: Arc::default(),
            },
        ));
    }
    let faults = Faults::of(&plan, &topology, spec.seed);
    faults.carry_out(&simulation, &places).await;
    let shows = || clock.shows(madsim::time::Instant::now());
    if plan.faulty {
        court.heal(shows());
    }
    let patience = Patience {
        look: Duration::from_millis(20),
        quiet: Duration::from_millis(1500),
        horizon: topology.horizon.map(Duration::from_nanos),
        limit: topology.limits.virtual_time,
    };
    let activity = || together(places.iter().map(Place::activity));
    let end = quiet(activity, &court, patience).await;
    let mut run = court.close(shows(), end, activity().turns)?;
    for place in &places {
        simulation.kill(place.id); // Tasks that still wait would outlive the simulation.
    }
    run.faults = faults.in_words(&topology);
    run.left_out = faults.left_out();
    Ok(run)
}

/// What a node needs each time that it starts.
#[derive(Clone)]
struct Booting {
    system: Arc<System<Encoded>>,
    name: String,
    peers: BTreeMap<String, SocketAddr>,
    court: Arc<Court>,
    seed: u64,
    clock: Clock,
    disk: Arc<SimulatedDisk>,
    tenant: Arc<Mutex<Option<Tenant>>>,
}

fn place(simulation: &Handle, number: usize, booting: Booting) -> Place {
    let (disk, tenant) = (booting.disk.clone(), booting.tenant.clone());
    let boot = move || {
        let booting = booting.clone();
        async move {
            let (node, mut kills) = booting.boot().await;
            while let Some(path) = kills.recv().await {
                node.kill(&path);
            }
        }
    };
    let node = simulation.create_node().name(format!("node-{number}")).ip(ip(number)).init(boot).build();
    Place { id: node.id(), disk, tenant, before: Mutex::new(0) }
}

impl Booting {
    async fn boot(self) -> (Node<Encoded>, UnboundedReceiver<Arc<str>>) {
        let listener =
            TcpListener::bind(("0.0.0.0", PORT)).await.expect("the port of a simulated node is free");
        let surroundings = Surroundings {
            seed: self.seed,
            disk: self.disk,
            clock: self.clock,
            bounds: BOUNDS,
            turn_limit: None,
        };
        let node = start(&self.system, &self.name, listener, self.peers, self.court, surroundings)
            .expect("a node of the scenario starts");
        let (kills, to_kill) = unbounded_channel();
        let tenant = Tenant { view: node.view(), kills };
        *self.tenant.lock().unwrap_or_else(PoisonError::into_inner) = Some(tenant);
        (node, to_kill)
    }
}
