//! How the line can be supervised.

use std::time::Duration;

use rehearsal_protocol::supervision::{Backoff, Policy, Strategy};

/// The names, as they are typed.
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
pub(crate) fn named(name: &str) -> Option<Policy> {
    let some = |strategy| Policy::otp(strategy).with_intensity(3, Duration::from_secs(5));
    Some(match name {
        "one-for-one" => some(Strategy::OneForOne),
        "one-for-all" => some(Strategy::OneForAll),
        "rest-for-one" => some(Strategy::RestForOne),
        "otp-defaults" => Policy::otp(Strategy::OneForOne).named("otp-defaults"),
        "let-it-crash" => {
            let always = Policy::otp(Strategy::RestForOne).with_intensity(u32::MAX, Duration::from_secs(5));
            always.named("let-it-crash")
        }
        "backoff" => some(Strategy::RestForOne).with_backoff(GROWING).named("backoff"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_policy_of_that_name() {
        NAMES.iter().for_each(|name| assert_eq!(named(name).unwrap().name, *name));
        assert_eq!(named("no-such"), None);
    }
}
