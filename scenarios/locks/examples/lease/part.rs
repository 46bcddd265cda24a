//! One node of the lease lock: what its process does.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rehearsal_host::disk::LogDisk;
use rehearsal_host::fact_log::FactLog;
use rehearsal_host::facts::{Announced, Facts};
use rehearsal_host::{Node, Settings, System};
use rehearsal_locks::lease::{Client, Fact, Lease, Lock, Resource, Variant};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// The nodes, by their numbers.
pub(crate) const NODES: [&str; 3] = ["db", "client-1", "client-2"];
/// What a process says when its node runs.
pub(crate) const STARTED: &str = "the node has started";
/// What a process says when its client has done all its rounds.
pub(crate) const FINISHED: &str = "the client has finished";

/// What one process needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The name of its node.
    pub(crate) node: String,
    /// Where its disk and its facts are.
    pub(crate) folder: PathBuf,
    /// Where each node listens, by their numbers.
    pub(crate) ports: Vec<u16>,
    /// How often a client takes the lock.
    pub(crate) rounds: u32,
    /// How often it writes each time.
    pub(crate) writes: u32,
}

impl Part {
    /// Runs the node until stdin is closed, and then stops it in good order.
    ///
    /// # Errors
    ///
    /// What its start could not do, or why it cannot go on.
    pub(crate) fn play(&self) -> Result<(), Box<dyn Error>> {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?
            .block_on(self.run())
    }

    async fn run(&self) -> Result<(), Box<dyn Error>> {
        let system = self.system();
        let finished = Arc::new(Notify::new());
        let log = FactLog::open(&system, &self.node, self.facts())?;
        let places = NODES
            .iter()
            .zip(&self.ports)
            .map(|(name, port)| (*name, SocketAddr::from((Ipv4Addr::LOCALHOST, *port))));
        let places: BTreeMap<&str, SocketAddr> = places.collect();
        let own = places.get(&*self.node).ok_or_else(|| format!("there is no node `{}`", self.node))?;
        let settings = Settings {
            listener: Some(listen(*own).await?),
            peers: places.iter().map(|(name, place)| ((*name).to_owned(), *place)).collect(),
            disk: Arc::new(LogDisk::open(self.disk())?),
            facts: Some(Arc::new(Told { log, finished: finished.clone() })),
            ..Settings::default()
        };
        let node = Node::start(&system, &self.node, settings)?;
        say(STARTED);
        let mut closed = std::pin::pin!(stdin_closed());
        loop {
            tokio::select! {
                () = &mut closed => break,
                () = finished.notified() => say(FINISHED),
                why = node.failed() => return Err(why.into()),
            }
        }
        node.stop(Duration::from_millis(100)).await; // Actors of this protocol do not ask for more.
        Ok(())
    }

    /// The same description in every process, placed as in the scenario `lease`: its monitors know the addresses.
    fn system(&self) -> System<Lease> {
        let mut system = System::new("lease", 1);
        let mut db = system.node(NODES[0]);
        let lock = db.actor("lock", Lock::new(Variant::Reference));
        let resource = db.actor("resource", Resource::new(Variant::Reference));
        for name in &NODES[1..] {
            let client = Client::new(lock, resource, self.rounds, self.writes, Variant::Reference);
            system.node(name).actor("client", client);
        }
        system
    }

    /// Its log of facts.
    pub(crate) fn facts(&self) -> PathBuf {
        self.folder.join(format!("{}.jsonl", self.node))
    }

    /// Its disk.
    pub(crate) fn disk(&self) -> PathBuf {
        self.folder.join(format!("{}.disk", self.node))
    }
}

/// As words of a command line, and back.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ports: Vec<String> = self.ports.iter().map(u16::to_string).collect();
        let Self { node, folder, rounds, writes, .. } = self;
        write!(f, "{node} {} {rounds} {writes} {}", ports.join(","), folder.display())
    }
}

impl std::str::FromStr for Part {
    type Err = Box<dyn Error>;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.splitn(5, ' ').collect();
        let [node, ports, rounds, writes, folder] = words[..] else {
            return Err("a part has five words".into());
        };
        let ports = ports.split(',').map(str::parse).collect::<Result<_, _>>()?;
        let (rounds, writes) = (rounds.parse()?, writes.parse()?);
        Ok(Self { node: node.to_owned(), folder: folder.into(), ports, rounds, writes })
    }
}

/// A log that also tells when a client has finished.
struct Told {
    log: FactLog,
    finished: Arc<Notify>,
}

impl Facts<Lease> for Told {
    fn keep(&self, announced: &Announced<'_, Fact>) {
        Facts::<Lease>::keep(&self.log, announced);
        if let Fact::Finished { .. } = announced.fact {
            self.finished.notify_one();
        }
    }

    fn wants_clocks(&self) -> bool {
        Facts::<Lease>::wants_clocks(&self.log)
    }

    fn close(&self) {
        Facts::<Lease>::close(&self.log);
    }
}

/// The port may still be in use for a moment by what came before.
async fn listen(place: SocketAddr) -> std::io::Result<TcpListener> {
    let begun = Instant::now();
    loop {
        match TcpListener::bind(place).await {
            Err(_) if begun.elapsed() < Duration::from_secs(10) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            bound => return bound,
        }
    }
}

/// Whoever started this process closes its stdin, or has died: either way it is time to stop.
async fn stdin_closed() {
    let (closed, told) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = closed.send(());
    });
    let _ = told.await;
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    let said = writeln!(out, "{what}").and_then(|()| out.flush());
    said.unwrap_or_else(|error| eprintln!("nobody listens: {error}"));
}
