//! The knobs of those who delegate.

use std::time::Duration;

use rehearsal_sessions::session::catalog::AgentName;

/// How children are run, and how deep they may stand (`actors.md` A.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// How often a call is tried at most, each time by a child of its own. Whoever tries again does again what the first child did, which is why the
    /// usual number is 1.
    pub max_attempts: u32,
    /// How long a call rests after its first child has failed; twice as long after each one more.
    pub first_retry: Duration,
    /// How long a call may take with all its attempts, if there is a bound. A child that takes too long is cancelled, and none follows.
    pub timeout: Option<Duration>,
    /// How long an interrupted run waits for what it began.
    pub grace: Duration,
    /// How many agents may stand one below another.
    pub depth: u32,
    /// Who may delegate, beside what the catalog says.
    pub nested: Nested,
}

/// Whether a subagent may have others explore for it: a knob for deeper trees than the catalog allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nested {
    /// As the catalog says.
    Never,
    /// An architect may have somebody explore.
    ByArchitects,
}

impl Default for Config {
    /// Attempts and the first rest are upstream's.
    fn default() -> Self {
        Self {
            max_attempts: 1,
            first_retry: Duration::from_millis(250),
            timeout: Some(Duration::from_millis(900)),
            grace: Duration::from_millis(300),
            depth: 3,
            nested: Nested::Never,
        }
    }
}

impl Config {
    /// How long a call rests after so many attempts.
    pub fn rest(&self, attempts: u32) -> Duration {
        self.first_retry.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)))
    }
}

impl Nested {
    /// Whether one agent may delegate to another.
    pub fn may_delegate(self, from: AgentName, to: AgentName) -> bool {
        let nests = (from, to) == (AgentName::Architect, AgentName::Explore);
        from.may_delegate_to(to) || (self == Self::ByArchitects && nests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_double() {
        let rests = [1, 2, 3].map(|attempts| Config::default().rest(attempts).as_millis());
        assert_eq!(rests, [250, 500, 1_000]);
    }
}
