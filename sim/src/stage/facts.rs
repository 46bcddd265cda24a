//! Logs of facts: `host/docs/facts.md` has the format. Written by nodes that run for real, read by `check`.
//!
//! - here — one log, read and written;
//! - [`logs`] — several of one system, put together and judged.

pub mod logs;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead, Write};
use std::sync::Arc;

use rehearsal_protocol::{Address, Incarnation, NodeId, Time};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::encoded::Json;

pub use logs::{Checked, Logs, Presumption};

/// The name of the format, in the first line of a log.
pub const FORMAT: &str = "rehearsal-facts";
/// The version of the format.
pub const VERSION: u32 = 1;
/// The longest line that is read: a log is not to exhaust the memory of its reader.
const LONGEST_LINE: u64 = 16 << 20;

/// A fact, with who announced it and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// When it was announced, on its node's clock.
    #[serde(rename = "at_ns")]
    pub at: Time,
    /// The path of the actor that announced it.
    pub actor: Arc<str>,
    /// The address of that actor.
    #[serde(serialize_with = "as_pair")]
    pub address: Address,
    /// Which life of it, where the stage tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incarnation: Option<Incarnation>,
    /// How many facts of each node this one knows of; empty if the log has the order of all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clock: Vec<u64>,
    /// What was announced.
    #[serde(rename = "fact")]
    pub json: Json,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn as_pair<S: serde::Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    (address.node().0, address.slot()).serialize(serializer)
}

/// The first line of a log; a node that starts anew adds another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The name of the system: that of the scenario which judges it.
    pub system: String,
    /// The node whose facts these are; absent if they are all nodes' facts in one order.
    pub node: Option<String>,
    /// The names of all nodes, by their numbers.
    pub nodes: Vec<String>,
}

/// One line.
enum Line {
    Fact(Fact),
    Opened(Opened),
    Closed,
}

#[derive(Deserialize)]
struct FactLine {
    at_ns: Time,
    actor: Arc<str>,
    address: (u32, u32),
    incarnation: Option<Incarnation>,
    #[serde(default)]
    clock: Vec<u64>,
    fact: Json,
}

/// What tells the kinds of lines apart.
#[derive(Deserialize)]
struct Kind {
    format: Option<IgnoredAny>,
    closed: Option<bool>,
}

impl Line {
    fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        Ok(match serde_json::from_slice(bytes)? {
            Kind { format: Some(_), .. } => Self::Opened(serde_json::from_slice(bytes)?),
            Kind { closed: Some(true), .. } => Self::Closed,
            Kind { .. } => {
                let FactLine { at_ns: at, actor, address, incarnation, clock, fact: json } =
                    serde_json::from_slice(bytes)?;
                let address = Address::new(NodeId(address.0), address.1);
                Self::Fact(Fact { at, actor, address, incarnation, clock, json })
            }
        })
    }
}

/// Writes a log of all nodes' facts in one order.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(
    out: &mut dyn Write,
    system: &str,
    nodes: impl IntoIterator<Item = String>,
    facts: &[Fact],
    closed: bool,
) -> io::Result<()> {
    let opened = Opened {
        format: FORMAT.to_owned(),
        version: VERSION,
        system: system.to_owned(),
        node: None,
        nodes: nodes.into_iter().collect(),
    };
    serde_json::to_writer(&mut *out, &opened)?;
    writeln!(out)?;
    for fact in facts {
        serde_json::to_writer(&mut *out, fact)?;
        writeln!(out)?;
    }
    if closed {
        writeln!(out, "{{\"closed\":true}}")?;
    }
    Ok(())
}

/// One log, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Its first line.
    pub opened: Opened,
    /// The number of its node, if it is the log of one.
    pub node: Option<usize>,
    /// Its facts, in order.
    pub facts: Vec<Fact>,
    /// Whether its last line says that nothing follows.
    pub closed: bool,
    /// The numbers of lines that are there in part: a process died while it wrote them.
    pub torn: Vec<u64>,
}

