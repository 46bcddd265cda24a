//! What a designer decides, as plain data.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::backoff::Backoff;
use super::intensity::Intensity;

/// How a supervisor answers failures.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its name, for reports.
    pub name: Cow<'static, str>,
    /// Whom a failure concerns.
    pub strategy: Strategy,
    /// How many restarts are too many.
    #[serde(default)]
    pub intensity: Intensity,
    /// How long to wait before a restart; at once if absent, as OTP does.
    #[serde(default)]
    pub backoff: Option<Backoff>,
    /// Whether the end of a significant child ends the supervisor.
    #[serde(default)]
    pub auto_shutdown: AutoShutdown,
    /// What becomes of the messages that wait for a child when it is started again.
    #[serde(default)]
    pub mailbox_on_restart: MailboxOnRestart,
    /// What a child that is started again begins with.
    #[serde(default)]
    pub state_on_restart: StateOnRestart,
}

/// Whom a failure concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Only the child that failed.
    OneForOne,
    /// All children: the others are stopped, and all are started in their order.
    OneForAll,
    /// The child that failed and those that were started after it.
    RestForOne,
    /// As one-for-one, for any number of children of the same kind.
    SimpleOneForOne,
}

/// Whether the end of a significant child ends the supervisor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutoShutdown {
    /// No.
    #[default]
    Never,
    /// The end of any.
    AnySignificant,
    /// The end of the last.
    AllSignificant,
}

/// What becomes of the messages that wait for a child when it is started again (`actors.md` C.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailboxOnRestart {
    /// They go to the dead letters, as with OTP; whoever asked is told so.
    #[default]
    Drop,
    /// They wait for its next life, and so does what comes until then; all but the message that it failed on.
    Keep,
}

/// What a child that is started again begins with (`actors.md` C.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StateOnRestart {
    /// With nothing, as if it had never lived.
    Initial,
    /// With what its disk kept.
    #[default]
    Recover,
}

impl Policy {
    /// OTP's defaults: at most one restart in 5 s, at once.
    pub const fn otp(strategy: Strategy) -> Self {
        let name = match strategy {
            Strategy::OneForOne => "one-for-one",
            Strategy::OneForAll => "one-for-all",
            Strategy::RestForOne => "rest-for-one",
            Strategy::SimpleOneForOne => "simple-one-for-one",
        };
        Self {
            name: Cow::Borrowed(name),
            strategy,
            intensity: Intensity { max: 1, within: Duration::from_secs(5) },
            backoff: None,
            auto_shutdown: AutoShutdown::Never,
            mailbox_on_restart: MailboxOnRestart::Drop,
            state_on_restart: StateOnRestart::Recover,
        }
    }

    /// The same with another intensity.
    #[must_use]
    pub fn with_intensity(self, max: u32, within: Duration) -> Self {
        Self { intensity: Intensity { max, within }, ..self }
    }

    /// The same, waiting before restarts.
    #[must_use]
    pub fn with_backoff(self, backoff: Backoff) -> Self {
        Self { backoff: Some(backoff), ..self }
    }

    /// The same, ended by significant children.
    #[must_use]
    pub fn with_auto_shutdown(self, auto_shutdown: AutoShutdown) -> Self {
        Self { auto_shutdown, ..self }
    }

    /// The same, with this said of messages that wait for a child when it is started again.
    #[must_use]
    pub fn with_mailbox_on_restart(self, mailbox_on_restart: MailboxOnRestart) -> Self {
        Self { mailbox_on_restart, ..self }
    }

    /// The same, with this said of what a child begins with when it is started again.
    #[must_use]
    pub fn with_state_on_restart(self, state_on_restart: StateOnRestart) -> Self {
        Self { state_on_restart, ..self }
    }

    /// The same under another name.
    #[must_use]
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..self }
    }
}
