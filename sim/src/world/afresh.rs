//! The future of a run, drawn once more.

use rehearsal_protocol::{Protocol, Time};

use super::World;
use super::pending::What;
use crate::choice::Choices;
use crate::fault::{Plan, Profile};

impl<P: Protocol> World<P> {
    /// From now on everything is drawn from another seed: the choices, and, while the faulty phase goes on, the weather and the
    /// episodes that are still to begin. What is pending stays as it is, and so do the episodes that are planned already.
    pub(crate) fn go_on_afresh(&mut self, profile: &Profile, seed: u64) {
        let blueprint = self.blueprint.clone();
        let topology = &blueprint.topology;
        if self.healed.is_none() {
            let mut plan = Plan::fair(topology);
            plan.make(topology, profile, seed, &mut Choices::seeded(seed));
            self.plan.weather = plan.weather;
            let heal = Time::from_nanos(topology.faulty_phase);
            for mut episode in plan.episodes {
                if episode.from <= self.now {
                    continue;
                }
                episode.until = episode.until.min(heal);
                let index = self.plan.episodes.len() as u32;
                self.plan.episodes.push(episode);
                self.schedule(episode.from, index, 0, What::EpisodeBegins);
                self.schedule(episode.until, index, 0, What::EpisodeEnds);
            }
        }
        self.choices.afresh(seed);
    }
}
