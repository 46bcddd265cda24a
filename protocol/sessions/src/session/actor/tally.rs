//! What a session has done so far, and what it says of it (`actors.md` A.1 metrics, E GetMetrics).
//!
//! A total is written with each commit that adds to it, and told from when that is durable: so it survives a crash, and is never ahead of what is stored.

use rehearsal_protocol::time::Time;

use super::SessionActor;
use crate::session::Cx;
use crate::session::fact::Fact;
use crate::session::message::{Calls, GetState, Message, Metrics};
use crate::session::variant::Variant;

/// The total, with what is being stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Tally {
    total: Metrics,
    /// Until when the work of the present run is counted.
    until: Time,
}

impl Tally {
    /// Goes on from what was durable.
    pub(super) fn from(total: Metrics, now: Time) -> Self {
        Self { total, until: now }
    }

    /// A run begins.
    pub(super) fn begin(&mut self, now: Time) {
        self.until = now;
    }

    /// The model has said all of a step, in the last of so many attempts.
    pub(super) fn said(&mut self, attempts: u16) {
        self.total.retries += u32::from(attempts.saturating_sub(1));
    }

    /// A step is stored, with the calls that it asks for.
    pub(super) fn step(&mut self, now: Time, chunks: u16, calls: Calls) -> Metrics {
        self.total.calls += calls.classes().count() as u32;
        self.add(now, chunks)
    }

    /// A run is over.
    pub(super) fn over(&mut self, now: Time, chunks: u16) -> Metrics {
        self.total.turns += 1;
        self.add(now, chunks)
    }

    fn add(&mut self, now: Time, chunks: u16) -> Metrics {
        self.total.tokens += u32::from(chunks);
        self.total.busy += now.since(self.until);
        self.until = now;
        self.total
    }
}

impl SessionActor {
    /// Somebody asks for the metrics. They are told at once, whatever runs.
    pub(super) fn tell_metrics(&self, cx: &mut Cx<'_>, get: GetState) {
        let GetState { key, question, reply_to } = get;
        let mut metrics = self.memory.metrics;
        if self.variants.has(Variant::ConstantMetrics) {
            metrics.retries = 0;
        }
        cx.announce(Fact::MetricsTold { key, metrics });
        cx.send(reply_to, Message::Metrics { question, metrics });
    }
}
