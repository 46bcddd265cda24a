//! The designs that are compared (`actors.md` C.5, models).

use rehearsal_gate::gate::{Config, Flaws, Model, Results};
use serde::Deserialize;

/// The names, as they are typed.
pub(super) static NAMES: [&str; 8] =
    ["m0", "m1", "m2", "m3", "m1-early", "m2-early", "m2-three-tries", "m2-files"];

/// A design as data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Design {
    /// What it calls itself: for reports.
    #[serde(rename = "name")]
    _name: String,
    /// How state is kept: `polled`, `triple-write`, `transaction` or `event-log`.
    pub(super) model: Model,
    /// How answers come: `reported` or `filed`.
    #[serde(default)]
    pub(super) results: Results,
    /// Whether a gate is decided as soon as more than half of its agents agree.
    #[serde(default)]
    pub(super) early: bool,
    /// How often an agent that fails is started, the first time included.
    #[serde(default = "once")]
    pub(super) tries: u8,
}

const fn once() -> u8 {
    1
}

/// The design of that name, and what is wrong with it; the number of agents is that of `usual`.
pub(super) fn named(name: &str, usual: Config) -> Option<(Config, Flaws)> {
    let of = |model| Config { model, results: Results::Reported, early: false, tries: once(), ..usual };
    Some(match name {
        // As it was, with all that was wrong.
        "m0" => (Config { results: Results::Filed, ..of(Model::Polled) }, Flaws::OF_M0),
        "m1" => (of(Model::TripleWrite), Flaws::none()),
        "m2" => (of(Model::Transaction), Flaws::none()),
        "m3" => (of(Model::EventLog), Flaws::none()),
        "m1-early" => (Config { early: true, ..of(Model::TripleWrite) }, Flaws::none()),
        "m2-early" => (Config { early: true, ..of(Model::Transaction) }, Flaws::none()),
        "m2-three-tries" => (Config { tries: 3, ..of(Model::Transaction) }, Flaws::none()),
        "m2-files" => (Config { results: Results::Filed, ..of(Model::Transaction) }, Flaws::none()),
        _ => return None,
    })
}
