//! What an interrupt and a cancel may do beyond stopping a run: the knobs of table B.3, each turned alone.

use rehearsal_sessions::session::{AfterCancel, Config, ExpectedRun, SecondPress, StoppedCalls};

/// The names, as they are typed. The first is what the scenario does if none is named.
pub(super) static NAMES: [&str; 6] = [
    "continue",
    "cancel-parks-queue",
    "cancel-drops-queue",
    "stopped-calls-kept",
    "second-press-ends-grace",
    "interrupts-name-their-run",
];

/// The knobs under the policy of that name.
pub(super) fn named(name: &str, usual: Config) -> Option<Config> {
    Some(match name {
        "continue" => usual,
        "cancel-parks-queue" => Config { after_cancel: AfterCancel::ParkQueue, ..usual },
        "cancel-drops-queue" => Config { after_cancel: AfterCancel::DropToDeadLetter, ..usual },
        "stopped-calls-kept" => Config { stopped_calls: StoppedCalls::Cancelled, ..usual },
        "second-press-ends-grace" => Config { second_press: SecondPress::EndsGrace, ..usual },
        "interrupts-name-their-run" => Config { expected_run: ExpectedRun::Required, ..usual },
        _ => return None,
    })
}
