//! The network delivers messages twice.

use super::Kind;
use super::plan::Planner;

/// The second copy takes its own time.
pub static KIND: Kind = Kind::new("duplication", "the network delivers messages twice", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    if on {
        let rate = planner.rate(&KIND);
        planner.plan.weather.duplicate(rate);
    }
}
