//! What is measured when policies are compared.

use std::time::Duration;

use rehearsal::check::{Moment, SortedSet};
use rehearsal::compare::{Better, Measures, Statistic, Unit};
use rehearsal_protocol::Time;
use rehearsal_services::service::{Fact, RequestId};

use super::admission::after;
use crate::service::measures;

/// States what is measured.
pub(super) fn state(measure: &mut Measures<Fact>) {
    measures::requests(measure);
    recovery(measure);
    peak(measure);
    measures::time_to_know(measure);
    measures::failures(measure);
    measure.count("requests refused", Better::Lower, |fact| matches!(fact, Fact::Rejected { .. }));
    measures::restarts(measure);
}

/// The most that were under way at the server at the same time.
fn peak(measure: &mut Measures<Fact>) {
    measure.folded(
        "peak queue",
        Unit::Count,
        Better::Lower,
        Statistic::Mean,
        (0, 0),
        |(places, peak): &mut (u32, u32), _, fact: &Fact| {
            *places = after(fact, *places);
            *peak = (*peak).max(*places);
            None
        },
        |(_, peak), _| Some(i64::from(*peak)),
    );
}

/// What is open, and what of it was when the server ended last.
#[derive(Clone, Default)]
struct Waiting {
    all: SortedSet<RequestId>,
    concerned: SortedSet<RequestId>,
    since: Option<Time>,
}

/// From the end of the server until all that was open then has been answered or given up.
fn recovery(measure: &mut Measures<Fact>) {
    let step = |state: &mut Waiting, moment: Moment, fact: &Fact| {
        match fact {
            Fact::Asked { request } => {
                state.all.insert(*request);
            }
            Fact::CutOff { .. } if state.since.is_none() && !state.all.is_empty() => {
                state.since = Some(moment.at);
                state.concerned.clone_from(&state.all);
            }
            Fact::Answered { request, .. } | Fact::GivenUp { request } => {
                state.all.remove(request);
                state.concerned.remove(request);
            }
            _ => {}
        }
        let since = state.since.filter(|_| state.concerned.is_empty())?;
        state.since = None;
        let span: Duration = moment.at.since(since);
        Some(measures::nanos(span))
    };
    let names = [("time to recovery p50", 50), ("time to recovery p95", 95), ("time to recovery p99", 99)];
    measure.quantiles(&names, Waiting::default(), step);
}
