//! Benches of the hot path; see `README.md` beside this package's manifest.

pub mod transaction;
pub mod walkers;

use rehearsal::registry::Entry;
use rehearsal::run::AnyRunner;

/// A runner of a ready scenario.
///
/// # Panics
///
/// If there is no scenario of that name.
pub fn runner(scenario: &str) -> Box<dyn AnyRunner> {
    entry(scenario).built(None).runner()
}

/// A ready scenario of the families that are measured here.
///
/// # Panics
///
/// If there is no scenario of that name.
pub fn entry(scenario: &str) -> &'static Entry {
    let measured = [rehearsal_scenarios_sessions::SCENARIOS, rehearsal_scenarios_testbed::SCENARIOS];
    let found = measured.into_iter().flatten().find(|entry| entry.name == scenario);
    found.unwrap_or_else(|| panic!("there is no scenario `{scenario}`"))
}
