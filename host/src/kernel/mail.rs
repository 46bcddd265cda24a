//! Messages that go nowhere, mail that outlives the lives of its receiver, and asks that nobody will answer.

use std::sync::Arc;

use rehearsal_protocol::{Address, DeadLetter, Input, Protocol, Refusal};

use super::Kernel;
use crate::slot::Slot;

impl<P: Protocol> Kernel<P> {
    /// A parent says whether the mail of a child outlives its lives.
    pub(crate) fn keep_mail(self: &Arc<Self>, parent: &Slot<P>, child: Address, keep: bool) {
        let Some(slot) = self.directory.find(child.slot()) else { return };
        let name = slot.path.strip_prefix(&*parent.path).and_then(|rest| rest.strip_prefix('/'));
        if name.is_none_or(|name| name.contains('/')) {
            return;
        }
        if keep {
            slot.keep_mail();
        } else {
            self.bury_all(&slot, DeadLetter::ReceiverEnded, slot.release_mail());
        }
    }

    /// What waited for an actor goes nowhere.
    pub(crate) fn bury_all(self: &Arc<Self>, slot: &Slot<P>, reason: DeadLetter, unread: Vec<Input<P>>) {
        for input in unread {
            self.bury(slot, reason, input, false);
        }
    }

    /// Counts a message that goes nowhere; its sender is told if it is an ask, or if that was asked for.
    #[cold]
    pub(crate) fn bury(self: &Arc<Self>, slot: &Slot<P>, reason: DeadLetter, input: Input<P>, tell: bool) {
        let Input::Message(envelope) = input else { return };
        slot.counters.dead_letter();
        tracing::debug!(path = %slot.path, from = %envelope.from, ?reason, "a message goes nowhere");
        let refusal = Refusal::of::<P>(slot.address, &envelope);
        if tell || refusal.ask.is_some() {
            self.refuse(refusal);
        }
    }

    /// Tells a sender that its message is refused.
    pub(crate) fn refuse(self: &Arc<Self>, refusal: Refusal) {
        self.signal(refusal.by, refusal.to, None, refusal.signal());
    }
}
