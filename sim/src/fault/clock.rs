//! Clocks are off and drift.

use super::Kind;
use super::plan::{Clock, Planner};
use crate::choice::menu::between;
use crate::choice::{Stream, generator};

/// Up to a second ahead, and up to a thousandth fast or slow.
pub static KIND: Kind = Kind::new("clock", "nodes' clocks are off and drift", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    let menu = planner.episode_menu(on, 50, 3);
    let topology = planner.topology;
    for (index, node) in topology.nodes.iter().enumerate() {
        let stream = Stream::OnNode(KIND.name, index as u32);
        let key = generator::join(KIND.key, node.key);
        let value = planner.choices.pick_episode(stream, key, 0, &menu);
        let offset = between(0, 1_000_000_000, value.share());
        let drift_ppm = i64::from(value.extra() % 2_001) - 1_000;
        planner.plan.clocks[index] = match value.entry() {
            0 => Clock::default(),
            1 => Clock { offset, drift_ppm: 0 },
            2 => Clock { offset: 0, drift_ppm },
            _ => Clock { offset, drift_ppm },
        };
    }
}
