//! What is measured when policies are compared.

use std::collections::BTreeMap;
use std::time::Duration;

use rehearsal::check::{Moment, SortedSet};
use rehearsal::compare::{Better, Measures, Statistic, Unit};
use rehearsal_protocol::Time;
use rehearsal_protocol::supervision::Fact as Supervision;
use rehearsal_services::service::{Fact, RequestId};

/// How often each request was carried out.
type Executed = BTreeMap<RequestId, i64>;

/// What is measured of all services, but for the time to recovery.
pub(crate) fn requests(measure: &mut Measures<Fact>) {
    let asked = |fact: &Fact| matches!(fact, Fact::Asked { .. });
    let in_time = |fact: &Fact| matches!(fact, Fact::Answered { in_time: true, .. });
    measure.share("availability", Better::Higher, in_time, asked);
}

/// What is measured of requests that were not answered in time.
pub(crate) fn failures(measure: &mut Measures<Fact>) {
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
}

/// What is measured of supervisors, and what it all costs.
pub(crate) fn restarts(measure: &mut Measures<Fact>) {
    let restarts = measure.tally("restarts", Better::Lower, |fact| match fact {
        Fact::Supervision(Supervision::RestartBegan { children, .. }) => {
            i64::try_from(children.len()).unwrap_or(i64::MAX)
        }
        _ => 0,
    });
    // A failure that is the same under two policies costs the one so many times the restarts of the other.
    restarts.relative();
    measure.count("escalations", Better::Lower, |fact| {
        matches!(fact, Fact::Supervision(Supervision::GaveUp { .. }))
    });
    measure.turns("turns");
}

/// From the failure of a worker to the next request that is carried out, of those that were asked for since: what had passed the worker
/// before says nothing of it.
pub(crate) fn recovery_of_workers(measure: &mut Measures<Fact>) {
    measure.quantiles(
        &[("time to recovery p50", 50), ("time to recovery p95", 95), ("time to recovery p99", 99)],
        None,
        |outage: &mut Option<Outage>, moment: Moment, fact: &Fact| match fact {
            Fact::Supervision(Supervision::ChildEnded { clean: false, stopped: false, .. }) => {
                outage.get_or_insert_with(|| Outage { since: moment.at, asked: SortedSet::new() });
                None
            }
            Fact::Asked { request } | Fact::AskedAgain { request, .. } => {
                outage.as_mut()?.asked.insert(*request);
                None
            }
            Fact::Executed { request } => {
                let over = outage.take_if(|outage| outage.asked.contains(request))?;
                Some(nanos(moment.at.since(over.since)))
            }
            _ => None,
        },
    );
}

/// From when a client first has to ask again, or gives up, to the next answer that it gets: what a failure is to those who ask, whatever has
/// failed.
pub(crate) fn recovery_of_clients(measure: &mut Measures<Fact>) {
    measure.quantiles(
        &[("time to recovery p50", 50), ("time to recovery p95", 95), ("time to recovery p99", 99)],
        BTreeMap::new(),
        |since: &mut BTreeMap<u16, Time>, moment: Moment, fact: &Fact| match fact {
            Fact::AskedAgain { request, .. } | Fact::GivenUp { request } => {
                since.entry(request.client).or_insert(moment.at);
                None
            }
            Fact::Answered { request, .. } => {
                since.remove(&request.client).map(|since| nanos(moment.at.since(since)))
            }
            _ => None,
        },
    );
}

/// A worker has failed, and nothing was carried out yet that was asked for after that.
#[derive(Clone)]
struct Outage {
    since: Time,
    asked: SortedSet<RequestId>,
}

/// From a request to its answer, or to its client's end of trying.
pub(crate) fn time_to_know(measure: &mut Measures<Fact>) {
    measure.quantiles(
        &[("time to know p95", 95)],
        BTreeMap::new(),
        |since: &mut BTreeMap<RequestId, Time>, moment: Moment, fact: &Fact| match fact {
            Fact::Asked { request } => {
                since.insert(*request, moment.at);
                None
            }
            Fact::Answered { request, .. } | Fact::GivenUp { request } => {
                since.remove(request).map(|since| nanos(moment.at.since(since)))
            }
            _ => None,
        },
    );
}

/// A span as a sample.
pub(crate) fn nanos(span: Duration) -> i64 {
    i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)
}
