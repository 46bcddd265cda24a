//! What holds of gates (`actors.md` G, QG), and what some run must come to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, Properties, Step, fold, leads_to, on};
use rehearsal_protocol::Time;
use rehearsal_protocol::gate::{
    AgentId, Confidence, Decision, Fact, GateId, Model, Opinion, Record, Row, Status, Subject, model,
};

use super::triple::{KINDS, Triple};

/// A gate takes its deadline and what it needs to write and tell.
const DECIDED_WITHIN: Duration = Duration::from_secs(model::DEADLINE.as_secs() + 30);
/// Three places agree so long after the last change.
const AGREE_WITHIN: Duration = Duration::from_secs(30);

/// States the invariants. QG-7 is not claimed where the cache is told first.
pub(super) fn state(check: &mut Properties<Fact>, model: Model) {
    check.always("QG-1", "a gate is decided once", told_once());
    check.always(
        "QG-2",
        "a gate that is open is decided by its deadline, whatever its agents do",
        on(["Opened", "Told"], leads_to(DECIDED_WITHIN, to_decide)),
    );
    check.always("QG-3", "a vote counts in the gate of its agent, once for each role", votes());
    check.always("QG-4", "there is one gate at a time about the same", one_gate());
    check.always(
        "QG-5",
        "memory, cache and store agree in the end, and what is final stays",
        Agree::default(),
    );
    check.always("QG-6", "what is taken for durable is durable", recorded_is_stored());
    if !model.caches_first() {
        check.always("QG-7", "what is drawn was committed before", drawn_is_stored());
    }
    check.always("QG-8", "a decision is what the votes say", what_votes_say());
}

/// States the goals.
pub(super) fn state_goals(check: &mut Properties<Fact>) {
    let mut told = |name: &str, is_so: fn(&Decision) -> bool| {
        check.sometimes(name, move |fact| matches!(fact, Fact::Told { decision, .. } if is_so(decision)));
    };
    told("all agents agree", |decision| matches!(decision, Decision::Consensus(Confidence::High, _)));
    told("most agents agree", |decision| matches!(decision, Decision::Consensus(Confidence::Medium, _)));
    told("a gate is escalated", |decision| *decision == Decision::Escalate);
    told("too few agents answer", |decision| *decision == Decision::Insufficient);
    told("a gate is cancelled", |decision| *decision == Decision::Cancelled);
    told("too few agents have answered at the deadline", |decision| *decision == Decision::Timeout);
    check.sometimes("a gate is refused, for there is one about the same", {
        |fact| matches!(fact, Fact::Refused(_))
    });
    check.sometimes("an answer comes too late", |fact| matches!(fact, Fact::Late(_)));
    check.sometimes("the disk is full", |fact| matches!(fact, Fact::DiskFull));
    check.sometimes("a supervisor begins again with open gates", {
        |fact| matches!(fact, Fact::Began(rows) if rows.iter().any(|(_, record)| record.decision.is_none()))
    });
    check.sometimes("several changes wait to be durable", |fact| matches!(fact, Fact::Backlog(2..)));
}

/// QG-1: within one life of the supervisor a gate is told once, and each life tells the same.
fn told_once() -> impl Monitor<Fact> {
    type Seen = (BTreeMap<GateId, Decision>, BTreeSet<GateId>);
    on(
        ["Began", "Told"],
        fold(Seen::default(), |(ever, now): &mut Seen, _, fact: &Fact| {
            let (gate, decision) = match fact {
                Fact::Began(_) => {
                    now.clear();
                    return Ok(());
                }
                Fact::Told { gate, decision } => (gate, decision),
                _ => return Ok(()),
            };
            let before = *ever.entry(*gate).or_insert(*decision);
            if before != *decision {
                return Err(format!(
                    "gate {gate} is decided otherwise than before (by {decision:?}, and was by {before:?})"
                ));
            }
            if !now.insert(*gate) {
                return Err(format!("gate {gate} is decided a second time (by {decision:?})"));
            }
            Ok(())
        }),
    )
}

/// QG-2.
fn to_decide(fact: &Fact) -> Step<GateId> {
    match fact {
        Fact::Opened(gate) => Step::Owe(*gate),
        Fact::Told { gate, .. } => Step::Settle(*gate),
        _ => Step::Ignore,
    }
}

/// QG-3.
fn votes() -> impl Monitor<Fact> {
    on(
        ["Counted"],
        fold(BTreeSet::new(), |seen: &mut BTreeSet<AgentId>, _, fact: &Fact| {
            let Fact::Counted { gate, by } = fact else { return Ok(()) };
            if by.gate != *gate {
                return Err(format!("the vote of {by} counts in gate {gate}"));
            }
            if !seen.insert(*by) {
                return Err(format!("the vote of {by} counts twice"));
            }
            Ok(())
        }),
    )
}

