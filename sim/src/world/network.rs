//! When and whether a message arrives.

use rehearsal_protocol::{Envelope, Incarnation, MessageId, Protocol, Signal, Time};

use super::World;
use super::queue::What;
use super::weather::Passage;
use crate::choice::Stream;
use crate::choice::stream::delay_key;
use crate::trace::digest::digest;
use crate::trace::{EventKind, Payload};

/// When something that was sent arrives.
enum Transit {
    At(Time),
    Twice(Time, Time),
    Lost,
}

impl<P: Protocol> World<P> {
    /// Sends a message on its way.
    #[inline]
    pub(super) fn send(&mut self, from: u32, to: u32, message: P::Message, cause: u64) {
        let id = MessageId(self.tally.sent);
        self.tally.sent += 1;
        #[cfg(test)]
        if self.sabotage == Some(super::rules::Sabotage::Forget(id.0)) {
            return;
        }
        let envelope = Envelope { from: self.cells[from as usize].address(from), id, message };
        match self.transit(from, to) {
            Transit::At(at) => self.schedule(at, to, cause, What::Message(envelope)),
            Transit::Twice(first, second) => {
                self.tally.duplicated += 1;
                let digest = digest(&envelope.message);
                self.record_actor(EventKind::Duplicated, to, cause, digest, || of(&envelope, from));
                self.schedule(first, to, cause, What::Message(envelope.clone()));
                self.schedule(second, to, cause, What::Message(envelope));
            }
            Transit::Lost => self.lose(to, &envelope, cause),
        }
    }

    /// Records that the network, or a node that is down, lost a message.
    #[cold]
    pub(super) fn lose(&mut self, to: u32, envelope: &Envelope<P::Message>, cause: u64) {
        self.tally.lost += 1;
        let from = envelope.from.slot();
        self.record_actor(EventKind::Lost, to, cause, digest(&envelope.message), || of(envelope, from));
    }

    /// Sends a signal on its way. News of an end always arrives; an interrupt or a request may be lost between nodes.
    pub(super) fn signal(&mut self, from: u32, to: u32, signal: Signal, cause: u64) {
        let reliable = matches!(signal, Signal::Exit { .. } | Signal::Refused { .. });
        let incarnation = match self.cells.get(to as usize) {
            Some(cell) => cell.incarnation,
            None => return,
        };
        match self.transit(from, to) {
            Transit::At(at) | Transit::Twice(at, _) => {
                self.schedule(at, to, cause, What::Signal(Box::new(signal), incarnation));
            }
            Transit::Lost if reliable => {
                self.schedule(self.now, to, cause, What::Signal(Box::new(signal), incarnation));
            }
            Transit::Lost => {
                let text = || Payload { text: format!("{signal:?}"), from: Some(from) };
                self.record_actor(EventKind::Lost, to, cause, digest(&signal), text);
            }
        }
    }

    /// When what actor `from` sends now arrives at actor `to`.
    #[inline]
    fn transit(&mut self, from: u32, to: u32) -> Transit {
        let (sender, receiver) = (&self.cells[from as usize], &self.cells[to as usize]);
        let (sender_node, receiver_node) = (sender.node, receiver.node);
        let key = delay_key(sender.key, receiver.key);
        let stream = Stream::Delay { from, to };
        if sender_node == receiver_node {
            let (n, last) = self.pairs.next_local(from, to);
            let value = self.choices.pick(stream, key, n, &self.weather.local);
            let at = (self.now.as_nanos() + self.weather.local_delay(value)).max(*last);
            *last = at;
            return Transit::At(Time::from_nanos(at));
        }
        let n = self.pairs.next_remote(from, to);
        let value = self.choices.pick(stream, key, n, &self.weather.remote);
        let passage = self.weather.passage(value, self.healed.is_some());
        if self.active.has_links() {
            return self.obstructed_transit(sender_node, receiver_node, passage);
        }
        let at = |span| Time::from_nanos(self.now.as_nanos() + span);
        match passage {
            Passage::After(span) => Transit::At(at(span)),
            Passage::Twice(first, second) => Transit::Twice(at(first), at(second)),
            Passage::Lost => Transit::Lost,
        }
    }

    /// A transit while partitions or clogs go on.
    #[cold]
    fn obstructed_transit(&self, from: u32, to: u32, passage: Passage) -> Transit {
        if self.is_cut(from, to) {
            return Transit::Lost;
        }
        let released = self.clogged_until(from, to);
        let at = |span| Time::from_nanos(self.now.as_nanos() + span).max(released);
        match passage {
            Passage::After(span) => Transit::At(at(span)),
            Passage::Twice(first, second) => Transit::Twice(at(first), at(second)),
            Passage::Lost => Transit::Lost,
        }
    }
}

/// The payload of an event that is about a message.
pub(super) fn of<M: std::fmt::Debug>(envelope: &Envelope<M>, from: u32) -> Payload {
    Payload { text: format!("{:?}", envelope.message), from: Some(from) }
}

/// Signals of an earlier life do not reach a later one, but for those that concern the path.
pub(crate) fn concerns(signal: &Signal, sent_to: Incarnation, now: Incarnation) -> bool {
    sent_to == now || matches!(signal, Signal::Interrupt { .. })
}
