//! What is measured when policies are compared.

use std::collections::BTreeMap;

use rehearsal::compare::{Better, Measures, Statistic, Unit};
use rehearsal_protocol::service::{Fact, RequestId};
use rehearsal_protocol::supervision::Fact as Supervision;

/// How often each request was carried out.
type Executed = BTreeMap<RequestId, i64>;

/// States what is measured.
pub(crate) fn state(measure: &mut Measures<Fact>) {
    let asked = |fact: &Fact| matches!(fact, Fact::Asked { .. });
    let in_time = |fact: &Fact| matches!(fact, Fact::Answered { in_time: true, .. });
    measure.share("availability", Better::Higher, in_time, asked);
    measure.spans(
        &[("time to recovery p50", 50), ("time to recovery p95", 95), ("time to recovery p99", 99)],
        |fact| {
            matches!(fact, Fact::Supervision(Supervision::ChildEnded { clean: false, stopped: false, .. }))
        },
        |fact| matches!(fact, Fact::Executed { .. }),
    );
    measure.count("requests lost", Better::Lower, |fact| matches!(fact, Fact::GivenUp { .. }));
    measure
        .count("requests late", Better::Lower, |fact| matches!(fact, Fact::Answered { in_time: false, .. }));
    measure.folded(
        "requests duplicated",
        Unit::Count,
        Better::Lower,
        Statistic::Mean,
        Executed::new(),
        |executed: &mut Executed, _, fact: &Fact| {
            if let Fact::Executed { request } = fact {
                *executed.entry(*request).or_default() += 1;
            }
            None
        },
        |executed, _| Some(executed.values().map(|times| times - 1).sum()),
    );
    measure.count("work asked for again", Better::Lower, |fact| matches!(fact, Fact::AskedAgain { .. }));
    measure.tally("restarts", Better::Lower, |fact| match fact {
        Fact::Supervision(Supervision::RestartBegan { children, .. }) => {
            i64::try_from(children.len()).unwrap_or(i64::MAX)
        }
        _ => 0,
    });
    measure.count("escalations", Better::Lower, |fact| {
        matches!(fact, Fact::Supervision(Supervision::GaveUp { .. }))
    });
    measure.turns("turns");
}
