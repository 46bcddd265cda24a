//! What is measured when policies are compared.

use rehearsal::compare::{Better, Measures};
use rehearsal_protocol::supervision::Fact as Supervision;
use rehearsal_services::asks::Fact;

/// States what is measured.
pub(super) fn state(measure: &mut Measures<Fact>) {
    let asked = |fact: &Fact| matches!(fact, Fact::Asked { .. });
    let answered = |fact: &Fact| matches!(fact, Fact::Settled { answered: true, .. });
    measure.share("asks answered", Better::Higher, answered, asked);
    measure
        .count("asks refused", Better::Lower, |fact| matches!(fact, Fact::Settled { answered: false, .. }));
    measure.spans(
        &[("time to recovery p50", 50), ("time to recovery p95", 95)],
        |fact| {
            matches!(fact, Fact::Supervision(Supervision::ChildEnded { clean: false, stopped: false, .. }))
        },
        |fact| matches!(fact, Fact::Counted { .. }),
    );
    measure.count("restarts", Better::Lower, |fact| {
        matches!(fact, Fact::Supervision(Supervision::RestartBegan { .. }))
    });
    measure.count("escalations", Better::Lower, |fact| {
        matches!(fact, Fact::Supervision(Supervision::GaveUp { .. }))
    });
    measure.turns("turns");
}
