//! A single actor is killed, so that those who watch it must react.

use super::Kind;
use super::plan::{Harm, Planner, Victim};
use crate::choice::generator::mix;

/// An actor that nobody spawned starts again at the end of the episode; a child is its parent's to restart.
pub static KIND: Kind = Kind::new("kill", "a single actor is killed", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    let menu = planner.episode_menu(on, 40, planner.topology.outages.classes());
    planner.episodes(&KIND, &menu, 2, |topology, value| {
        (
            topology.outages.length(value.entry() - 1, mix(value.0) as u32),
            Harm::Kill(Victim::Drawn(value.extra())),
        )
    });
}
