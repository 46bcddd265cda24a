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

    /// The same under another name.
    #[must_use]
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..self }
    }
}
