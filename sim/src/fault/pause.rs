//! A node stalls while time goes on, as in a long collection of garbage or a suspended machine.

use super::Kind;
use super::plan::{Harm, Nodes, Planner};

/// What arrives waits in the mailboxes; timers that run out wait, too.
pub static KIND: Kind = Kind::new("pause", "a node stalls while time goes on", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    let menu = planner.episode_menu(on, 30, planner.topology.outages.classes());
    planner.episodes_on_nodes(&KIND, &menu, 2, Nodes::Exposed, |topology, node, value| {
        (topology.outages.length(value.entry() - 1, value.extra() << 8), Harm::Pause(node))
    });
}
