//! Several logs of one system, put together and judged.
//!
//! Facts of one node come in the order of its log. Between nodes, a message or a signal carries what its sender's node knew, so a fact
//! comes after all of which its node knew. What no message orders may have come in any order, and is judged in several.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rehearsal_protocol::Time;
use serde::Serialize;

use super::{Fact, Log};
use crate::check::Violation;
use crate::stage::Judge;

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
    /// Other nodes know of facts that are in no log of theirs: a log was cut, or could not be written on.
    Lost {
        /// Whose facts they are.
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
            Self::Lost { nodes } => {
                write!(f, "facts of {} are known of that its log has not", nodes.join(", "))
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
        let logs = Self { logs, missing };
        if (logs.merged(Preference::ByTime).count() as u64) < logs.facts() {
            return Err("each knows of what came later in another, so they are not of one run".to_owned());
        }
        Ok(logs)
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
    pub fn judged(&self, judge: &mut Judge) -> Result<Checked, String> {
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
        Ok(Checked { violation, fact, presumptions, facts: self.facts(), orders: of, goals })
    }

    fn facts(&self) -> u64 {
        self.logs.iter().map(|log| log.facts.len() as u64).sum()
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
        let lost = self.lost();
        if !lost.is_empty() {
            presumptions.push(Presumption::Lost { nodes: lost });
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
        judge: &mut Judge,
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

    /// All facts in one order in which causes come before what they caused; it ends early if there is no such order.
    fn merged(&self, preference: Preference) -> impl Iterator<Item = &Fact> {
        let mut next = vec![0; self.logs.len()];
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
            let ready = heads().filter(|(log, fact)| {
                heads().all(|(other, head)| other == *log || !self.knows(fact, other, head))
            });
            let (log, fact) = ready.min_by_key(best)?;
            next[log] += 1;
            Some(fact)
        })
    }

    /// Whether the node of `fact` knew of `head`, which is a fact of the log `log`.
    fn knows(&self, fact: &Fact, log: usize, head: &Fact) -> bool {
        let Some(node) = self.logs[log].node else { return false };
        matches!((head.clock.get(node), fact.clock.get(node)), (Some(number), Some(known)) if number <= known)
    }

    /// The nodes of whose facts somebody knows though their logs have them not. Each boot counts from [`BOOT`] times its number on, without
    /// a gap.
    fn lost(&self) -> Vec<String> {
        let lacks = |(node, name): (usize, &String)| {
            let log = self.logs.iter().find(|log| log.node == Some(node))?;
            let there: BTreeSet<u64> =
                log.facts.iter().filter_map(|fact| fact.clock.get(node).copied()).collect();
            let facts = self.logs.iter().flat_map(|log| &log.facts);
            let known: BTreeSet<u64> = facts.filter_map(|fact| fact.clock.get(node).copied()).collect();
            // Of each count that is known, itself and the one before it are there, or it is the boot's beginning.
            let begins = |count: u64| count.is_multiple_of(BOOT);
            let whole = known.iter().all(|count| begins(*count) || there.contains(count))
                && there
                    .iter()
                    .filter_map(|count| count.checked_sub(1))
                    .all(|count| begins(count) || there.contains(&count));
            (!whole).then(|| name.clone())
        };
        self.logs[0].opened.nodes.iter().enumerate().filter_map(lacks).collect()
    }
}

/// The counts of a boot are above those of all earlier ones by this much.
const BOOT: u64 = 1 << 32;
