//! Logs of facts: `host/docs/facts.md` has the format. Written by nodes that run for real, read by `check`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, Write};
use std::sync::Arc;

use rehearsal_protocol::{Address, Incarnation, NodeId, Time};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::Judge;
use super::encoded::Json;
use crate::check::Violation;

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
                    if let (Some((torn, _)), Some(log)) = (broken.take(), log.as_mut()) {
                        log.torn.push(torn);
                    }
                    Self::open(log, opened).map_err(|what| Unreadable::Line { line, what })?;
                }
                (_, None) => {
                    let what = format!("the first line of a log says \"format\":\"{FORMAT}\"");
                    return Err(Unreadable::Line { line, what });
                }
                (Ok(Line::Fact(fact)), Some(log)) => {
                    if !fact.clock.is_empty() && fact.clock.len() != log.opened.nodes.len() {
                        let what = "its clock has another length than there are nodes".to_owned();
                        return Err(Unreadable::Line { line, what });
                    }
                    log.facts.push(fact);
                    log.closed = false;
                }
                (Ok(Line::Closed), Some(log)) => log.closed = true,
                (Err(error), Some(_)) => broken = Some((line, error.to_string())),
            }
        }
        let Some(mut log) = log else {
            return Err(Unreadable::Line { line: 1, what: "the file is empty".to_owned() });
        };
        if let Some((torn, _)) = broken {
            log.torn.push(torn);
            log.closed = false;
        }
        Ok(log)
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

/// Several logs of one system.
pub struct Logs {
    logs: Vec<Log>,
    missing: Vec<String>,
}

/// What monitors say of logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// What is violated, in the order by time if it is violated there.
    pub violation: Option<Violation>,
    /// The fact at which it showed; absent if something owed never came.
    pub fact: Option<Fact>,
    /// Why the verdict is only presumptive; empty if it is certain.
    pub presumptions: Vec<Presumption>,
    /// How many facts there were.
    pub facts: u64,
    /// In how many orders they were judged.
    pub orders: u64,
    /// Which goals were reached, in the order of their statement.
    pub goals: Vec<bool>,
}

/// Why a verdict is only presumptive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "why")]
pub enum Presumption {
    /// No log of these nodes was given.
    Missing {
        /// Their names.
        nodes: Vec<String>,
    },
    /// A log does not say that nothing follows: its node still runs or was killed, so what is owed was not judged.
    Open {
        /// The nodes.
        nodes: Vec<String>,
    },
    /// A line is there in part.
    Torn {
        /// How many lines.
        lines: u64,
    },
    /// Facts that no message orders can be put in several orders, and the verdict depends on it.
    Order {
        /// In how many of the orders that were tried it is violated.
        violated: u64,
        /// How many were tried.
        of: u64,
    },
}

impl fmt::Display for Presumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { nodes } => write!(f, "no log of {} was given", nodes.join(", ")),
            Self::Open { nodes } => {
                write!(f, "the log of {} is not closed, so what is owed was not judged", nodes.join(", "))
            }
            Self::Torn { lines: 1 } => write!(f, "a line is there in part and was left out"),
            Self::Torn { lines } => write!(f, "{lines} lines are there in part and were left out"),
            Self::Order { violated, of } => write!(
                f,
                "no message orders some of these facts: it is violated in {violated} of the {of} orders that were tried"
            ),
        }
    }
}

/// Which of several facts that may come next does.
#[derive(Clone, Copy)]
enum Preference {
    /// The one with the earliest time.
    ByTime,
    /// One of this node as soon as can be.
    First(usize),
    /// One of this node only when nothing else can.
    Last(usize),
}

impl Logs {
    /// Puts logs of one system together.
    ///
    /// # Errors
    ///
    /// What does not fit, in words.
    pub fn of(logs: Vec<Log>) -> Result<Self, String> {
        let Some(first) = logs.first() else { return Err("there is no log".to_owned()) };
        let (system, nodes) = (first.opened.system.clone(), first.opened.nodes.clone());
        for log in &logs {
            if (&log.opened.system, &log.opened.nodes) != (&system, &nodes) {
                return Err(format!(
                    "logs of `{system}` and of `{}`, or with other nodes",
                    log.opened.system
                ));
            }
        }
        let mut known: BTreeMap<Option<usize>, usize> = BTreeMap::new();
        for log in &logs {
            *known.entry(log.node).or_default() += 1;
        }
        if let Some((node, _)) = known.iter().find(|(_, count)| **count > 1) {
            let name = node.map_or("all nodes", |node| &nodes[node]);
            return Err(format!("two logs of {name}"));
        }
        let all = known.contains_key(&None);
        if all && logs.len() > 1 {
            return Err("a log of all nodes beside another log".to_owned());
        }
        let missing = nodes.iter().enumerate().filter(|(node, _)| !all && !known.contains_key(&Some(*node)));
        let missing = missing.map(|(_, name)| name.clone()).collect();
        Ok(Self { logs, missing })
    }

    /// The name of their system.
    pub fn system(&self) -> &str {
        &self.logs[0].opened.system
    }

