//! A node runs slowly, so that its mailboxes fill.

use super::Kind;
use super::plan::{Harm, Nodes, Planner};

/// Every turn takes up to a drawn time, during which what arrives waits.
pub static KIND: Kind = Kind::new("slow", "a node's turns take time, so mailboxes fill", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    let menu = planner.episode_menu(on, 30, 4);
    planner.episodes_on_nodes(&KIND, &menu, 1, Nodes::Exposed, |topology, node, value| {
        let length = (u64::from(value.extra()) * topology.faulty_phase) >> 24;
        // The longest turn takes 0.1, 1, 10 or 100 ms.
        let longest = 10_000 * 10_u64.pow(u32::from(value.entry()).min(4));
        (length, Harm::Slow(node, longest))
    });
}
