//! Links are clogged: what would pass them is held, and released all at once.

use super::plan::{Harm, Planner};
use super::{Kind, partition};

/// This finds what uniform loss does not: old messages that arrive in a burst, long after their sender gave up.
pub static KIND: Kind =
    Kind { name: "clog", sentence: "links hold what they carry, and release it at once", plan };

fn plan(planner: &mut Planner<'_>, on: bool) {
    if planner.topology.nodes.len() < 2 {
        return;
    }
    let menu = planner.episode_menu(on, 60, planner.topology.outages.classes());
    planner.episodes(KIND.name, &menu, 3, |topology, value| {
        let length = topology.outages.length(value.entry() - 1, value.share().reverse_bits());
        (length, Harm::Clog(partition::cut(topology, value)))
    });
}
