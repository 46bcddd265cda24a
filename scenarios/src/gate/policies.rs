//! The designs that are compared (`actors.md` C.5, models).

use rehearsal_protocol::gate::{Flaws, Model};
use serde::Deserialize;

/// The names, as they are typed.
pub(super) static NAMES: [&str; 6] = ["m0", "m1", "m2", "m3", "m1-early", "m2-early"];

/// A design as data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Design {
    /// What it calls itself: for reports.
    #[serde(rename = "name")]
    _name: String,
    /// How state is kept: `polled`, `triple-write`, `transaction` or `event-log`.
    pub(super) model: Model,
    /// Whether a gate is decided as soon as more than half of its agents agree.
    #[serde(default)]
    pub(super) early: bool,
}

/// The design of that name: how state is kept, whether gates are decided early, and what is wrong with it.
pub(super) fn named(name: &str) -> Option<(Model, bool, Flaws)> {
    Some(match name {
        // As it was, with all that was wrong.
        "m0" => (Model::Polled, false, Flaws::OF_M0),
        "m1" => (Model::TripleWrite, false, Flaws::none()),
        "m2" => (Model::Transaction, false, Flaws::none()),
        "m3" => (Model::EventLog, false, Flaws::none()),
        "m1-early" => (Model::TripleWrite, true, Flaws::none()),
        "m2-early" => (Model::Transaction, true, Flaws::none()),
        _ => return None,
    })
}
