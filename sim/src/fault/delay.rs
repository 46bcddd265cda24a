//! Single messages take long: around a declared timeout, or much longer than usual.

use super::Kind;
use super::plan::Planner;

/// Reordering comes from this as well: what takes long is overtaken.
pub static KIND: Kind =
    Kind::new("delay", "single messages come just below or above a timeout, or very late", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    if on {
        let rate = planner.rate(&KIND);
        planner.plan.weather.delay(rate);
    }
}
