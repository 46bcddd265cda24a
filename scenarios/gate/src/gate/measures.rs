//! What is measured when designs are compared.

use rehearsal::check::{Moment, SortedMap, SortedSet};
use rehearsal::compare::{Better, Measures, Statistic, Unit};
use rehearsal_gate::gate::{Confidence, Decision, Fact, GateId, Record};
use rehearsal_protocol::Time;

use super::triple::Triple;

/// States what is measured.
pub(super) fn state(measure: &mut Measures<Fact>) {
    let opened = |fact: &Fact| matches!(fact, Fact::Opened(_));
    measure.count("gates opened", Better::Higher, opened);
    undecided(measure);
    decisions(measure);
    time_to_decide(measure);
    windows(measure, "cache ahead of store", Triple::is_ahead);
    windows(measure, "cache behind store", Triple::is_behind);
    taken_back(measure);
    backlog(measure);
    measure.count("commits", Better::Lower, |fact| matches!(fact, Fact::Stored(rows) if !rows.is_empty()));
    measure.turns("turns");
}

/// Gates that were opened and never decided.
fn undecided(measure: &mut Measures<Fact>) {
    type Open = SortedSet<GateId>;
    measure.folded(
        "gates never decided",
        Unit::Count,
        Better::Lower,
        Statistic::Mean,
        Open::new(),
        |open: &mut Open, _, fact: &Fact| {
            match fact {
                Fact::Opened(gate) => _ = open.insert(*gate),
                Fact::Told { gate, .. } => _ = open.remove(gate),
                _ => {}
            }
            None
        },
        |open, _| i64::try_from(open.len()).ok(),
    );
}

/// The ways in which gates are decided.
fn decisions(measure: &mut Measures<Fact>) {
    let mut told = |name, better, is_so: fn(&Decision) -> bool| {
        measure.count(
            name,
            better,
            move |fact| matches!(fact, Fact::Told { decision, .. } if is_so(decision)),
        );
    };
    told("consensus, high", Better::Higher, |decision| {
        matches!(decision, Decision::Consensus(Confidence::High, _))
    });
    told("consensus, medium", Better::Higher, |decision| {
        matches!(decision, Decision::Consensus(Confidence::Medium, _))
    });
    told("escalated", Better::Lower, |decision| *decision == Decision::Escalate);
    told("insufficient", Better::Lower, |decision| *decision == Decision::Insufficient);
    told("timed out", Better::Lower, |decision| *decision == Decision::Timeout);
}

/// From the opening of each gate until its decision is told for the first time.
fn time_to_decide(measure: &mut Measures<Fact>) {
    type Since = SortedMap<GateId, Time>;
    measure.quantiles(
        &[("time to decide p50", 50), ("time to decide p95", 95)],
        Since::new(),
        |since: &mut Since, moment: Moment, fact: &Fact| match fact {
            Fact::Opened(gate) => {
                since.insert(*gate, moment.at);
                None
            }
            Fact::Told { gate, .. } => Some(nanos(moment.at, since.remove(gate)?)),
            _ => None,
        },
    );
}

/// For how long of a run something is so of some gate, in total over its gates.
fn windows(measure: &mut Measures<Fact>, name: &'static str, is_so: fn(&Triple, GateId) -> bool) {
    type Seen = (Triple, SortedMap<GateId, Time>, i64);
    measure.folded(
        name,
        Unit::Nanos,
        Better::Lower,
        Statistic::Mean,
        Seen::default(),
        move |(triple, since, sum): &mut Seen, moment: Moment, fact: &Fact| {
            if triple.learn(fact) {
                for gate in triple.gates() {
                    match (is_so(triple, gate), since.contains_key(&gate)) {
                        (true, false) => _ = since.insert(gate, moment.at),
                        (false, true) => *sum += nanos(moment.at, since.remove(&gate).unwrap_or(moment.at)),
                        (true, true) | (false, false) => {}
                    }
                }
            }
            None
        },
        // What lasts until the end of a run lasts for ever.
        |(_, since, sum), outcome| {
            let open: i64 = since.values().map(|since| nanos(outcome.virtual_time, *since)).sum();
            Some(sum + open)
        },
    );
}

/// Decisions that were drawn and that nobody came to know of in the end: another was committed, or none.
fn taken_back(measure: &mut Measures<Fact>) {
    type Drawn = (Triple, SortedMap<GateId, Decision>);
    measure.folded(
        "decisions drawn and taken back",
        Unit::Count,
        Better::Lower,
        Statistic::Mean,
        Drawn::default(),
        |(triple, drawn): &mut Drawn, _, fact: &Fact| {
            triple.learn(fact);
            if let Fact::Cached { gate, record: Record { decision: Some(decision), .. } } = fact {
                drawn.insert(*gate, *decision);
            }
            None
        },
        |(triple, drawn), _| {
            let kept = |gate: &GateId| triple.store.get(gate).and_then(|record| record.decision);
            let lost = drawn.iter().filter(|(gate, decision)| kept(gate) != Some(**decision));
            i64::try_from(lost.count()).ok()
        },
    );
}

/// The most changes that were not durable, or waited to be taken, at the same time.
fn backlog(measure: &mut Measures<Fact>) {
    measure.folded(
        "longest queue at the supervisor",
        Unit::Count,
        Better::Lower,
        Statistic::Mean,
        1_i64,
        |most: &mut i64, _, fact: &Fact| {
            if let Fact::Backlog(length) = fact {
                *most = (*most).max(i64::from(*length));
            }
            None
        },
        |most, _| Some(*most),
    );
}

fn nanos(to: Time, since: Time) -> i64 {
    i64::try_from(to.since(since).as_nanos()).unwrap_or(i64::MAX)
}
