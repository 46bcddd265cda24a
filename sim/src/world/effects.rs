//! What a turn asked for takes hold.

use std::time::Duration;

use rehearsal_protocol::time::nanos;
use rehearsal_protocol::{
    Address, DeadLetter, Effect, Exit, Incarnation, MessageId, NodeId, Protocol, Refusal, Signal, Time,
    TimerId, WriteId,
};

use super::World;
use super::cell::{Affairs, Home};
use super::pending::What;
use super::scene::Scene;
use crate::check::{Checks, Moment};
use crate::choice::stream::kind;
use crate::choice::{Ahead, Stream, generator};
use crate::trace::digest::digest;
use crate::trace::{EventKind, Payload};
use crate::weather::Weather;

impl<P: Protocol> World<P> {
    /// Applies the effects of a turn, in their order.
    #[inline]
    pub(super) fn take_hold(&mut self, slot: u32, event: u64, checks: &mut Checks<P::Fact>) {
        // Most turns ask for one thing or nothing.
        match &*self.effects {
            [] => {}
            [Effect::Send { to, .. }] => {
                let message = |effects: &mut Vec<Effect<P>>| sent(effects.pop());
                self.send_to(slot, *to, event, message);
            }
            _ => self.take_hold_in_order(slot, event, checks),
        }
    }

    #[inline(never)]
    fn take_hold_in_order(&mut self, slot: u32, event: u64, checks: &mut Checks<P::Fact>) {
        let mut effects = std::mem::take(&mut self.effects);
        // Only what is needed of it, for it is carried from effect to effect.
        let mut exit = None;
        for effect in &mut effects {
            // What needs not go anywhere stays where it is, and what goes is moved once: a drain would cost as much as a small effect.
            match effect {
                Effect::Announce(fact) => {
                    self.announce(slot, fact, event, checks);
                    if std::mem::needs_drop::<P::Fact>() {
                        drop(taken(effect));
                    }
                }
                Effect::Send { to, .. } => {
                    let to = *to;
                    self.send_to(slot, to, event, |_| sent(Some(taken(effect))));
                }
                Effect::Exit(_) => {
                    if let Effect::Exit(reason) = taken(effect) {
                        exit = Some(reason);
                    }
                }
                other => self.take_effect(slot, other, event),
            }
        }
        // What is left holds no memory, and to drop it would ask of each what it is.
        std::mem::forget(effects.drain(..));
        effects.clear(); // A drain that is forgotten may leave anything there; it leaves nothing.
        std::mem::swap(&mut self.effects, &mut effects);
        debug_assert!(effects.is_empty(), "what takes hold asks for nothing");
        std::mem::forget(effects);
        if let Some(reason) = exit {
            self.end(slot, *reason, event);
        }
    }

    /// One of the other effects takes hold.
    #[inline(never)]
    fn take_effect(&mut self, slot: u32, effect: &mut Effect<P>, event: u64) {
        match effect {
            Effect::Send { .. } | Effect::Announce(_) | Effect::Exit(_) => {
                unreachable!("it took hold before")
            }
            Effect::SetTimer { id, after } => self.set_timer(slot, *id, *after, event),
            Effect::CancelTimer(id) => self.cancel_timer(slot, *id),
            Effect::Interrupt { to, expected } => {
                let from = self.cells[slot as usize].home.address(slot);
                self.signal(slot, to.slot(), Signal::Interrupt { from, expected: *expected }, event);
            }
            Effect::Spawn { .. } => {
                if let Effect::Spawn { child, actor } = taken(effect) {
                    self.spawn(slot, child.slot(), actor, event);
                }
            }
            Effect::Stop(who) => self.signal(slot, who.slot(), Signal::Shutdown, event),
            Effect::Kill(who) => self.schedule(self.scene.now, who.slot(), event, What::Kill),
            Effect::Monitor(who) => self.monitor(slot, who.slot(), event),
            Effect::KeepMail { child, keep } => self.keep_mail(slot, child.slot(), *keep, event),
            Effect::Write { key, value } => {
                let disk = &mut self.cells[slot as usize].rest_mut().disk;
                disk.write(|| (std::mem::take(key), std::mem::take(value)));
            }
            Effect::Sync(id) => self.sync(slot, *id, event),
            Effect::DeadLetter(reason) => self.note_dead_letter(slot, *reason, event),
        }
    }

