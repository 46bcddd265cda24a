//! Mail that outlives the lives of its receiver, and asks that nobody will answer.

use rehearsal_protocol::{DeadLetter, Envelope, Input, Protocol, Refusal};

use super::World;
use super::cell::Waiting;

impl<P: Protocol> World<P> {
    /// A parent says whether the mail of a child outlives its lives.
    #[cold]
    pub(super) fn keep_mail(&mut self, parent: u32, child: u32, keep: bool, event: u64) {
        let is_child = self.cells.get(child as usize).is_some_and(|cell| cell.home.parent() == Some(parent));
        match (is_child, keep) {
            (false, _) => {}
            (true, true) => self.cells[child as usize].rest_mut().keeps_mail = true,
            (true, false) => self.release_mail(child, event),
        }
    }

    /// Whether messages for an actor that is not alive wait for its next life.
    pub(super) fn keeps_mail(&self, slot: u32) -> bool {
        self.cells[slot as usize].rest().is_some_and(|rest| rest.keeps_mail)
    }

    /// The mail of an actor ends with its life; if that is over, what was kept goes to the dead letters.
    pub(super) fn release_mail(&mut self, slot: u32, event: u64) {
        let Some(cell) = self.cells.get_mut(slot as usize) else { return };
        let is_dead = cell.actor.is_none();
        let Some(rest) = cell.existing_rest().filter(|rest| rest.keeps_mail) else { return };
        rest.keeps_mail = false;
        if is_dead {
            let unread = rest.take_mail();
            cell.waiting = false;
            self.bury_all(slot, unread, event);
        }
    }

    /// What waited for an actor goes nowhere.
    pub(super) fn bury_all(&mut self, slot: u32, unread: Vec<Waiting<P>>, event: u64) {
        for waiting in unread {
            if let Input::Message(envelope) = waiting.input {
                self.bury(slot, DeadLetter::ReceiverEnded, &envelope, event);
            }
        }
    }

    /// The refusal of a message for the actor in a slot.
    #[inline]
    pub(super) fn refusal(&self, slot: u32, envelope: &Envelope<P::Message>) -> Refusal {
        Refusal::of::<P>(self.cells[slot as usize].home.address(slot), envelope)
    }

    /// Tells a sender that its message is refused.
    #[cold]
    pub(super) fn refuse(&mut self, slot: u32, refusal: Refusal, cause: u64) {
        self.signal(slot, refusal.to.slot(), refusal.signal(), cause);
    }
}
