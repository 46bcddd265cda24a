//! Links are clogged: what would pass them is held, and released all at once.

use super::plan::{Harm, Planner};
use super::{Kind, partition};

/// This finds what uniform loss does not: old messages that arrive in a burst, long after their sender gave up.
pub static KIND: Kind = Kind::new("clog", "links hold what they carry, and release it at once", plan);

fn plan(planner: &mut Planner<'_>, on: bool) {
    partition::plan_cuts(planner, &KIND, on, Harm::Clog);
}
