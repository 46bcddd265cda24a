//! What trying all orders came to: the input of its page and its document.

use std::time::Duration;

use rehearsal::interleave::{Interleaved, Reach};

use crate::explore::Finding;
use crate::subject::Subject;

/// What trying all orders came to.
pub struct InterleavingsResult {
    /// What was tried.
    pub subject: Subject,
    /// How far the search went.
    pub reach: Reach,
    /// What came out.
    pub found: Interleaved,
    /// What more is known of each violation, in their order.
    pub findings: Vec<Finding>,
    /// How long it took.
    pub wall: Duration,
}
