//! Names an actor that never returns from a turn.

use std::sync::Arc;
use std::time::Duration;

use super::Stuck;
use crate::registry::Rehearsal;
use crate::world::{Beat, Pulse};

/// Watches the pulses of all workers.
pub(crate) struct Watchdog {
    watched: Vec<Watched>,
    turn_limit: Duration,
}

/// One worker.
struct Watched {
    pulse: Arc<Pulse>,
    last: Beat,
    /// Since when its pulse stands still.
    since: Duration,
    stuck: bool,
}

impl Watched {
    /// A worker that has nothing left to do has let go of its pulse.
    fn is_finished(&self) -> bool {
        Arc::strong_count(&self.pulse) == 1
    }
}

impl Watchdog {
    pub(crate) fn new(pulses: Vec<Arc<Pulse>>, turn_limit: Duration) -> Self {
        let watched = |pulse| Watched { pulse, last: Beat::default(), since: Duration::ZERO, stuck: false };
        Self { watched: pulses.into_iter().map(watched).collect(), turn_limit }
    }

    /// Whether every worker has nothing left to do, or is stuck.
    pub(crate) fn waits_for_nobody(&self) -> bool {
        self.watched.iter().all(|one| one.stuck || one.is_finished())
    }

    /// Looks at all pulses; one that is at rest has no run under way, and one that has stood still for too long is a turn that does not end. Each is named once.
    pub(crate) fn look(&mut self, now: Duration, rehearsal: &dyn Rehearsal) -> Option<Stuck> {
        for one in self.watched.iter_mut().filter(|one| !one.stuck) {
            let beat = one.pulse.beat();
            if beat != one.last || one.is_finished() {
                (one.last, one.since) = (beat, now);
                continue;
            }
            let after = now.saturating_sub(one.since);
            if after >= self.turn_limit && beat.turns > 0 {
                one.stuck = true;
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