/// QG-4: from its claim until it is told. A supervisor that begins knows of the gates that are stored, and of no others.
fn one_gate() -> impl Monitor<Fact> {
    type Live = BTreeMap<GateId, Subject>;
    let judge = |live: &mut Live, _: Moment, fact: &Fact| {
        match fact {
            Fact::Began(rows) => {
                let open = rows.iter().filter(|(_, record)| record.decision.is_none());
                *live = open.map(|(gate, record)| (*gate, record.subject)).collect();
            }
            Fact::Claimed { gate, subject } => {
                if let Some((other, _)) = live.iter().find(|(_, about)| *about == subject) {
                    return Err(format!("gate {gate} is about the same as gate {other}, which is open"));
                }
                live.insert(*gate, *subject);
            }
            Fact::Told { gate, .. } => {
                live.remove(gate);
            }
            _ => {}
        }
        Ok(())
    };
    on(["Began", "Claimed", "Told"], fold(Live::new(), judge))
}

/// QG-5: memory, cache and store agree in the end, and a status that is final in the memory stays.
#[derive(Clone, Debug, Default, Hash)]
struct Agree {
    triple: Triple,
    /// Since when they differ.
    open: BTreeMap<GateId, Time>,
}

impl Monitor<Fact> for Agree {
    fn observe(&mut self, moment: Moment, fact: &Fact) -> Result<(), String> {
        if let Fact::Remembered { gate, record } = fact
            && let Some(before) = self.triple.memory.get(gate)
        {
            for (role, (was, is)) in before.agents.iter().zip(&record.agents).enumerate() {
                if *was != Status::Running && was != is {
                    return Err(format!(
                        "agent {role} of gate {gate} was final and changes (it was {was:?} and becomes {is:?})"
                    ));
                }
            }
        }
        if self.triple.learn(fact) {
            let gates: Vec<GateId> = self.triple.gates().collect();
            self.open.retain(|gate, _| gates.contains(gate));
            for gate in gates {
                if self.triple.agree(gate) {
                    self.open.remove(&gate);
                } else {
                    self.open.entry(gate).or_insert(moment.at);
                }
            }
        }
        Ok(())
    }

    fn kinds(&self) -> Option<&[&'static str]> {
        Some(&KINDS)
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |(gate, since): (&GateId, &Time)| Owed {
            since: *since,
            within: AGREE_WITHIN,
            what: format!("memory, cache and store agree on gate {gate}"),
        };
        self.open.iter().map(owe).collect()
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

/// QG-6.
fn recorded_is_stored() -> impl Monitor<Fact> {
    type Stored = BTreeMap<GateId, u32>;
    on(
        ["Stored", "Recorded"],
        fold(Stored::new(), |stored: &mut Stored, _, fact: &Fact| {
            match fact {
                Fact::Stored(rows) => {
                    stored.extend(rows.iter().map(|(gate, record)| (*gate, record.version)));
                }
                Fact::Recorded { gate, version } => {
                    let kept = stored.get(gate).copied().unwrap_or_default();
                    if kept < *version {
                        return Err(format!(
                            "change {version} of gate {gate} is taken for durable, and {kept} is"
                        ));
                    }
                }
                _ => {}
            }
            Ok(())
        }),
    )
}

/// QG-7.
fn drawn_is_stored() -> impl Monitor<Fact> {
    on(
        ["Cached", "Filled", "Stored"],
        fold(Triple::default(), |triple: &mut Triple, _, fact: &Fact| {
            if !matches!(fact, Fact::Cached { .. } | Fact::Filled(_) | Fact::Stored(_)) {
                return Ok(());
            }
            triple.learn(fact);
            let drawn: &[Row] = match fact {
                Fact::Cached { gate, record } => &[(*gate, record.clone())],
                Fact::Filled(rows) => rows,
                _ => return Ok(()),
            };
            match drawn.iter().find(|(gate, _)| triple.is_ahead(*gate)) {
                Some((gate, record)) => {
                    Err(format!("change {} of gate {gate} is drawn and not committed", record.version))
                }
                None => Ok(()),
            }
        }),
    )
}

/// QG-8, reckoned anew from what is remembered of the agents.
fn what_votes_say() -> impl Monitor<Fact> {
    on(
        ["Remembered"],
        fold((), |(), _, fact: &Fact| {
            let Fact::Remembered { gate, record } = fact else { return Ok(()) };
            let Some(decision) = record.decision else { return Ok(()) };
            if follows(decision, record) {
                return Ok(());
            }
            Err(format!(
                "gate {gate} is decided otherwise than its agents voted (by {decision:?}, and they are {:?})",
                record.agents
            ))
        }),
    )
}

/// Whether a decision can come of such agents: two answers are enough where there are two agents and more, and a majority of them decides.
fn follows(decision: Decision, record: &Record) -> bool {
    let mut votes = BTreeMap::<Opinion, usize>::new();
    for status in &record.agents {
        if let Status::Completed(opinion) = status {
            *votes.entry(*opinion).or_default() += 1;
        }
    }
    let all = record.agents.len();
    let (answers, most) = (votes.values().sum::<usize>(), votes.values().max().copied().unwrap_or_default());
    let enough = if all == 1 { answers == 1 } else { answers >= 2 };
    let majority = enough && 2 * most > answers && (most >= 2 || all == 1);
    match decision {
        Decision::Cancelled => true,
        Decision::Timeout | Decision::Insufficient => !enough,
        Decision::Escalate => enough && !majority,
        Decision::Consensus(Confidence::High, opinion) => votes.get(&opinion) == Some(&all),
        Decision::Consensus(Confidence::Medium, opinion) => {
            majority && votes.get(&opinion) == Some(&most) && most < all
        }
    }
}
