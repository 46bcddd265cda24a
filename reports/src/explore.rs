//! What exhaustive search came to: the input of its page and its document.

use std::path::PathBuf;
use std::time::Duration;

use rehearsal::explore::Explored;
use rehearsal::story::Story;

use crate::subject::Subject;

/// What exhaustive search came to.
pub struct ExploreResult {
    /// What was explored.
    pub subject: Subject,
    /// At most so many deviations were asked for.
    pub deviations: u32,
    /// What came out.
    pub explored: Explored,
    /// Why runs are left out, if some are.
    pub left_out: Option<LeftOut>,
    /// What more is known of each violation, in their order.
    pub findings: Vec<Finding>,
    /// How long it took.
    pub wall: Duration,
}

/// Why runs are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// The budget of runs is used up.
    Budget(u64),
    /// The first violation ended it.
    FirstViolation,
    /// It was interrupted from outside.
    Interrupted,
}

impl LeftOut {
    /// In words: what follows "not complete:".
    pub fn in_words(self) -> String {
        match self {
            Self::Budget(runs) => {
                format!("the budget of {} is used up", crate::terminal::figures::counted(runs, "run"))
            }
            Self::FirstViolation => "the first violation ended it (--fail-fast)".to_owned(),
            Self::Interrupted => "it was interrupted".to_owned(),
        }
    }
}

/// A violation with all that is known of it.
pub struct Finding {
    /// How it came about.
    pub story: Option<Story>,
    /// The case that was written.
    pub case: Option<PathBuf>,
}

impl ExploreResult {
    /// Whether every run that was asked for was made.
    pub fn is_complete(&self) -> bool {
        self.explored.complete_up_to == Some(self.deviations)
    }
}
