//! What monitors say of logs of facts.

use rehearsal::check::Goal;
use rehearsal::stage::facts::Checked;

use crate::subject::Subject;

/// Logs of facts, judged.
pub struct CheckResult {
    /// Whose monitors judged.
    pub subject: Subject,
    /// What they say.
    pub checked: Checked,
    /// The scenario's goals, in the order of [`Checked::goals`].
    pub goals: Vec<Goal>,
}

impl CheckResult {
    /// Whether the verdict is certain.
    pub fn is_certain(&self) -> bool {
        self.checked.presumptions.is_empty()
    }
}
