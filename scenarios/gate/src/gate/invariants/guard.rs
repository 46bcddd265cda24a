//! One gate at a time about the same: QG-4 and its other side, QG-12.

use rehearsal::check::{Moment, Monitor, SortedMap, fold, on};
use rehearsal_gate::gate::{Fact, GateId, Subject};

/// The gates that are open, and about what: from its claim until it is told. A supervisor that begins knows of those that are stored, and of no others.
#[derive(Clone, Debug, Default, Hash)]
struct Live(SortedMap<GateId, Subject>);

impl Live {
    fn learn(&mut self, fact: &Fact) {
        match fact {
            Fact::Began(rows) => {
                let open = rows.iter().filter(|(_, record)| record.decision.is_none());
                self.0 = open.map(|(gate, record)| (*gate, record.subject)).collect();
            }
            Fact::Claimed { gate, subject } => _ = self.0.insert(*gate, *subject),
            Fact::Told { gate, .. } => _ = self.0.remove(gate),
            _ => {}
        }
    }

    fn about(&self, subject: Subject) -> Option<GateId> {
        self.0.iter().find(|(_, about)| **about == subject).map(|(gate, _)| *gate)
    }
}

/// QG-4.
pub(super) fn one_gate() -> impl Monitor<Fact> {
    let judge = |live: &mut Live, _: Moment, fact: &Fact| {
        if let Fact::Claimed { gate, subject } = fact
            && let Some(other) = live.about(*subject)
        {
            return Err(format!("gate {gate} is about the same as gate {other}, which is open"));
        }
        live.learn(fact);
        Ok(())
    };
    on(["Began", "Claimed", "Told"], fold(Live::default(), judge))
}

/// QG-12, the other side of QG-4.
pub(super) fn refused_for_a_reason() -> impl Monitor<Fact> {
    let judge = |live: &mut Live, _: Moment, fact: &Fact| {
        if let Fact::Refused { gate, subject } = fact
            && live.about(*subject).is_none()
        {
            return Err(format!("gate {gate} is refused, and there is none about the same"));
        }
        live.learn(fact);
        Ok(())
    };
    on(["Began", "Claimed", "Told", "Refused"], fold(Live::default(), judge))
}
