//! Disks sync slowly, and a crash leaves part of what was not synced.

use super::Kind;
use super::plan::Planner;

/// Without it a crash loses all unsynced writes; with it some stay, or the last of them is torn.
pub static KIND: Kind = Kind::new("disk", "syncs are slow, and a crash tears unsynced writes", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    if on {
        let rate = planner.rate(&KIND);
        planner.plan.weather.bad_disks(rate);
    }
}
