//! The dialling side: a bounded queue to each peer, and a task that keeps a connection.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rehearsal_protocol::{NodeId, Protocol};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, timeout};

use super::endpoint::Endpoint;
use super::frame::{Frame, Pong, Said, decoded, encoded};
use super::handshake::{self, Failed};
use super::terms::{Bounds, Terms};
use super::wire::{Wire, wire};

/// The links of a node to all others.
pub(crate) struct Links<P: Protocol> {
    terms: Terms,
    peers: Vec<Option<Link>>,
    /// How many frames wait, or are in a connection that is not flushed.
    outgoing: Arc<AtomicUsize>,
    protocol: PhantomData<fn() -> P>,
}

struct Link {
    place: SocketAddr,
    /// Made with the first frame.
    queue: OnceLock<Sender<Outgoing>>,
    /// Whether the overflow that lasts was told.
    overflowing: AtomicBool,
}

struct Outgoing {
    payload: Vec<u8>,
    since: Instant,
}

impl<P: Protocol> Links<P> {
    pub(crate) fn new(terms: Terms, peers: Vec<Option<SocketAddr>>) -> Self {
        let link = |place| Link { place, queue: OnceLock::new(), overflowing: AtomicBool::new(false) };
        let peers = peers.into_iter().map(|peer| peer.map(link)).collect();
        let outgoing = Arc::new(AtomicUsize::new(0));
        Self { terms, peers, outgoing, protocol: PhantomData }
    }

    pub(crate) fn outgoing(&self) -> usize {
        self.outgoing.load(Ordering::Relaxed)
    }

    /// Waits until nothing waits to be sent, but no longer than that.
    pub(crate) async fn drained(&self, until: Instant) {
        while self.outgoing() > 0 && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Puts a frame into the queue to a node. It never waits: where there is no room, the frame is dropped.
    pub(crate) fn send<E: Endpoint<P>>(&self, node: &Arc<E>, to: NodeId, frame: Frame<P>) {
        let Some(Some(link)) = self.peers.get(to.index()) else {
            tracing::debug!(node = node.name_of(to), "a frame to a node whose place is not known");
            return;
        };
        let payload = match encoded(&Said::Frame(frame)) {
            Ok(payload) if payload.len() <= self.terms.bounds.frame => payload,
            Ok(payload) => {
                let (length, bound) = (payload.len(), self.terms.bounds.frame);
                return tracing::warn!(
                    node = node.name_of(to),
                    length,
                    bound,
                    "a frame is too long, and dropped"
                );
            }
            Err(error) => return tracing::error!(%error, "a message cannot be encoded, and is dropped"),
        };
        let queue = link.queue.get_or_init(|| self.dial(node, to, link.place));
        self.outgoing.fetch_add(1, Ordering::Relaxed);
        match queue.try_send(Outgoing { payload, since: Instant::now() }) {
            Ok(()) => link.overflowing.store(false, Ordering::Relaxed),
            Err(_) => {
                self.outgoing.fetch_sub(1, Ordering::Relaxed);
                if !link.overflowing.swap(true, Ordering::Relaxed) {
                    let bound = self.terms.bounds.queue;
                    tracing::warn!(
                        node = node.name_of(to),
                        bound,
                        "the queue is full: the newest frames are dropped"
                    );
                }
            }
        }
    }

    fn dial<E: Endpoint<P>>(&self, node: &Arc<E>, to: NodeId, address: SocketAddr) -> Sender<Outgoing> {
        let (queue, frames) = channel(self.terms.bounds.queue);
        let dialler = Dialler {
            node: Arc::downgrade(node),
            name: node.name_of(to).to_owned(),
            to,
            address,
            terms: self.terms.clone(),
            outgoing: self.outgoing.clone(),
            boot: None,
            failures: 0,
            protocol: PhantomData,
        };
        node.run(dialler.keep(frames));
        queue
    }
}

/// Keeps a connection to one node.
struct Dialler<P: Protocol, E: Endpoint<P>> {
    node: Weak<E>,
    name: String,
    to: NodeId,
    address: SocketAddr,
    terms: Terms,
    outgoing: Arc<AtomicUsize>,
    /// The boot of the peer that was seen last.
    boot: Option<u32>,
    /// Attempts that failed in a row.
    failures: u32,
    protocol: PhantomData<fn() -> P>,
}

impl<P: Protocol, E: Endpoint<P>> Dialler<P, E> {
    async fn keep(mut self, mut frames: Receiver<Outgoing>) {
        loop {
            match self.connect().await {
                Ok(mut connection) => {
                    self.failures = 0;
                    let why = self.carry(&mut connection, &mut frames).await;
                    tracing::info!(node = self.name, why, "the link is down");
                }
                Err(error) if self.failures == 0 => {
                    tracing::info!(node = self.name, address = %self.address, %error, "cannot connect; trying on");
                    self.failures += 1;
                }
                Err(_) => self.failures = self.failures.saturating_add(1),
            }
            tokio::time::sleep(self.wait()).await;
        }
    }

