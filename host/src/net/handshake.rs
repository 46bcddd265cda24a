//! The first payloads of a connection: who is there, and whether it belongs here.

use std::io;

use futures_util::{SinkExt, StreamExt};
use rehearsal_protocol::NodeId;
use serde::{Deserialize, Serialize};

use super::frame::{decoded, encoded};
use super::terms::Passport;
use super::wire::Wire;

/// The version of everything that is said on a connection.
pub(crate) const WIRE_VERSION: u32 = 2;

const MAGIC: [u8; 4] = *b"RHSL";

/// What the dialling side says first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hello {
    magic: [u8; 4],
    wire: u32,
    system: String,
    version: u32,
    nodes: u32,
    from: NodeId,
    to: NodeId,
    boot: u32,
}

/// What the listening side answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Answer {
    Welcome { boot: u32 },
    Refused { why: String },
}

/// Why a handshake failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error("the connection broke: {0}")]
    Broken(io::Error),
    #[error("it closed the connection")]
    Closed,
    #[error("it does not speak this protocol: {0}")]
    Garbage(String),
    #[error("{0}")]
    Refused(String),
}

/// Introduces this node to a peer; returns the peer's boot.
pub(crate) async fn dial(wire: &mut Wire, ours: &Passport, to: NodeId) -> Result<u32, Failed> {
    let hello = Hello {
        magic: MAGIC,
        wire: WIRE_VERSION,
        system: ours.system.to_string(),
        version: ours.version,
        nodes: ours.nodes,
        from: ours.node,
        to,
        boot: ours.boot,
    };
    say(wire, &hello).await?;
    match hear(wire).await? {
        Answer::Welcome { boot } => Ok(boot),
        Answer::Refused { why } => Err(Failed::Refused(why)),
    }
}

/// Hears who dials; returns its node.
pub(crate) async fn receive(wire: &mut Wire, ours: &Passport) -> Result<NodeId, Failed> {
    let hello: Hello = hear(wire).await?;
    if hello.magic != MAGIC {
        return Err(Failed::Garbage("its first bytes are others".to_owned()));
    }
    if let Some(why) = objection(&hello, ours) {
        say(wire, &Answer::Refused { why: why.clone() }).await?;
        return Err(Failed::Refused(why));
    }
    say(wire, &Answer::Welcome { boot: ours.boot }).await?;
    Ok(hello.from)
}

fn objection(hello: &Hello, ours: &Passport) -> Option<String> {
    let Passport { system, version, node, nodes, .. } = ours;
    if hello.wire != WIRE_VERSION {
        return Some(format!("it speaks version {} of the wire, and this node {WIRE_VERSION}", hello.wire));
    }
    if hello.system != **system || hello.version != *version {
        let theirs = format!("`{}` version {}", hello.system.escape_debug(), hello.version);
        return Some(format!(
            "it belongs to the system {theirs}, and this node to `{system}` version {version}"
        ));
    }
    if hello.nodes != *nodes {
        return Some(format!("its system has {} nodes, and this one {nodes}", hello.nodes));
    }
    if hello.to != *node {
        return Some(format!("it looks for {}, and this is {node}", hello.to));
    }
    if hello.from.0 >= *nodes || hello.from == *node {
        return Some(format!("it says that it is {}", hello.from));
    }
    None
}

async fn say(wire: &mut Wire, value: &impl Serialize) -> Result<(), Failed> {
    let payload = encoded(value).map_err(|error| Failed::Garbage(error.to_string()))?;
    wire.send(payload).await.map_err(Failed::Broken)
}

async fn hear<T: for<'de> Deserialize<'de>>(wire: &mut Wire) -> Result<T, Failed> {
    match wire.next().await {
        None => Err(Failed::Closed),
        Some(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
            Err(Failed::Garbage(error.to_string()))
        }
        Some(Err(error)) => Err(Failed::Broken(error)),
        Some(Ok(payload)) => decoded(&payload).map_err(|error| Failed::Garbage(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pinned::shows;

    const PAGE: &str = include_str!("../../docs/wire.md");

    fn framed(value: &impl Serialize) -> Vec<u8> {
        let payload = encoded(value).unwrap();
        [&(payload.len() as u32).to_be_bytes()[..], &payload].concat()
    }

    #[test]
    fn a_handshake_has_the_bytes_of_the_specification() {
        let hello = Hello {
            magic: MAGIC,
            wire: WIRE_VERSION,
            system: "play".to_owned(),
            version: 1,
            nodes: 2,
            from: NodeId(0),
            to: NodeId(1),
            boot: 1,
        };
        shows(PAGE, "hello", &framed(&hello));
        shows(PAGE, "welcome", &framed(&Answer::Welcome { boot: 1 }));
        shows(PAGE, "refused", &framed(&Answer::Refused { why: "no".to_owned() }));
    }
}
