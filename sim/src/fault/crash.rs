//! A node crashes and starts again after a while.

use super::Kind;
use super::plan::{Harm, Nodes, Planner};

/// Volatile state, mailboxes and timers are gone; only synced writes stay.
pub static KIND: Kind = Kind::new("crash", "a node crashes and restarts", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    let menu = planner.episode_menu(on, 30, planner.topology.outages.classes());
    planner.episodes_on_nodes(&KIND, &menu, 2, Nodes::Exposed, |topology, node, value| {
        (topology.outages.length(value.entry() - 1, value.extra() << 8), Harm::Crash(node))
    });
}
