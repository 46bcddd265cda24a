//! What a turn asked for takes hold.

use std::time::Duration;

use rehearsal_protocol::time::nanos;
use rehearsal_protocol::{
    Address, DeadLetter, Effect, Exit, Incarnation, MessageId, NodeId, Protocol, Refusal, Signal, Time,
    TimerId, WriteId,
};

use super::World;
use super::pending::What;
use super::weather::Weather;
use crate::check::{Checks, Moment};
use crate::choice::stream::kind;
use crate::choice::{Stream, generator};
use crate::trace::digest::digest;
use crate::trace::{EventKind, Payload};

impl<P: Protocol> World<P> {
    /// Applies the effects of a turn, in their order.
    #[inline]
    pub(super) fn take_hold(&mut self, slot: u32, event: u64, checks: &mut Checks<P::Fact>) {
        if self.effects.len() > 1 {
            return self.take_hold_in_order(slot, event, checks);
        }
        // Most turns ask for one thing or nothing. Nothing here may need the effect as a whole: it was just written in parts, and to
        // read it in one piece would stall.
        if let Some(effect) = self.effects.pop() {
            match effect {
                Effect::Send { to, message } => self.send_to(slot, to.slot(), message, event),
                other => self.take_effect(slot, other, event, checks),
            }
        }
    }

    #[inline(never)]
    fn take_hold_in_order(&mut self, slot: u32, event: u64, checks: &mut Checks<P::Fact>) {
        let mut effects = std::mem::take(&mut self.effects);
        let mut exits = None;
        for effect in &mut effects {
            // A fact is judged where it stands, for it need not go anywhere; and a drain would cost as much as a small effect.
            if let Effect::Announce(fact) = effect {
                self.announce(slot, fact, event, checks);
                continue;
            }
            match std::mem::replace(effect, Effect::CancelTimer(TimerId(0))) {
                Effect::Send { to, message } => self.send_to(slot, to.slot(), message, event),
                Effect::Exit(reason) => exits = Some(reason),
                other => self.take_effect(slot, other, event, checks),
            }
        }
        effects.clear();
        self.effects = effects;
        if let Some(reason) = exits {
            self.end(slot, *reason, event);
        }
    }

    /// One effect takes hold.
    #[inline(never)]
    fn take_effect(&mut self, slot: u32, effect: Effect<P>, event: u64, checks: &mut Checks<P::Fact>) {
        match effect {
            Effect::Send { to, message } => self.send_to(slot, to.slot(), message, event),
            Effect::Announce(fact) => self.announce(slot, &fact, event, checks),
            Effect::SetTimer { id, after } => self.set_timer(slot, id, after, event),
            Effect::CancelTimer(id) => self.cancel_timer(slot, id),
            Effect::Exit(reason) => self.end(slot, *reason, event),
            Effect::Interrupt { to, expected } => {
                let from = self.homes[slot as usize].address(slot);
                self.signal(slot, to.slot(), Signal::Interrupt { from, expected }, event);
            }
            Effect::Spawn { child, actor } => self.spawn(slot, child.slot(), actor, event),
            Effect::Stop(who) => self.signal(slot, who.slot(), Signal::Shutdown, event),
            Effect::Kill(who) => self.schedule(self.now, who.slot(), event, What::Kill),
            Effect::Monitor(who) => self.monitor(slot, who.slot(), event),
            Effect::KeepMail { child, keep } => self.keep_mail(slot, child.slot(), keep, event),
            Effect::Write { key, value } => {
                self.cells[slot as usize].rest_mut().disk.write(key.into(), value.into());
            }
            Effect::Sync(id) => self.sync(slot, id, event),
            Effect::DeadLetter(reason) => self.note_dead_letter(slot, reason, event),
        }
    }

    #[inline]
    fn send_to(&mut self, from: u32, to: u32, message: P::Message, event: u64) {
        if (to as usize) < self.cells.len() {
            return self.send(from, to, message, event);
        }
        // An address that was made up, or that of a child whose spawn was discarded.
        let id = MessageId(self.tally.sent);
        self.tally.sent += 1;
        self.tally.dead += 1;
        self.record_actor(EventKind::DeadLetter, from, event, DeadLetter::Undeliverable as u64, || Payload {
            text: format!("Undeliverable: {message:?} to @{to}"),
            from: Some(from),
        });
        if let Some(ask) = P::ask(&message) {
            let home = self.homes[from as usize];
            let by = Address::new(NodeId(home.node), to);
            let refusal = Refusal { by, to: home.address(from), message: id, ask: Some(ask) };
            self.refuse(from, refusal, event);
        }
    }

