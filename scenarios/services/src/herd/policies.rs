//! What can be done about a herd.

use std::time::Duration;

use rehearsal_protocol::supervision::Strategy;
use rehearsal_services::service::{Policy, Retry};

use crate::service::policies::{always, supervision};

/// The names, as they are typed.
pub(super) static NAMES: [&str; 9] = [
    "guarded",
    "at-once",
    "no-jitter",
    "full-jitter",
    "retry-budget",
    "admission-limit",
    "otp-defaults",
    "cowork",
    "deep",
];

/// Six attempts, with waits of 50 ms that double up to 400 ms.
fn doubling() -> Retry {
    Retry::doubling(6, Duration::from_millis(50), Duration::from_millis(400))
}

/// At most so many requests wait at the server: what it does within a client's patience, and a few less.
const LIMIT: u32 = 20;

/// What is done if nothing else is said: all of it.
pub(super) fn usual() -> Policy {
    named("guarded").expect("it is one of them")
}

/// The policy of that name.
pub(super) fn named(name: &str) -> Option<Policy> {
    let restarted = |name: &'static str, retry| Policy::new(always(Strategy::OneForOne).named(name), retry);
    Some(match name {
        "guarded" => restarted("guarded", doubling().with_full_jitter().on_budget(8, 50)).with_limit(LIMIT),
        "at-once" => restarted("at-once", Retry::at_once(6)),
        "no-jitter" => restarted("no-jitter", doubling()),
        "full-jitter" => restarted("full-jitter", doubling().with_full_jitter()),
        "retry-budget" => restarted("retry-budget", doubling().on_budget(2, 20)),
        "admission-limit" => restarted("admission-limit", doubling()).with_limit(LIMIT),
        "otp-defaults" => Policy::new(supervision("otp-defaults")?, doubling()),
        "cowork" => restarted("cowork", Retry::cowork()),
        "deep" => restarted("deep", Retry::deep()),
        _ => return None,
    })
}
