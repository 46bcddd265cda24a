//! Memory, cache and store: QG-5 to QG-7, and what is said of them, QG-9 and QG-11.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, SortedMap, SortedSet, fold, on};
use rehearsal_gate::gate::{AgentId, Fact, GateId, Record, Row, Status};
use rehearsal_protocol::Time;

use super::super::triple::Triple;

/// Three places agree so long after the last change.
const AGREE_WITHIN: Duration = Duration::from_secs(30);
/// What QG-5 learns from.
const JUDGED: [&str; 6] = ["Began", "Remembered", "Cached", "Filled", "Stored", "ShutDown"];

/// QG-5: memory, cache and store agree in the end, and a status that is final in the memory stays.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Agree {
    triple: Triple,
    /// Since when they differ.
    open: SortedMap<GateId, Time>,
    /// Whether there is no memory that could agree, until another supervisor begins.
    is_shut_down: bool,
}

impl Monitor<Fact> for Agree {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
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
        match fact {
            Fact::ShutDown => {
                self.is_shut_down = true;
                self.open.clear();
            }
            Fact::Began(_) => self.is_shut_down = false,
            _ => {}
        }
        if self.triple.learn(fact) && !self.is_shut_down {
            let gates: Vec<GateId> = self.triple.gates().collect();
            self.open.retain(|gate, _| gates.contains(gate));
            for gate in gates {
                if self.triple.agree(gate) {
                    self.open.remove(&gate);
                } else {
                    self.open.get_or_insert(gate, moment.at);
                }
            }
        }
        Ok(())
    }

    fn kinds(&self) -> Option<&[&'static str]> {
        Some(&JUDGED)
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
pub(super) fn recorded_is_stored() -> impl Monitor<Fact> {
    type Stored = SortedMap<GateId, u32>;
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
pub(super) fn drawn_is_stored() -> impl Monitor<Fact> {
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

/// QG-9: what is said of an agent is in some row that was committed, and once it is final it is said to be so.
pub(super) fn said_is_stored() -> impl Monitor<Fact> {
    type Known = (SortedMap<AgentId, Vec<Status>>, SortedMap<AgentId, Status>);
    let judge = |(stored, said): &mut Known, _: Moment, fact: &Fact| {
        match fact {
            Fact::Stored(rows) => {
                for (gate, record) in rows {
                    for (status, role) in record.agents.iter().zip(0..) {
                        stored.get_or_default(AgentId { gate: *gate, role }).push(*status);
                    }
                }
            }
            Fact::Said { agent, status: Some(status) } => {
                if !stored.get(agent).is_some_and(|known| known.contains(status)) {
                    return Err(format!("agent {agent} is said to be what is not committed ({status:?})"));
                }
                let before = *said.get_or_insert(*agent, *status);
                if before != Status::Running && before != *status {
                    return Err(format!(
                        "agent {agent} is said to be {status:?}, and was said to be {before:?}"
                    ));
                }
                said.insert(*agent, *status);
            }
            _ => {}
        }
        Ok(())
    };
    on(["Stored", "Said"], fold(Known::default(), judge))
}

/// QG-11: what the supervisor knew is decided, durable and told when it ends.
pub(super) fn left_in_order() -> impl Monitor<Fact> {
    type Known = (Triple, SortedSet<GateId>);
    let judge = |(triple, told): &mut Known, _: Moment, fact: &Fact| {
        match fact {
            Fact::Began(_) => {
                triple.learn(fact);
                told.clear();
            }
            Fact::Remembered { .. } | Fact::Stored(_) => _ = triple.learn(fact),
            Fact::Told { gate, .. } => _ = told.insert(*gate),
            Fact::ShutDown => {
                let mut known = triple.memory.iter();
                let open = |(gate, record): &(&GateId, &Record)| {
                    !told.contains(gate) || triple.store.get(gate) != Some(record)
                };
                if let Some((gate, record)) = known.find(open) {
                    return Err(format!(
                        "there is no supervisor any more, and that of gate {gate} is not told or not durable ({:?})",
                        record.decision
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    };
    on(["Began", "Remembered", "Stored", "Told", "ShutDown"], fold(Known::default(), judge))
}
