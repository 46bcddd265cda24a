//! What can be done about a dependency that goes down and up.

use std::time::Duration;

use rehearsal_protocol::supervision::{Policy as Supervision, Strategy};
use rehearsal_services::service::{Policy, Retry, Rule};

use crate::service::policies::{always, growing, supervision};

/// The names, as they are typed.
pub(super) static NAMES: [&str; 7] =
    ["circuit-breaker", "restart-at-once", "backoff", "otp-defaults", "let-it-crash", "cowork", "deep"];

/// Opens with three failures in a row, and tries again after 100 ms: before every call that was under way then has timed out.
const RULE: Rule = Rule { failures: 3, open: Duration::from_millis(100) };

/// Four attempts, with waits of up to 50, 100 and 200 ms.
fn retry() -> Retry {
    Retry::doubling(4, Duration::from_millis(50), Duration::from_millis(200)).with_full_jitter()
}

/// What is done if nothing else is said.
pub(super) fn usual() -> Policy {
    let supervision = supervision("one-for-one").expect("it is one of them").named("circuit-breaker");
    Policy::new(supervision, retry()).with_breaker(RULE)
}

/// The policy of that name.
pub(super) fn named(name: &str) -> Option<Policy> {
    // A supervisor of nodes: five restarts a minute (`actors.md` C.4).
    let of_agents = || Supervision::otp(Strategy::OneForOne).with_intensity(5, Duration::from_secs(60));
    Some(match name {
        "circuit-breaker" => usual(),
        "restart-at-once" => Policy::new(supervision("one-for-one")?.named("restart-at-once"), retry()),
        "backoff" => Policy::new(growing(Strategy::OneForOne), retry()),
        "otp-defaults" => Policy::new(supervision(name)?, retry()),
        "let-it-crash" => Policy::new(always(Strategy::OneForOne), retry()),
        "cowork" => Policy::new(of_agents().named("cowork"), Retry::cowork()).with_breaker(RULE),
        "deep" => Policy::new(of_agents().named("deep"), Retry::deep()).with_breaker(RULE),
        _ => return None,
    })
}
