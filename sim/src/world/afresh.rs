//! The future of a run, drawn once more.

use rehearsal_protocol::{Protocol, Time};

use super::World;
use super::pending::What;
use super::scene::Scene;
use crate::choice::Choices;
use crate::fault::{Plan, Profile};
use crate::topology::Topology;

impl<P: Protocol> World<P> {
    /// From now on everything is drawn from another seed: the choices, and, while the faulty phase goes on, the weather and the
    /// episodes that are still to begin. What is pending stays as it is, and so do the episodes that are planned already.
    pub(crate) fn go_on_afresh(&mut self, profile: &Profile, seed: u64) {
        let first = self.scene.plan.episodes.len();
        self.scene.draw_afresh(profile, seed, &self.blueprint.topology);
        for index in first..self.scene.plan.episodes.len() {
            let episode = self.scene.plan.episodes[index];
            self.schedule(episode.from, index as u32, 0, What::EpisodeBegins);
            self.schedule(episode.until, index as u32, 0, What::EpisodeEnds);
        }
    }
}

impl Scene {
    fn draw_afresh(&mut self, profile: &Profile, seed: u64, topology: &Topology) {
        if self.healed.is_none() {
            let mut plan = Plan::fair(topology);
            plan.make(topology, profile, seed, &mut Choices::seeded(seed));
            self.plan.weather = plan.weather;
            let heal = Time::from_nanos(topology.faulty_phase);
            for mut episode in plan.episodes {
                if episode.from > self.now {
                    episode.until = episode.until.min(heal);
                    self.plan.episodes.push(episode);
                }
            }
        }
        self.choices.afresh(seed);
        self.pairs.draw_afresh();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rehearsal_protocol::{Actor, Address, Context, Input, NodeId, Protocol, Time};

    use crate::check::{Checks, Properties};
    use crate::choice::Choices;
    use crate::fault::Profile;
    use crate::trace::Recording;
    use crate::world::asynchronous::Orders;
    use crate::world::blueprint::Blueprint;
    use crate::world::{Start, World};
    use crate::{Scenario, Setup};

    struct Table;

    impl Protocol for Table {
        type Message = ();
        type Fact = ();
    }

    /// Returns every ball.
    #[derive(Clone, Debug, Hash)]
    struct Player(u32);

    impl Actor<Table> for Player {
        fn receive(&mut self, cx: &mut Context<'_, Table>, input: Input<Table>) {
            let serves = self.0 == 0;
            if matches!(input, Input::Message(_)) || (matches!(input, Input::Start(_)) && serves) {
                let other = 1 - self.0;
                cx.send(Address::new(NodeId(other), other), ());
            }
        }
    }

    struct Two;

    impl Scenario for Two {
        type Protocol = Table;

        fn set_up(&self, system: &mut Setup<Table>) {
            system.node("left").actor("player", Player(0));
            system.node("right").actor("player", Player(1));
        }

        fn properties(&self, _: &mut Properties<()>) {}
    }

    /// When the next two balls arrive, if from now on all is drawn from this seed.
    fn next_two(world: &World<Table>, checks: &mut Checks<()>, seed: u64) -> (Time, Time) {
        let mut world = world.fork();
        world.go_on_afresh(&Profile::NONE, seed);
        assert!(world.step(checks), "what was under way arrives as it would have");
        let arrival = world.now();
        assert!(world.step(checks));
        (arrival, world.now())
    }

    #[test]
    fn what_is_under_way_arrives_as_before_and_the_next_message_by_the_other_seed() {
        let mut checks = Properties::default().checks();
        let mut world = World::new(Arc::new(Blueprint::of(&Two)));
        world.start(Start {
            seed: 5,
            profile: &Profile::NONE,
            choices: Choices::seeded(5),
            script: &[],
            faulty: None,
            recording: Recording::Off,
            orders: Orders::Timed,
        });
        for _ in 0..12 {
            assert!(world.step(&mut checks));
        }
        let mut at_once = world.fork();
        assert!(at_once.step(&mut checks) && at_once.step(&mut checks));
        assert_eq!(next_two(&world, &mut checks, 5).1, at_once.now(), "the same seed goes on as it was");
        let drawn: Vec<_> = (10..14).map(|seed| next_two(&world, &mut checks, seed)).collect();
        assert!(drawn.windows(2).all(|two| two[0].0 == two[1].0 && two[0].1 != two[1].1), "{drawn:?}");
    }
}
