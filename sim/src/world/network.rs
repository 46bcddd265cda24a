//! When and whether a message arrives.

use rehearsal_protocol::{Address, Effect, Envelope, Incarnation, MessageId, Protocol, Signal, Time};

use super::World;
use super::cell::Home;
use super::pending::What;
use super::scene::Scene;
use crate::choice::stream::delay_key;
use crate::choice::{Stream, Value};
use crate::topology::Topology;
use crate::trace::digest::digest;
use crate::trace::{EventKind, Payload};
use crate::weather::Passage;

/// When something that was sent arrives.
enum Transit {
    At(Time),
    Twice(Time, Time),
    Lost,
}

impl<P: Protocol> World<P> {
    /// Sends a message on its way.
    #[inline]
    pub(super) fn send(
        &mut self,
        from: u32,
        address: Address,
        cause: u64,
        message: impl FnOnce(&mut Vec<Effect<P>>) -> P::Message,
    ) {
        let id = MessageId(self.scene.tally.sent);
        self.scene.tally.sent += 1;
        #[cfg(test)]
        if self.scene.sabotage == Some(super::rules::Sabotage::Forget(id.0)) {
            return drop(message(&mut self.effects));
        }
        // What is known by the address is not looked up: in a large world, each look at the receiver comes from memory.
        let (to, there) = (address.slot(), address.node());
        let home = self.cells[from as usize].home;
        let sender = home.address(from);
        if self.scene.put_off.is_on() {
            if home.node != there.0 {
                return self.put_off((from, home), to, id, cause, message);
            }
            self.draw_what_was_put_off_by(from);
        }
        match self.scene.transit((from, home), to, there.0, &self.blueprint.topology) {
            Transit::At(at) => {
                let envelope = Envelope { from: sender, id, message: message(&mut self.effects) };
                self.schedule(at, to, cause, What::Message(envelope));
            }
            Transit::Twice(first, second) => {
                let envelope = Envelope { from: sender, id, message: message(&mut self.effects) };
                self.scene.tally.duplicated += 1;
                let digest = digest(&envelope.message);
                self.record_actor(EventKind::Duplicated, to, cause, digest, || {
                    Payload::of(&envelope.message, Some(from))
                });
                self.schedule(first, to, cause, What::Message(envelope.clone()));
                self.schedule(second, to, cause, What::Message(envelope));
            }
            Transit::Lost => {
                let envelope = Envelope { from: sender, id, message: message(&mut self.effects) };
                self.lose(to, &envelope, cause);
            }
        }
    }

    /// Records that the network, or a node that is down, lost a message.
    #[cold]
    pub(super) fn lose(&mut self, to: u32, envelope: &Envelope<P::Message>, cause: u64) {
        self.scene.tally.lost += 1;
        let from = envelope.from.slot();
        self.record_actor(EventKind::Lost, to, cause, digest(&envelope.message), || {
            Payload::of(&envelope.message, Some(from))
        });
    }

    /// Sends a signal on its way. News of an end always arrives; an interrupt or a request may be lost between nodes.
    pub(super) fn signal(&mut self, from: u32, to: u32, signal: Signal, cause: u64) {
        let reliable = matches!(signal, Signal::Exit { .. } | Signal::Refused { .. });
        if self.scene.put_off.is_on() {
            self.draw_what_was_put_off_by(from);
        }
        let Some(cell) = self.cells.get(to as usize) else { return };
        let (incarnation, there) = (cell.incarnation, cell.home.node);
        let home = self.cells[from as usize].home;
        match self.scene.transit((from, home), to, there, &self.blueprint.topology) {
            Transit::At(at) | Transit::Twice(at, _) => {
                self.schedule(at, to, cause, What::Signal(Box::new(signal), incarnation));
            }
            Transit::Lost if reliable => {
                self.schedule(self.scene.now, to, cause, What::Signal(Box::new(signal), incarnation));
            }
            Transit::Lost => {
                let text = || Payload::of(&signal, Some(from));
                self.record_actor(EventKind::Lost, to, cause, digest(&signal), text);
            }
        }
    }
}

impl Scene {
    /// When what actor `from` sends now arrives at actor `to` on the node `there`.
    #[expect(clippy::inline_always, reason = "its result is taken apart at once")]
    #[inline(always)]
    fn transit(&mut self, (from, home): (u32, Home), to: u32, there: u32, topology: &Topology) -> Transit {
        let name = self.keys[to as usize];
        let key = move || delay_key(home.key, name);
        let drawn = self.pairs.next(from, to, name, self.choices.prepared(), key);
        let stream = move || (Stream::Delay { from, to }, key());
        if home.node == there {
            let value = self.choices.pick_drawn(stream, drawn, &self.plan.weather.local);
            let at = self.now.as_nanos() + self.plan.weather.local_delay(value);
            let at = self.pairs.in_order(from, to, self.now, at);
            return Transit::At(Time::from_nanos(at));
        }
        let value = self.choices.pick_drawn(stream, drawn, &self.plan.weather.remote);
        if self.active.has_links() {
            return self.obstructed_transit(home.node, there, value, topology);
        }
        match self.plan.weather.usual_passage(value) {
            Some(span) => Transit::At(Time::from_nanos(self.now.as_nanos() + span)),
            None => self.unusual_transit(value),
        }
    }

    /// A transit that is lost, doubled or late.
    #[cold]
    fn unusual_transit(&self, value: Value) -> Transit {
        self.transit_after(Time::ZERO, value)
    }

    /// A transit while partitions or clogs go on.
    #[cold]
    fn obstructed_transit(&self, from: u32, to: u32, value: Value, topology: &Topology) -> Transit {
        if self.is_cut(from, to, topology) {
            return Transit::Lost;
        }
        self.transit_after(self.clogged_until(from, to, topology), value)
    }

    /// A transit of what is released at a time.
    fn transit_after(&self, released: Time, value: Value) -> Transit {
        let at = |span| Time::from_nanos(self.now.as_nanos() + span).max(released);
        match self.plan.weather.passage(value, self.healed.is_some()) {
            Passage::After(span) => Transit::At(at(span)),
            Passage::Twice(first, second) => Transit::Twice(at(first), at(second)),
            Passage::Lost => Transit::Lost,
        }
    }
}

/// Signals of an earlier life do not reach a later one, but for those that concern the path.
pub(crate) fn concerns(signal: &Signal, sent_to: Incarnation, now: Incarnation) -> bool {
    sent_to == now || matches!(signal, Signal::Interrupt { .. })
}