    /// Sends a message, which is taken from where it was put once it is known where it goes: it was just written in parts, and to read it in one
    /// piece at once would stall.
    #[inline]
    fn send_to(
        &mut self,
        from: u32,
        address: Address,
        event: u64,
        message: impl FnOnce(&mut Vec<Effect<P>>) -> P::Message,
    ) {
        let to = address.slot();
        if (to as usize) < self.cells.len() {
            return self.send(from, address, event, message);
        }
        let message = message(&mut self.effects);
        // An address that was made up, or that of a child whose spawn was discarded.
        let id = MessageId(self.scene.tally.sent);
        self.scene.tally.sent += 1;
        self.scene.tally.dead += 1;
        self.record_actor(EventKind::DeadLetter, from, event, DeadLetter::Undeliverable as u64, || Payload {
            text: format!("Undeliverable: {message:?} to @{to}"),
            from: Some(from),
        });
        if let Some(ask) = P::ask(&message) {
            let home = self.cells[from as usize].home;
            let by = Address::new(NodeId(home.node), to);
            let refusal = Refusal { by, to: home.address(from), message: id, ask: Some(ask) };
            self.refuse(from, refusal, event);
        }
    }

    #[inline]
    fn announce(&mut self, slot: u32, fact: &P::Fact, cause: u64, checks: &mut Checks<P::Fact>) {
        let text = || Payload::of(fact, None);
        let event = self.record_actor(EventKind::Fact, slot, cause, digest(fact), text);
        let actor = self.cells[slot as usize].home.address(slot);
        checks.observe(Moment { at: self.scene.now, event, actor, healed: self.scene.healed }, fact);
    }

    fn set_timer(&mut self, slot: u32, id: TimerId, after: Duration, event: u64) {
        let cell = &mut self.cells[slot as usize];
        let (home, n) = (cell.home, cell.counts.timers);
        cell.counts.timers += 1;
        let rest = cell.rest_mut();
        let arm = rest.arm(id);
        let at = self.scene.end_of_timer((slot, home), (n, &mut rest.ahead.timers), after);
        self.schedule(at, slot, event, What::Timer(id, arm));
    }

    fn cancel_timer(&mut self, slot: u32, id: TimerId) {
        if let Some(rest) = self.cells[slot as usize].existing_rest() {
            rest.disarm(id);
        }
    }

    fn sync(&mut self, slot: u32, id: WriteId, event: u64) {
        let cell = &mut self.cells[slot as usize];
        let (home, incarnation) = (cell.home, cell.incarnation);
        let (at, mark) = self.scene.sync((slot, home), cell.rest_mut());
        self.schedule(at, slot, event, What::Synced(id, incarnation, mark));
    }

    fn monitor(&mut self, watcher: u32, watched: u32, event: u64) {
        let alive = self.cells.get(watched as usize).is_some_and(|cell| cell.actor.is_some());
        if alive {
            return Affairs::add(&mut self.cells[watched as usize].rest_mut().watchers, watcher);
        }
        self.tell_exit(watched, watcher, Exit::NoActor, event);
    }

    /// Sends the news that an actor has ended.
    pub(super) fn tell_exit(&mut self, who: u32, to: u32, reason: Exit, event: u64) {
        let (home, incarnation) = match self.cells.get(who as usize) {
            Some(cell) => (self.cells[who as usize].home, cell.incarnation),
            None => (self.cells[to as usize].home, Incarnation(0)),
        };
        let address = home.address(who);
        let from = if (who as usize) < self.cells.len() { who } else { to };
        self.signal(from, to, Signal::Exit { who: address, incarnation, reason }, event);
    }

    /// An actor said that the message which it handles goes nowhere. That message counts as handled.
    fn note_dead_letter(&mut self, slot: u32, reason: DeadLetter, event: u64) {
        let text = || Payload::of(&reason, None);
        self.record_actor(EventKind::DeadLetter, slot, event, reason as u64, text);
    }
}

impl Scene {
    /// When a timer runs out that is set now, the n-th of its actor.
    fn end_of_timer(
        &mut self,
        (slot, home): (u32, Home),
        (n, ahead): (u32, &mut Ahead),
        after: Duration,
    ) -> Time {
        let (now, healed) = (self.now.as_nanos(), self.healed.is_some());
        let clock = self.nodes[home.node as usize].clock;
        let key = || generator::join(kind::TIMER, home.key);
        let bits = self.choices.ahead(ahead, n, key);
        let stream = || (Stream::Timer(slot), key());
        let value = self.choices.pick_drawn(stream, (n, bits), &self.plan.weather.timer);
        let span = clock.true_span(self.now, nanos(after)).saturating_add(Weather::lateness(value, healed));
        Time::from_nanos(now.saturating_add(span))
    }

