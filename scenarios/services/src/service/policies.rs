//! How services can be supervised, and what else a policy of theirs says.

use std::time::Duration;

use rehearsal::policy;
use rehearsal_protocol::supervision::{Backoff, Policy as Supervision, Strategy};
use rehearsal_services::service::{Admission, Policy, Retry, Rule};

/// The names of those that differ in how workers are supervised, as they are typed.
pub(crate) static NAMES: [&str; 6] =
    ["one-for-one", "one-for-all", "rest-for-one", "otp-defaults", "let-it-crash", "backoff"];

/// Waits longer before each restart of late, up to 2 s.
const GROWING: Backoff = Backoff {
    initial: Duration::from_millis(50),
    factor_percent: 200,
    cap: Duration::from_secs(2),
    jitter_percent: 20,
};

/// The policy of that name.
pub(crate) fn supervision(name: &str) -> Option<Supervision> {
    let some = |strategy| Supervision::otp(strategy).with_intensity(3, Duration::from_secs(5));
    Some(match name {
        "one-for-one" => some(Strategy::OneForOne),
        "one-for-all" => some(Strategy::OneForAll),
        "rest-for-one" => some(Strategy::RestForOne),
        "otp-defaults" => Supervision::otp(Strategy::OneForOne).named("otp-defaults"),
        "let-it-crash" => always(Strategy::RestForOne),
        "backoff" => some(Strategy::RestForOne).with_backoff(GROWING).named("backoff"),
        _ => return None,
    })
}

/// Starts again as often as it takes, at once.
pub(crate) fn always(strategy: Strategy) -> Supervision {
    Supervision::otp(strategy).with_intensity(u32::MAX, Duration::from_secs(5)).named("let-it-crash")
}

/// As often as it takes, and not at once.
pub(crate) fn growing(strategy: Strategy) -> Supervision {
    always(strategy).with_backoff(GROWING).named("backoff")
}

/// A policy as data: the keys of a supervisor's, and of the tables `retry`, `breaker` and `admission` those in `parts`. What is left out is as usual.
///
/// # Errors
///
/// If a key is missing, unknown, or has the wrong value.
pub(crate) fn read(data: &toml::Table, parts: &[&str], usual: &Policy) -> Result<Policy, String> {
    let part = |name: &str| if parts.contains(&name) { data.get(name) } else { None };
    Ok(Policy {
        retry: policy::Policy::read_part::<Retry>("retry", part("retry"))?
            .unwrap_or_else(|| usual.retry.clone()),
        breaker: policy::Policy::read_part::<Rule>("breaker", part("breaker"))?,
        admission: policy::Policy::read_part::<Admission>("admission", part("admission"))?,
        supervision: policy::Policy::read(&policy::Policy::without(data, parts))?,
    })
}