/// Why a log cannot be read: which line, and what is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line is not what the format says.
    #[error("line {line}: {what}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
}

impl Log {
    /// Reads a log.
    ///
    /// A line that is there in part, at the end or before a line with which the node started anew, is what a killed process leaves; it
    /// is left out and told.
    ///
    /// # Errors
    ///
    /// If it is no log of facts of this version, or a line is neither whole nor the last.
    pub fn read(input: &mut dyn BufRead) -> Result<Self, Unreadable> {
        let mut log: Option<Self> = None;
        let mut torn = Vec::new();
        let mut broken: Option<(u64, String)> = None;
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            let length = io::Read::take(&mut *input, LONGEST_LINE).read_until(b'\n', &mut bytes)?;
            if length == 0 {
                break;
            }
            if length as u64 == LONGEST_LINE {
                return Err(Unreadable::Line { line, what: "it is longer than 16 MiB".to_owned() });
            }
            let read = Line::read(&bytes);
            if let (Some((line, what)), false) = (&broken, matches!(read, Ok(Line::Opened(_)))) {
                return Err(Unreadable::Line { line: *line, what: what.clone() });
            }
            match (read, &mut log) {
                (Ok(Line::Opened(opened)), log) => {
                    torn.extend(broken.take().map(|(line, _)| line));
                    Self::open(log, opened).map_err(|what| Unreadable::Line { line, what })?;
                }
                (Err(_), None) => broken = Some((line, no_beginning())),
                (Ok(_), None) => return Err(Unreadable::Line { line, what: no_beginning() }),
                (Ok(Line::Fact(fact)), Some(log)) => {
                    log.take(fact).map_err(|what| Unreadable::Line { line, what })?;
                }
                (Ok(Line::Closed), Some(log)) => log.closed = true,
                (Err(error), Some(_)) => broken = Some((line, error.to_string())),
            }
        }
        let Some(mut log) = log else {
            let what = broken.map_or_else(|| "the file is empty".to_owned(), |(_, what)| what);
            return Err(Unreadable::Line { line: 1, what });
        };
        if let Some((line, _)) = broken {
            torn.push(line);
            log.closed = false;
        }
        Ok(Self { torn, ..log })
    }

    fn take(&mut self, fact: Fact) -> Result<(), String> {
        if !fact.clock.is_empty() && fact.clock.len() != self.opened.nodes.len() {
            return Err("its clock has another length than there are nodes".to_owned());
        }
        let own = |fact: &Fact| fact.clock.get(self.node?).copied();
        let before = self.facts.last().and_then(own);
        if let (Some(before), Some(now)) = (before, own(&fact))
            && now <= before
        {
            return Err(format!(
                "its node counts {now} facts, and {before} before: the disk that counts its boots is another one"
            ));
        }
        self.facts.push(fact);
        self.closed = false;
        Ok(())
    }

    fn open(log: &mut Option<Self>, opened: Opened) -> Result<(), String> {
        if opened.format != FORMAT {
            return Err(format!("it is of the format `{}`, not `{FORMAT}`", opened.format));
        }
        if opened.version != VERSION {
            return Err(format!("it is of version {}, and this tool reads {VERSION}", opened.version));
        }
        match log {
            Some(log) if log.opened != opened => Err("another node goes on with this log".to_owned()),
            Some(log) => {
                log.closed = false;
                Ok(())
            }
            None => {
                let node = match &opened.node {
                    None => None,
                    Some(name) => match opened.nodes.iter().position(|known| known == name) {
                        Some(node) => Some(node),
                        None => return Err(format!("its node `{name}` is none of its nodes")),
                    },
                };
                *log = Some(Self { opened, node, facts: Vec::new(), closed: false, torn: Vec::new() });
                Ok(())
            }
        }
    }
}

fn no_beginning() -> String {
    format!("the first line of a log says \"format\":\"{FORMAT}\"")
}
