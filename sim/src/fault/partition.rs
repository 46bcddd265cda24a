//! Links are cut: what would pass them is lost.

use super::Kind;
use super::cut::{Cut, Shape};
use super::plan::{Harm, Planner};
use crate::choice::Value;
use crate::world::blueprint::Topology;
use rehearsal_protocol::NodeId;

/// Symmetric, one-way and bridging partitions.
pub static KIND: Kind = Kind { name: "partition", sentence: "links are cut, both ways or one way", plan };

fn plan(planner: &mut Planner<'_>, on: bool) {
    if planner.topology.nodes.len() < 2 {
        return;
    }
    let menu = planner.episode_menu(on, 60, planner.topology.outages.classes());
    planner.episodes(KIND.name, &menu, 3, |topology, value| {
        (
            topology.outages.length(value.entry() - 1, value.share().reverse_bits()),
            Harm::Cut(cut(topology, value)),
        )
    });
}

/// The cut that a value stands for: its extra bits give the shape and the nodes.
pub(super) fn cut(topology: &Topology, value: Value) -> Cut {
    let extra = value.extra();
    let shape = Shape::ALL[(extra & 0xFF) as usize % Shape::ALL.len()];
    let node = NodeId((extra >> 8) % topology.nodes.len() as u32);
    Cut { shape, node, salt: extra >> 4 }
}
