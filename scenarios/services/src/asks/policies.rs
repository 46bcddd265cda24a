//! What becomes of the mailbox and of the state of a counter that is started again.

use std::time::Duration;

use rehearsal_protocol::supervision::{Backoff, MailboxOnRestart, Policy, StateOnRestart, Strategy};

/// The names, as they are typed: first of the mailbox, then of the state.
pub(super) static NAMES: [&str; 4] = ["keep-recover", "keep-initial", "drop-recover", "drop-initial"];

/// Waits longer before each restart of late, up to 500 ms.
const GROWING: Backoff = Backoff {
    initial: Duration::from_millis(20),
    factor_percent: 200,
    cap: Duration::from_millis(500),
    jitter_percent: 20,
};

/// The policy of that name.
pub(super) fn named(name: &str) -> Option<Policy> {
    let (mailbox, state) = match NAMES.iter().position(|known| *known == name)? {
        0 => (MailboxOnRestart::Keep, StateOnRestart::Recover),
        1 => (MailboxOnRestart::Keep, StateOnRestart::Initial),
        2 => (MailboxOnRestart::Drop, StateOnRestart::Recover),
        _ => (MailboxOnRestart::Drop, StateOnRestart::Initial),
    };
    let policy = Policy::otp(Strategy::OneForOne)
        .with_intensity(3, Duration::from_secs(1))
        .with_backoff(GROWING)
        .with_mailbox_on_restart(mailbox)
        .with_state_on_restart(state);
    Some(policy.named(name.to_owned()))
}
