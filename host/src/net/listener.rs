//! The listening side: whoever connects introduces itself, or is shown out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rehearsal_protocol::{NodeId, Protocol};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::endpoint::Endpoint;
use super::frame::{Pong, Said, decoded, encoded};
use super::handshake;
use super::terms::{Bounds, Terms};
use super::wire::{Wire, wire};

/// After an error of the listener itself (no descriptors left, for instance) it waits so long.
const BREATH: Duration = Duration::from_millis(100);

pub(crate) async fn listen<P: Protocol, E: Endpoint<P>>(node: Arc<E>, listener: TcpListener, terms: Terms) {
    let strangers = Arc::new(Semaphore::new(terms.bounds.strangers));
    loop {
        match listener.accept().await {
            Ok((stream, from)) => match strangers.clone().try_acquire_owned() {
                Ok(stranger) => node.run(receive(node.clone(), terms.clone(), stream, from, stranger)),
                Err(_) => tracing::warn!(%from, "closed at once: too many connections without a handshake"),
            },
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

async fn receive<P: Protocol, E: Endpoint<P>>(
    node: Arc<E>,
    terms: Terms,
    stream: TcpStream,
    from: SocketAddr,
    stranger: OwnedSemaphorePermit,
) {
    let Terms { passport, bounds } = terms;
    let mut wire = wire(stream);
    let peer = match timeout(bounds.patience, handshake::receive(&mut wire, &passport)).await {
        Ok(Ok(peer)) => peer,
        Ok(Err(error)) => return tracing::warn!(%from, %error, "a connection is refused"),
        Err(_) => return tracing::warn!(%from, "a connection is refused: it does not introduce itself"),
    };
    drop(stranger);
    wire.codec_mut().allow(bounds.frame);
    node.link_from(peer);
    let why = hear(&node, &mut wire, peer, bounds).await;
    tracing::info!(node = node.name_of(peer), why, "a connection from it is over");
}

/// Hears frames until the connection is over; says why it is.
async fn hear<P: Protocol, E: Endpoint<P>>(
    node: &Arc<E>,
    wire: &mut Wire,
    peer: NodeId,
    bounds: Bounds,
) -> String {
    loop {
        // A peer that is there pings, so silence means that it is not.
        let payload = match timeout(bounds.ping * 4, wire.next()).await {
            Err(_) => return "the peer is silent: it is half open".to_owned(),
            Ok(None) => return "the peer closed it".to_owned(),
            Ok(Some(Err(error))) => return error.to_string(),
            Ok(Some(Ok(payload))) => payload,
        };
        match decoded::<Said<P>>(&payload) {
            Ok(Said::Frame(frame)) => node.arrived(frame, peer),
            Ok(Said::Ping(number)) => {
                let pong = encoded(&Pong(number)).expect("a number can be encoded");
                match timeout(bounds.patience, wire.send(pong)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return error.to_string(),
                    Err(_) => return "the peer does not read".to_owned(),
                }
            }
            Err(error) => return format!("the peer said what this protocol does not: {error}"),
        }
    }
}