    #[inline]
    fn announce(&mut self, slot: u32, fact: &P::Fact, cause: u64, checks: &mut Checks<P::Fact>) {
        let text = || Payload { text: format!("{fact:?}"), from: None };
        let event = self.record_actor(EventKind::Fact, slot, cause, digest(fact), text);
        let actor = self.homes[slot as usize].address(slot);
        checks.observe(Moment { at: self.now, event, actor, healed: self.healed }, fact);
    }

    fn set_timer(&mut self, slot: u32, id: TimerId, after: Duration, event: u64) {
        let (now, healed) = (self.now.as_nanos(), self.healed.is_some());
        let clock = self.node_of(slot).clock;
        let key = generator::join(kind::TIMER, self.homes[slot as usize].key);
        let cell = &mut self.cells[slot as usize];
        let n = cell.counts.timers;
        cell.counts.timers += 1;
        let rest = cell.rest_mut();
        rest.arms += 1;
        let arm = rest.arms;
        match rest.timers.iter_mut().find(|(known, _)| *known == id) {
            Some(armed) => armed.1 = arm,
            None => rest.timers.push((id, arm)),
        }
        let value = self.choices.pick(Stream::Timer(slot), key, n, &self.weather.timer);
        let span = clock.true_span(self.now, nanos(after)).saturating_add(Weather::lateness(value, healed));
        self.schedule(Time::from_nanos(now.saturating_add(span)), slot, event, What::Timer(id, arm));
    }

    fn cancel_timer(&mut self, slot: u32, id: TimerId) {
        if let Some(rest) = self.cells[slot as usize].existing_rest() {
            rest.timers.retain(|(known, _)| *known != id);
        }
    }

    fn sync(&mut self, slot: u32, id: WriteId, event: u64) {
        let (now, healed) = (self.now.as_nanos(), self.healed.is_some());
        let key = generator::join(kind::SYNC, self.homes[slot as usize].key);
        let cell = &mut self.cells[slot as usize];
        let n = cell.counts.syncs;
        cell.counts.syncs += 1;
        let value = self.choices.pick(Stream::Sync(slot), key, n, &self.weather.sync);
        let incarnation = cell.incarnation;
        let disk = &mut cell.rest_mut().disk;
        let at = Time::from_nanos(now + Weather::sync_time(value, healed)).max(disk.last_sync);
        disk.last_sync = at;
        let mark = disk.mark();
        self.schedule(at, slot, event, What::Synced(id, incarnation, mark));
    }

    fn monitor(&mut self, watcher: u32, watched: u32, event: u64) {
        let alive = self.cells.get(watched as usize).is_some_and(|cell| cell.actor.is_some());
        if alive {
            let watchers = &mut self.cells[watched as usize].rest_mut().watchers;
            if !watchers.contains(&watcher) {
                watchers.push(watcher);
            }
            return;
        }
        self.tell_exit(watched, watcher, Exit::NoActor, event);
    }

    /// Sends the news that an actor has ended.
    pub(super) fn tell_exit(&mut self, who: u32, to: u32, reason: Exit, event: u64) {
        let (home, incarnation) = match self.cells.get(who as usize) {
            Some(cell) => (self.homes[who as usize], cell.incarnation),
            None => (self.homes[to as usize], Incarnation(0)),
        };
        let address = home.address(who);
        let from = if (who as usize) < self.cells.len() { who } else { to };
        self.signal(from, to, Signal::Exit { who: address, incarnation, reason }, event);
    }

    /// An actor said that the message which it handles goes nowhere. That message counts as handled.
    fn note_dead_letter(&mut self, slot: u32, reason: DeadLetter, event: u64) {
        let text = || Payload { text: format!("{reason:?}"), from: None };
        self.record_actor(EventKind::DeadLetter, slot, event, reason as u64, text);
    }
}