    /// Doubles with each failure, with up to a half taken off so that many diallers do not come at once.
    fn wait(&self) -> Duration {
        let Bounds { least_wait, greatest_wait, .. } = self.terms.bounds;
        let wait = least_wait.saturating_mul(1 << self.failures.min(16)).min(greatest_wait);
        let spread = u32::from(crc32fast::hash(&[
            self.failures as u8,
            self.terms.passport.node.0 as u8,
            self.to.0 as u8,
        ]) as u8);
        wait.saturating_sub(wait * spread / 512)
    }

    async fn connect(&mut self) -> Result<Wire, Failed> {
        let patience = self.terms.bounds.patience;
        let slow = |_| Failed::Broken(std::io::ErrorKind::TimedOut.into());
        let stream = timeout(patience, TcpStream::connect(self.address)).await.map_err(slow)?;
        let mut wire = wire(stream.map_err(Failed::Broken)?);
        let boot = timeout(patience, handshake::dial(&mut wire, &self.terms.passport, self.to))
            .await
            .map_err(slow)??;
        wire.codec_mut().allow(self.terms.bounds.frame);
        let anew = self.boot.replace(boot).is_some_and(|before| before != boot);
        if let Some(node) = self.node.upgrade() {
            node.link_up(self.to, anew);
        }
        tracing::info!(node = self.name, boot, "the link is up");
        Ok(wire)
    }

    /// Carries frames until the connection breaks; says why it did.
    async fn carry(&mut self, wire: &mut Wire, frames: &mut Receiver<Outgoing>) -> String {
        let mut heard = Instant::now();
        let mut next_ping = heard + self.terms.bounds.ping;
        let mut pings = 0;
        loop {
            let sent = tokio::select! {
                biased;
                said = wire.next() => match said.map(|said| said.map(|payload| decoded::<Pong>(&payload))) {
                    None => return "the peer closed it".to_owned(),
                    Some(Err(error)) => return error.to_string(),
                    Some(Ok(Err(error))) => return format!("the peer said what this protocol does not: {error}"),
                    Some(Ok(Ok(Pong(_)))) => {
                        heard = Instant::now();
                        continue;
                    }
                },
                frame = frames.recv() => match frame {
                    None => return "the node stops".to_owned(),
                    Some(first) => self.send(wire, first, frames).await,
                },
                () = tokio::time::sleep_until(next_ping) => {
                    next_ping += self.terms.bounds.ping;
                    if heard.elapsed() > self.terms.bounds.ping * 3 {
                        return "the peer is silent: it is half open".to_owned();
                    }
                    pings += 1;
                    let ping = encoded(&Said::<P>::Ping(pings)).expect("a number can be encoded");
                    self.patiently(wire.send(ping)).await
                }
            };
            if let Err(why) = sent {
                return why;
            }
        }
    }

    /// Sends a frame and all that wait behind it, with one flush.
    async fn send(
        &self,
        wire: &mut Wire,
        first: Outgoing,
        frames: &mut Receiver<Outgoing>,
    ) -> Result<(), String> {
        let mut taken = 0;
        let sending = async {
            let mut next = Some(first);
            while let Some(frame) = next {
                taken += 1;
                if frame.since.elapsed() < self.terms.bounds.stale {
                    wire.feed(frame.payload).await?;
                }
                next = if taken < BATCH { frames.try_recv().ok() } else { None };
            }
            wire.flush().await
        };
        let sent = self.patiently(sending).await;
        self.outgoing.fetch_sub(taken, Ordering::Relaxed);
        sent
    }

    async fn patiently(&self, sending: impl Future<Output = std::io::Result<()>>) -> Result<(), String> {
        match timeout(self.terms.bounds.patience, sending).await {
            Ok(sent) => sent.map_err(|error| error.to_string()),
            Err(_) => Err("the peer does not read".to_owned()),
        }
    }
}

/// How many frames share a flush.
const BATCH: usize = 256;
