//! The stage `tokio`: real threads, real time, real sockets on loopback, and no faults but those that the machine brings.

use std::sync::Arc;
use std::time::Duration;

use rehearsal::stage::{Stage, StageRun, StageSpec, Staged};
use rehearsal_protocol::Time;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::time::Instant;

use super::{Court, Patience, Surroundings, quiet, start, system, together};
use crate::disk::MemoryDisk;
use crate::net::Bounds;
use crate::settings::Clock;

/// The stage `tokio`.
pub static TOKIO: Tokio = Tokio;

/// See [`TOKIO`].
#[derive(Debug)]
pub struct Tokio;

impl Stage for Tokio {
    fn name(&self) -> &'static str {
        "tokio"
    }

    fn sentence(&self) -> &'static str {
        "for real: a task for each actor, nodes connected over loopback; no faults, and no two runs alike"
    }

    fn is_deterministic(&self) -> bool {
        false
    }

    fn has_faults(&self) -> bool {
        false
    }

    fn run(&self, staged: Staged, spec: &StageSpec) -> Result<StageRun, String> {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.map_err(|error| format!("no runtime: {error}"))?.block_on(run(staged, spec))
    }
}

async fn run(staged: Staged, spec: &StageSpec) -> Result<StageRun, String> {
    let Staged { topology, actors, judge } = staged;
    let patience = Patience {
        look: Duration::from_millis(2),
        quiet: Duration::from_millis(60),
        horizon: topology.horizon.map(Duration::from_nanos),
        limit: topology.limits.virtual_time.min(LONGEST),
    };
    let system = system(spec.scenario, &topology, actors);
    let mut places = Vec::new();
    for name in system.nodes() {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| format!("no port: {error}"))?;
        let address = listener.local_addr().map_err(|error| format!("no port: {error}"))?;
        places.push((name.to_owned(), listener, address));
    }
    let peers = places.iter().map(|(name, _, address)| (name.clone(), *address)).collect();
    let clock = Clock::from_now();
    let court = Court::of(judge, Some(Time::ZERO));
    let mut nodes = Vec::new();
    for (name, listener, _) in places {
        let surroundings = Surroundings {
            seed: spec.seed,
            disk: Arc::new(MemoryDisk::default()),
            clock,
            bounds: Bounds::default(),
            turn_limit: Some(Duration::from_secs(1)),
        };
        let peers = std::collections::BTreeMap::clone(&peers);
        nodes.push(start(&system, &name, listener, peers, court.clone(), surroundings)?);
    }
    let activity = || together(nodes.iter().map(crate::Node::activity));
    let end = quiet(activity, &court, patience).await;
    let (at, turns) = (clock.shows(Instant::now()), activity().turns);
    court.close(at, end, turns)
}

/// No run takes longer in real time.
const LONGEST: Duration = Duration::from_secs(60);
