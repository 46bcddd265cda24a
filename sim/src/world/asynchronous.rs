//! The world without its clock: whatever is pending may come next. For exhaustive search over orders.

use std::hash::Hasher;

use rehearsal_protocol::{Protocol, Time};

use super::World;
use super::queue::Pending;
use crate::check::Checks;

impl<P: Protocol> World<P> {
    /// Whether some actors of the blueprint have not had their first turn.
    pub(crate) fn is_beginning(&self) -> bool {
        (self.begun as usize) < self.blueprint.actors.len()
    }

    /// Takes everything that is pending, in the order of time.
    pub(crate) fn take_pending(&mut self) -> Vec<(Time, Pending<P>)> {
        std::iter::from_fn(|| self.queue.pop()).collect()
    }

    /// Lets something happen that was taken before, at its own time, which may lie before that of what happened last.
    pub(crate) fn perform(&mut self, at: Time, pending: Pending<P>, checks: &mut Checks<P::Fact>) {
        self.now = at;
        self.happen(pending.target, pending.cause, pending.what, checks);
    }

    /// Feeds the present states of all actors to a hasher.
    pub(crate) fn fingerprint_actors(&self, hasher: &mut dyn Hasher) {
        for (slot, cell) in self.cells.iter().enumerate() {
            hasher.write_u64(slot as u64);
            match &cell.actor {
                Some(actor) => actor.fingerprint(hasher),
                None => hasher.write_u64(u64::MAX),
            }
        }
    }
}
