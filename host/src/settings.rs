//! How a node runs: where it talks and listens, what it keeps, what time and chance are.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rehearsal_protocol::time::nanos;
use rehearsal_protocol::{Incarnation, Protocol, Time};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::disk::{Disk, MemoryDisk};
use crate::facts::Facts;
use crate::net::Bounds;

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

/// Random bits that differ from run to run.
pub(crate) fn from_the_system() -> MakeDraws {
    let start = RandomState::new();
    Arc::new(move |path, incarnation| Box::new(Mix(start.hash_one((path, incarnation)))))
}
