//! Links are cut: what would pass them is lost.

use rehearsal_protocol::NodeId;

use super::Kind;
use super::cut::{Cut, Shape};
use super::plan::{Harm, Nodes, Planner};
use crate::choice::Value;
use crate::choice::generator::{join, mix};
use crate::world::blueprint::Topology;

/// Symmetric, one-way and bridging partitions.
pub static KIND: Kind = Kind { name: "partition", sentence: "links are cut, both ways or one way", plan };

fn plan(planner: &mut Planner<'_>, on: bool) {
    plan_cuts(planner, KIND.name, on, Harm::Cut);
}

/// Plans cuts of links for a kind. Those about one node are that node's own, so that another node adds its own and moves none.
pub(super) fn plan_cuts(planner: &mut Planner<'_>, kind: &'static str, on: bool, harm: fn(Cut) -> Harm) {
    if planner.topology.nodes.len() < 2 {
        return;
    }
    let classes = planner.topology.outages.classes();
    let alone = planner.episode_menu(on, 25, classes);
    planner.episodes_on_nodes(kind, &alone, 1, Nodes::All, |topology, node, value| {
        let shapes = [Shape::Isolated, Shape::Deaf, Shape::Mute];
        let shape = shapes[value.extra() as usize % shapes.len()];
        (length(topology, value), harm(Cut { shape, node, salt: 0 }))
    });
    let halves = planner.episode_menu(on, 40, classes);
    planner.episodes(kind, &halves, 2, |topology, value| {
        let salt = value.extra();
        let shape = if salt.is_multiple_of(3) { Shape::Bridge } else { Shape::Halves };
        (length(topology, value), harm(Cut { shape, node: bridge(topology, salt), salt }))
    });
}

/// The length of an outage; its share is independent of that of the beginning.
fn length(topology: &Topology, value: Value) -> u64 {
    topology.outages.length(value.entry() - 1, mix(value.0) as u32)
}

/// The node that both halves hear: the one whose name fits the salt best, so that a new node seldom takes its place.
fn bridge(topology: &Topology, salt: u32) -> NodeId {
    let fits = |index: &usize| join(topology.nodes[*index].key, u64::from(salt));
    NodeId((0..topology.nodes.len()).max_by_key(fits).unwrap_or(0) as u32)
}
