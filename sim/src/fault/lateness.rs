//! Timers run out late.

use super::Kind;
use super::plan::Planner;

/// A timer promises not to fire early, and nothing more.
pub static KIND: Kind = Kind::new("lateness", "timers run out late", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    if on {
        let rate = planner.rate(&KIND);
        planner.plan.weather.late_timers(rate);
    }
}