    /// An actor asked for a sync: when it is done, and up to which of the writes.
    fn sync(&mut self, (slot, home): (u32, Home), own: &mut Affairs) -> (Time, u64) {
        let (now, healed) = (self.now.as_nanos(), self.healed.is_some());
        let key = || generator::join(kind::SYNC, home.key);
        let n = own.syncs;
        own.syncs += 1;
        let bits = self.choices.ahead(&mut own.ahead.syncs, n, key);
        let stream = || (Stream::Sync(slot), key());
        let value = self.choices.pick_drawn(stream, (n, bits), &self.plan.weather.sync);
        let at = Time::from_nanos(now + Weather::sync_time(value, healed)).max(own.disk.last_sync);
        own.disk.last_sync = at;
        (at, own.disk.mark())
    }
}

/// Takes an effect out of its place; what stands there then does nothing any more.
#[inline]
fn taken<P: Protocol>(effect: &mut Effect<P>) -> Effect<P> {
    std::mem::replace(effect, Effect::CancelTimer(TimerId(0)))
}

/// The message of an effect that is known to send one.
#[inline]
fn sent<P: Protocol>(effect: Option<Effect<P>>) -> P::Message {
    match effect {
        Some(Effect::Send { message, .. }) => message,
        other => {
            // To drop what cannot be there would need it as a whole, and so it would be copied as a whole.
            std::mem::forget(other);
            unreachable!("it was looked at")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use rehearsal_protocol::{Actor, Context, Input, Protocol};
    use serde::{Deserialize, Serialize};

    use crate::check::Properties;
    use crate::fault::Profile;
    use crate::run::{AnyRunner, RunSpec, Verdict};
    use crate::runner::Runner;
    use crate::{Scenario, Setup};

    static ALIVE: AtomicI64 = AtomicI64::new(0);

    /// Something that must be dropped.
    #[derive(Debug, Hash, Serialize, Deserialize)]
    struct Token(u32);

    impl Token {
        fn new(number: u32) -> Self {
            ALIVE.fetch_add(1, Ordering::Relaxed);
            Self(number)
        }
    }

    impl Clone for Token {
        fn clone(&self) -> Self {
            Self::new(self.0)
        }
    }

    impl Drop for Token {
        fn drop(&mut self) {
            ALIVE.fetch_sub(1, Ordering::Relaxed);
        }
    }

    struct Tokens;

    impl Protocol for Tokens {
        type Message = Token;
        type Fact = Token;
    }

    /// Sends itself tokens, states each, has a child that holds one, and ends.
    #[derive(Clone, Debug, Hash)]
    struct Holder(Token);

    impl Actor<Tokens> for Holder {
        fn receive(&mut self, cx: &mut Context<'_, Tokens>, input: Input<Tokens>) {
            let left = match input {
                Input::Start(_) => self.0.0,
                Input::Message(envelope) => envelope.message.0,
                _ => return,
            };
            cx.announce(Token::new(left));
            match left.checked_sub(1) {
                Some(left) => cx.send(cx.me(), Token::new(left)),
                None => cx.exit(),
            }
            if left == 3 {
                cx.spawn("child", Holder(Token::new(0)));
            }
        }
    }

    struct One;

    impl Scenario for One {
        type Protocol = Tokens;

        fn set_up(&self, system: &mut Setup<Tokens>) {
            system.node("only").actor("holder", Holder(Token::new(5)));
        }

        fn properties(&self, _: &mut Properties<Token>) {}
    }

    #[test]
    fn what_a_turn_asked_for_is_dropped_once() {
        let mut runner = Runner::new(&One);
        for seed in 0..20 {
            let outcome = runner.run(&RunSpec::seeded(seed, &Profile::CHAOS));
            assert_eq!(outcome.verdict, Verdict::Pass);
        }
        assert!(ALIVE.load(Ordering::Relaxed) > 0, "the blueprint holds one");
        drop(runner);
        assert_eq!(ALIVE.load(Ordering::Relaxed), 0);
    }
}
