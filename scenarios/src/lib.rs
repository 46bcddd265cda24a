//! The ready scenarios, family by family: a package for each stands beside this one.

use rehearsal::registry::{self, Entry};

/// The registries of the families; a new family is a line here.
static FAMILIES: &[&[&Entry]] = &[
    rehearsal_scenarios_sessions::SCENARIOS,
    rehearsal_scenarios_locks::SCENARIOS,
    rehearsal_scenarios_services::SCENARIOS,
    rehearsal_scenarios_gate::SCENARIOS,
    rehearsal_scenarios_agents::SCENARIOS,
    rehearsal_scenarios_backend::SCENARIOS,
    rehearsal_scenarios_testbed::SCENARIOS,
];

/// Every scenario there is; the last is the canary, over which a campaign must fail.
pub static SCENARIOS: &[&Entry] = &registry::joined::<{ registry::count(FAMILIES) }>(FAMILIES);
