//! Names an actor that never returns from a turn.

use std::sync::Arc;
use std::time::Duration;

use super::Stuck;
use crate::registry::Rehearsal;
use crate::world::{Beat, Pulse};

/// Watches the pulses of all workers.
pub(super) struct Watchdog {
    watched: Vec<(Arc<Pulse>, Beat, Duration)>,
    turn_limit: Duration,
}

impl Watchdog {
    pub(super) fn new(pulses: Vec<Arc<Pulse>>, turn_limit: Duration) -> Self {
        let watched = pulses.into_iter().map(|pulse| (pulse, Beat::default(), Duration::ZERO));
        Self { watched: watched.collect(), turn_limit }
    }

    /// Looks at all pulses; one that has stood still for too long is a turn that does not end. A worker that has nothing left
    /// to do has let go of its pulse.
    pub(super) fn look(&mut self, now: Duration, rehearsal: &dyn Rehearsal) -> Option<Stuck> {
        for (pulse, last, since) in &mut self.watched {
            let beat = pulse.beat();
            let finished = Arc::strong_count(pulse) == 1;
            if beat != *last || finished {
                (*last, *since) = (beat, now);
                continue;
            }
            let after = now.saturating_sub(*since);
            if after >= self.turn_limit && beat.turns > 0 {
                let runner = rehearsal.runner();
                let known = runner.topology().actors.get(beat.actor as usize);
                let actor = known.map_or_else(
                    || format!("an actor spawned during the run (slot {})", beat.actor),
                    |info| info.path.to_string(),
                );
                return Some(Stuck { actor, seed: beat.seed, after });
            }
        }
        None
    }
}
