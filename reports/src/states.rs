//! What a search of states came to: the input of its page and its document.

use std::time::Duration;

use rehearsal::states::{LeftOut, Reached, StatesSpec};

use crate::explore::Finding;
use crate::subject::Subject;
use crate::terminal::figures::counted;

/// What a search of states came to.
pub struct StatesResult {
    /// What was searched.
    pub subject: Subject,
    /// How far the search was to go, and how.
    pub spec: StatesSpec,
    /// What came out.
    pub reached: Reached,
    /// What more is known of each violation, in their order.
    pub findings: Vec<Finding>,
    /// How long it took.
    pub wall: Duration,
}

impl StatesResult {
    /// Goals that no state reaches, as far as states were found.
    pub fn unreached(&self) -> impl Iterator<Item = String> {
        let goals = self.subject.rehearsal().goals().into_iter().zip(&self.reached.goals);
        goals.filter(|(_, reached)| !**reached).map(|(goal, _)| goal.name)
    }
}

/// Why states are left out, in words: what follows "not complete:".
pub fn left_out_in_words(left_out: LeftOut) -> String {
    match left_out {
        LeftOut::States(states) => format!("it stopped at {}", counted(states, "state")),
        LeftOut::Depth(steps) => format!("there are states behind {}", counted(u64::from(steps), "step")),
        LeftOut::FirstViolation => "the first violation ended it (--fail-fast)".to_owned(),
        LeftOut::Stopped => "it was interrupted".to_owned(),
    }
}