    /// Judges the facts, in several of the orders in which they may have come: by their times, and with each node's facts as early and as
    /// late as messages allow.
    ///
    /// # Errors
    ///
    /// If a fact is none of the scenario's, in words.
    pub fn judged(&self, judge: &mut dyn Judge) -> Result<Checked, String> {
        let mut orders = vec![Preference::ByTime];
        if self.logs.len() > 1 {
            orders
                .extend((0..self.logs.len()).flat_map(|log| [Preference::First(log), Preference::Last(log)]));
        }
        let mut outcomes = Vec::new();
        for preference in &orders {
            judge.reset();
            outcomes.push((self.judge_in(*preference, judge)?, judge.reached().to_vec()));
        }
        let of = outcomes.len() as u64;
        let violated = outcomes.iter().filter(|(found, _)| found.is_some()).count() as u64;
        let goals = outcomes[0].1.clone();
        let found = outcomes.into_iter().find_map(|(found, _)| found);
        let mut presumptions = self.presumptions(found.is_some());
        if violated > 0 && violated < of {
            presumptions.push(Presumption::Order { violated, of });
        }
        let (violation, fact) = found.map_or((None, None), |(violation, fact)| (Some(violation), fact));
        let facts = self.logs.iter().map(|log| log.facts.len() as u64).sum();
        Ok(Checked { violation, fact, presumptions, facts, orders: of, goals })
    }

    /// What is not known. What follows in a log that is still open can undo no violation that was found.
    fn presumptions(&self, violated: bool) -> Vec<Presumption> {
        let mut presumptions = Vec::new();
        if !self.missing.is_empty() {
            presumptions.push(Presumption::Missing { nodes: self.missing.clone() });
        }
        let name = |log: &Log| log.opened.node.clone().unwrap_or_else(|| "all nodes".to_owned());
        let open: Vec<String> = self.logs.iter().filter(|log| !log.closed).map(name).collect();
        if !open.is_empty() && !violated {
            presumptions.push(Presumption::Open { nodes: open });
        }
        let lines = self.logs.iter().map(|log| log.torn.len() as u64).sum();
        if lines > 0 {
            presumptions.push(Presumption::Torn { lines });
        }
        presumptions
    }

    fn judge_in(
        &self,
        preference: Preference,
        judge: &mut dyn Judge,
    ) -> Result<Option<(Violation, Option<Fact>)>, String> {
        let start = self.logs.iter().filter_map(|log| log.facts.first()).map(|fact| fact.at).min();
        let since = |at: Time| Time::ZERO + at.since(start.unwrap_or_default());
        let mut number = 0;
        let mut last = Time::ZERO;
        for fact in self.merged(preference) {
            let fact = Fact { at: since(fact.at), ..fact.clone() };
            last = last.max(fact.at);
            // When faults end is not known of a real run, so no deadline is judged; what never comes is, in the end.
            judge.observe(number, &fact, None).map_err(|error| {
                format!(
                    "{} announced what is no fact of this scenario ({error}): {}",
                    fact.actor, fact.json.0
                )
            })?;
            if let Some(violation) = judge.violation() {
                return Ok(Some((violation.clone(), Some(fact))));
            }
            number += 1;
        }
        if self.logs.iter().all(|log| log.closed) && self.missing.is_empty() {
            judge.settle(last, number, last, true);
        }
        Ok(judge.violation().map(|violation| (violation.clone(), None)))
    }

    /// All facts in one order in which causes come before what they caused.
    fn merged(&self, preference: Preference) -> impl Iterator<Item = &Fact> {
        let mut next = vec![0; self.logs.len()];
        let mut seen = vec![0; self.logs[0].opened.nodes.len()];
        std::iter::from_fn(move || {
            let heads = || {
                let heads = self.logs.iter().enumerate();
                heads.filter_map(|(log, of)| Some((log, of.facts.get(next[log])?)))
            };
            let best = |(log, fact): &(usize, &Fact)| {
                let rank = match preference {
                    Preference::ByTime => 1,
                    Preference::First(first) => u8::from(*log != first),
                    Preference::Last(last) => u8::from(*log == last),
                };
                (rank, fact.at, *log)
            };
            let ready = heads().filter(|(log, fact)| self.is_ready(*log, fact, &seen)).min_by_key(best);
            // If none is ready, a log has lost what others know of: then only time is left to go by.
            let (log, fact) = ready.or_else(|| heads().min_by_key(|(log, fact)| (fact.at, *log)))?;
            next[log] += 1;
            if let Some(node) = self.logs[log].node
                && let Some(own) = fact.clock.get(node)
            {
                seen[node] = *own;
            }
            Some(fact)
        })
    }

    /// Whether all facts of other nodes of which this one knows have come, as far as their logs are here.
    fn is_ready(&self, log: usize, fact: &Fact, seen: &[u64]) -> bool {
        let own = self.logs[log].node;
        fact.clock.iter().zip(seen).enumerate().all(|(node, (known, seen))| {
            Some(node) == own || known <= seen || !self.logs.iter().any(|log| log.node == Some(node))
        })
    }
}
