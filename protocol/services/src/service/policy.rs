//! What a designer of a service decides, as plain data: how it is supervised, when clients ask again, when callers do not call, how many are admitted.

use rehearsal_protocol::supervision;
use serde::{Deserialize, Serialize};

use super::breaker::Rule;
use super::retry::Retry;

/// How a service answers failures.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Policy {
    /// How its workers are supervised. The name of this is the name of all.
    pub supervision: supervision::Policy,
    /// When its clients ask again.
    pub retry: Retry,
    /// When its callers do not call what they depend on; they always do if absent.
    pub breaker: Option<Rule>,
    /// How many requests it takes at a time; any number if absent.
    pub admission: Option<Admission>,
}

/// How many requests are admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admission {
    /// So many at a time.
    pub limit: u32,
}

impl Policy {
    /// A service under this supervision, whose clients ask again so.
    pub const fn new(supervision: supervision::Policy, retry: Retry) -> Self {
        Self { supervision, retry, breaker: None, admission: None }
    }

    /// Its name, for reports.
    pub fn name(&self) -> &str {
        &self.supervision.name
    }

    /// The same with circuit breakers.
    #[must_use]
    pub fn with_breaker(self, rule: Rule) -> Self {
        Self { breaker: Some(rule), ..self }
    }

    /// The same with a limit.
    #[must_use]
    pub fn with_limit(self, limit: u32) -> Self {
        Self { admission: Some(Admission { limit }), ..self }
    }
}
