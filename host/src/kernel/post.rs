//! Messages and signals, on their way to an actor.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rehearsal_protocol::{
    Address, DeadLetter, Envelope, Exit, Incarnation, Input, MessageId, Protocol, Refusal, Signal,
};

use super::Kernel;
use crate::net::frame::Frame;
use crate::slot::{Brought, Slot, Waiting};

impl<P: Protocol> Kernel<P> {
    /// Sends a message, here or to another node.
    #[inline]
    pub(crate) fn send(self: &Arc<Self>, from: Address, to: Address, message: P::Message) {
        let number = self.messages.fetch_add(1, Ordering::Relaxed) + 1;
        let boot = u64::from(self.lives.boot.number & 0xFFF);
        let id = MessageId((u64::from(self.id.0) << 52) | (boot << 40) | number);
        let envelope = Envelope { from, id, message };
        if to.node() == self.id {
            self.deliver(to, envelope);
        } else {
            self.frame(to.node(), Frame::Message { to, envelope, stamp: self.facts.stamp() });
        }
    }

    /// A message arrives at an actor of this node.
    #[inline]
    pub(crate) fn deliver(self: &Arc<Self>, to: Address, envelope: Envelope<P::Message>) {
        // The slots of the description are found without a lock.
        if let Some(slot) = self.directory.resident(to.slot()) {
            return self.deliver_at(slot, envelope);
        }
        match self.directory.find(to.slot()) {
            Some(slot) => self.deliver_at(&slot, envelope),
            None => {
                tracing::debug!(%to, "a message to an address that nobody ever had");
                let refusal = Refusal::of::<P>(to, &envelope);
                if refusal.ask.is_some() {
                    self.refuse(refusal);
                }
            }
        }
    }

    #[inline]
    fn deliver_at(self: &Arc<Self>, slot: &Arc<Slot<P>>, envelope: Envelope<P::Message>) {
        match slot.bring(Waiting { input: Input::Message(envelope), arm: 0 }, None) {
            Brought::Queued => {}
            Brought::NoActor(input) => self.bury(slot, DeadLetter::Undeliverable, input, false),
            Brought::Dropped(input) => self.bury(slot, DeadLetter::MailboxFull, input, false),
            Brought::Refused(input) => self.bury(slot, DeadLetter::MailboxFull, input, true),
        }
    }

    /// Brings a signal to an actor, here or elsewhere; `only` to that life of it.
    pub(crate) fn signal(
        self: &Arc<Self>,
        from: Address,
        to: Address,
        only: Option<Incarnation>,
        signal: Signal,
    ) {
        if to.node() != self.id {
            return self.frame(to.node(), Frame::Signal { from, to, signal, stamp: self.facts.stamp() });
        }
        if let Some(slot) = self.directory.find(to.slot()) {
            // Nobody is left to hear it if that life has ended.
            let _ = slot.bring(Waiting { input: Input::Signal(signal), arm: 0 }, only);
        }
    }

    /// `watcher` hears of the end of `watched`, once; at once if it is not alive.
    pub(crate) fn monitor(self: &Arc<Self>, watcher: Address, watched: Address) {
        if watched.node() != self.id {
            self.abroad.watch(watcher, watched);
            return self.frame(watched.node(), Frame::Monitor { watcher, watched });
        }
        let slot = self.directory.find(watched.slot());
        if !slot.as_ref().is_some_and(|slot| slot.watch(watcher)) {
            let incarnation = slot.map(|slot| slot.last()).unwrap_or_default();
            let told = Signal::Exit { who: watched, incarnation, reason: Exit::NoActor };
            self.signal(watched, watcher, None, told);
        }
    }
}
