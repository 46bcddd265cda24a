//! One choice with another value, so that another choice is not needed any more.

use super::Search;
use crate::choice::Deviation;
use crate::explore::representatives::representatives;

impl Search<'_> {
    /// Gives each deviation each other value that its choice offers, and leaves out one of the others. Ends with the first success.
    pub(super) fn swap(&mut self) {
        let best = self.best.clone();
        let points = self.points(&best);
        for (changed, made) in best.iter().enumerate().rev() {
            let point = points.iter().find(|point| (point.key, point.n) == (made.key, made.n));
            let values = point.map(|point| representatives(made.stream, point.offered)).unwrap_or_default();
            for value in values.into_iter().filter(|value| *value != made.value) {
                for left_out in (0..best.len()).filter(|index| *index != changed) {
                    let mut candidate = best.clone();
                    candidate[changed] = Deviation { value, ..*made };
                    candidate.remove(left_out);
                    if self.is_spent() || self.accept_fewer(candidate) {
                        return;
                    }
                }
            }
        }
    }
}
