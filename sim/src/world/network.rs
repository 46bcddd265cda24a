//! When and whether a message arrives.

use rehearsal_protocol::{Envelope, Incarnation, MessageId, Protocol, Signal, Time};

use super::World;
use super::cell::Home;
use super::pending::What;
use super::weather::Passage;
use crate::choice::stream::delay_key;
use crate::choice::{Stream, Value};
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
        let (home, there) = (self.homes[from as usize], self.homes[to as usize]);
        let address = home.address(from);
        match self.transit((from, home), (to, there)) {
            Transit::At(at) => {
                self.schedule(at, to, cause, What::Message(Envelope { from: address, id, message }));
            }
            Transit::Twice(first, second) => {
                let envelope = Envelope { from: address, id, message };
                self.tally.duplicated += 1;
                let digest = digest(&envelope.message);
                self.record_actor(EventKind::Duplicated, to, cause, digest, || of(&envelope, from));
                self.schedule(first, to, cause, What::Message(envelope.clone()));
                self.schedule(second, to, cause, What::Message(envelope));
            }
            Transit::Lost => self.lose(to, &Envelope { from: address, id, message }, cause),
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
        let (home, there) = (self.homes[from as usize], self.homes[to as usize]);
        match self.transit((from, home), (to, there)) {
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
    #[expect(clippy::inline_always, reason = "its result is taken apart at once")]
    #[inline(always)]
    fn transit(&mut self, (from, home): (u32, Home), (to, there): (u32, Home)) -> Transit {
        let key = delay_key(home.key, there.key);
        let n = self.pairs.next(from, to, there.key);
        let stream = || Stream::Delay { from, to };
        if home.node == there.node {
            let value = self.choices.pick_in(stream, key, n, &self.weather.local);
            let last = self.pairs.last(from, to, self.now);
            let at = (self.now.as_nanos() + self.weather.local_delay(value)).max(*last);
            *last = at;
            return Transit::At(Time::from_nanos(at));
        }
        let value = self.choices.pick_in(stream, key, n, &self.weather.remote);
        if self.active.has_links() {
            return self.obstructed_transit(home.node, there.node, value);
        }
        match self.weather.usual_passage(value) {
            Some(span) => Transit::At(Time::from_nanos(self.now.as_nanos() + span)),
            None => self.unusual_transit(value),
        }
    }

    /// A transit that is lost, doubled or late.
    #[cold]
    fn unusual_transit(&self, value: Value) -> Transit {
        let at = |span| Time::from_nanos(self.now.as_nanos() + span);
        match self.weather.passage(value, self.healed.is_some()) {
            Passage::After(span) => Transit::At(at(span)),
            Passage::Twice(first, second) => Transit::Twice(at(first), at(second)),
            Passage::Lost => Transit::Lost,
        }
    }

    /// A transit while partitions or clogs go on.
    #[cold]
    fn obstructed_transit(&self, from: u32, to: u32, value: Value) -> Transit {
        let passage = self.weather.passage(value, self.healed.is_some());
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
