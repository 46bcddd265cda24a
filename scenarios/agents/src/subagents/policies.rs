//! How children may be run: the knobs of A.5, each turned alone.

use rehearsal_agents::subagents::Config;

/// The names, as they are typed. The first is what the scenario does if none is named.
pub(super) static NAMES: [&str; 3] = ["tries-again", "tries-once", "no-timeout"];

/// The knobs under the policy of that name.
pub(super) fn named(name: &str, usual: Config) -> Option<Config> {
    Some(match name {
        "tries-again" => usual,
        "tries-once" => Config { max_attempts: 1, ..usual },
        "no-timeout" => Config { timeout: None, ..usual },
        _ => return None,
    })
}
