//! When a run ends though it is not done.

use std::time::Duration;

use rehearsal_protocol::Time;
use rehearsal_protocol::time::nanos;

use crate::run::Limit;
use crate::topology::Topology;
use crate::wall::Stopwatch;

/// How far a run is.
pub(super) struct SoFar {
    pub(super) now: Time,
    /// Since when there are no faults any more.
    pub(super) healed: Option<Time>,
    pub(super) events: u64,
    pub(super) pending: usize,
}

impl SoFar {
    fn since_healed(&self) -> Option<Duration> {
        self.healed.map(|healed| self.now.since(healed))
    }

    /// Whether a run that is never quiet ends here in good order.
    pub(super) fn is_beyond_horizon(&self, topology: &Topology) -> bool {
        let past = |(horizon, since)| nanos(since) >= horizon;
        topology.horizon.zip(self.since_healed()).is_some_and(past)
    }

    /// The limit that is reached, but for that of wall time.
    pub(super) fn limit(&self, topology: &Topology) -> Option<Limit> {
        let limits = topology.limits;
        if self.events >= limits.events {
            Some(Limit::Events(limits.events))
        } else if self.since_healed().is_some_and(|since| since >= limits.virtual_time) {
            Some(Limit::VirtualTime(nanos(limits.virtual_time)))
        } else if self.pending as u64 >= u64::from(limits.pending) {
            Some(Limit::Pending(u64::from(limits.pending)))
        } else {
            None
        }
    }

    /// The limit that is reached, that of wall time included.
    pub(super) fn limit_by(&self, topology: &Topology, watch: &Stopwatch) -> Option<Limit> {
        let wall_time = topology.limits.wall_time;
        let too_long = || (watch.elapsed() >= wall_time).then(|| Limit::WallTime(nanos(wall_time)));
        self.limit(topology).or_else(too_long)
    }
}
