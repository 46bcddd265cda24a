//! Links are cut: what would pass them is lost.

use rehearsal_protocol::NodeId;

use super::Kind;
use super::cut::{Cut, Shape};
use super::plan::{Harm, Nodes, Planner};
use crate::choice::Value;
use crate::choice::generator::{join, mix};
use crate::topology::Topology;

/// Symmetric, one-way and bridging partitions.
pub static KIND: Kind = Kind::new("partition", "links are cut, both ways or one way", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    plan_cuts(planner, &KIND, on, Harm::Cut);
}

/// Plans cuts of links for a kind. Those about one node are that node's own, so that another node adds its own and moves none.
pub(super) fn plan_cuts(planner: &mut Planner<'_>, kind: &Kind, on: bool, harm: fn(Cut) -> Harm) {
    if planner.topology.nodes.len() < 2 {
        return;
    }
    let classes = planner.topology.outages.classes();
    let alone = planner.episode_menu(on, 25, classes);
    planner.episodes_on_nodes(kind, &alone, 1, Nodes::All, |topology, node, value| {
        let shapes = [Shape::Isolated, Shape::Deaf, Shape::Mute];
        let shape = shapes[value.extra() as usize % shapes.len()];
        (length(topology, value), harm(Cut { shape, node, other: node, salt: 0 }))
    });
    let halves = planner.episode_menu(on, 40, classes);
    planner.episodes(kind, &halves, 2, |topology, value| {
        let salt = value.extra();
        let shape = if salt.is_multiple_of(3) { Shape::Bridge } else { Shape::Halves };
        let (other, node) = extremes(topology, salt);
        (length(topology, value), harm(Cut { shape, node, other, salt }))
    });
}

/// The length of an outage; its share is independent of that of the beginning.
fn length(topology: &Topology, value: Value) -> u64 {
    topology.outages.length(value.entry() - 1, mix(value.0) as u32)
}

/// The nodes whose names fit the salt worst and best: a new node seldom takes their place.
fn extremes(topology: &Topology, salt: u32) -> (NodeId, NodeId) {
    let mut nodes: Vec<u32> = (0..topology.nodes.len() as u32).collect();
    nodes.sort_by_key(|node| join(topology.nodes[*node as usize].key, u64::from(salt)));
    (NodeId(nodes[0]), NodeId(nodes[nodes.len() - 1]))
}
