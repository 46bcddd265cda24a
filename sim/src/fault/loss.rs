//! The network loses messages.

use super::Kind;
use super::plan::Planner;

/// The rate differs between runs, from one in two thousand to one in four.
pub static KIND: Kind = Kind::new("loss", "the network loses messages", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    if on {
        let rate = planner.rate(&KIND);
        planner.plan.weather.lose(rate);
    }
}
