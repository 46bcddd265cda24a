//! What is due reaches its actor, or waits in its mailbox.

use rehearsal_protocol::mailbox::Accepted;
use rehearsal_protocol::{Address, DeadLetter, Envelope, Exit, Incarnation, Input, Protocol, Signal};

use super::World;
use super::cell::Waiting;
use super::network::concerns;
use super::pending::What;
use super::queue::Due;
use super::turn::Place;
use crate::check::Checks;
use crate::trace::digest::digest;
use crate::trace::{EventKind, Payload};

/// A message that has arrived and lies in the queue until the actor takes it, with what is looked at before.
#[derive(Clone, Copy)]
pub(super) struct Arrived {
    pub(super) due: Due,
    pub(super) from: Address,
    pub(super) digest: u64,
    /// Whether its sender waits for an answer.
    pub(super) asks: bool,
    pub(super) cause: u64,
}

impl Arrived {
    #[inline]
    pub(super) fn new<P: Protocol>(due: Due, envelope: &Envelope<P::Message>, cause: u64) -> Self {
        let Envelope { from, ref message, .. } = *envelope;
        Self { due, from, digest: digest(message), asks: P::ask(message).is_some(), cause }
    }
}

impl<P: Protocol> World<P> {
    /// Where an actor has its turn, if what comes for it is handled at once: it lives, has begun, and nothing waits or is in the way.
    #[inline]
    pub(super) fn open_place(&self, slot: u32) -> Option<Place> {
        let cell = &self.cells[slot as usize];
        let (home, node) = (cell.home, &self.scene.nodes[cell.home.node as usize]);
        let open = cell.actor.is_some() && cell.started && !cell.waiting && !node.obstructed();
        open.then(|| Place { home, now: node.clock.shows(self.scene.now), is_slow: false })
    }

    /// A message arrives. If nothing is in its way it is handled at once, without a detour by the mailbox.
    fn message_arrives(
        &mut self,
        slot: u32,
        envelope: Envelope<P::Message>,
        cause: u64,
        checks: &mut Checks<P::Fact>,
    ) {
        if let Some(place) = self.open_place(slot) {
            let arrived = self.lay(slot, envelope, cause);
            return self.message_turn(slot, place, arrived, checks);
        }
        if !self.node_of(slot).up {
            return self.lose(slot, &envelope, cause);
        }
        if self.cells[slot as usize].actor.is_none() {
            if self.keeps_mail(slot) {
                return self.let_wait(slot, Waiting { input: Input::Message(envelope), cause, arm: 0 });
            }
            return self.bury(slot, DeadLetter::Undeliverable, &envelope, cause);
        }
        self.deliver(slot, Input::Message(envelope), (cause, 0), checks);
    }

    /// Puts a message that has arrived to where it is handled from.
    pub(super) fn lay(&mut self, slot: u32, envelope: Envelope<P::Message>, cause: u64) -> Arrived {
        let due = self.queue.lay(slot, cause, What::Message(envelope));
        Arrived::new::<P>(due, self.queue.message(due), cause)
    }

    /// Anything that can happen.
    pub(super) fn happen(&mut self, target: u32, cause: u64, what: What<P>, checks: &mut Checks<P::Fact>) {
        match what {
            What::Message(envelope) => self.message_arrives(target, envelope, cause, checks),
            What::Timer(id, arm) => {
                if self.is_armed(target, id, arm) {
                    self.deliver(target, Input::Timer(id), (cause, arm), checks);
                }
            }
            What::Signal(signal, incarnation) => {
                self.signal_arrives(target, *signal, incarnation, cause, checks);
            }
            What::Synced(id, incarnation, mark) => {
                if self.is_alive(target, incarnation) {
                    self.cells[target as usize].rest_mut().disk.complete(mark);
                    self.deliver(target, Input::Synced(id), (cause, 0), checks);
                }
            }
            What::Start(incarnation) => {
                if self.is_alive(target, incarnation) {
                    self.first_turn(target, cause, checks);
                }
            }
            What::Dispatch(incarnation) => {
                if self.is_alive(target, incarnation) {
                    self.dispatch(target, checks);
                }
            }
            What::Kill => self.end(target, Exit::Killed, cause),
            What::Restart => self.restart(target, cause),
            What::EpisodeBegins => self.episode_begins(target),
            What::EpisodeEnds => self.episode_ends(target),
            What::Heal => self.heal(),
        }
    }

    fn signal_arrives(
        &mut self,
        target: u32,
        signal: Signal,
        sent_to: Incarnation,
        cause: u64,
        checks: &mut Checks<P::Fact>,
    ) {
        let cell = &self.cells[target as usize];
        if cell.actor.is_some() && concerns(&signal, sent_to, cell.incarnation) {
            self.deliver(target, Input::Signal(signal), (cause, 0), checks);
        }
    }

    /// Hands an input to a living actor, now or when it is free; with what led to it, and which arming of the timer, if it is one.
    #[inline]
    fn deliver(
        &mut self,
        slot: u32,
        input: Input<P>,
        (cause, arm): (u64, u32),
        checks: &mut Checks<P::Fact>,
    ) {
        let cell = &self.cells[slot as usize];
        if cell.started && !cell.waiting && !self.node_of(slot).obstructed() {
            return self.handle(slot, input, cause, checks);
        }
        self.let_wait(slot, Waiting { input, cause, arm });
    }

    /// Puts an input into the mailbox of an actor that is not free.
    #[inline(never)]
    fn let_wait(&mut self, slot: u32, waiting: Waiting<P>) {
        let lane = waiting.input.lane();
        let mailbox = &mut self.cells[slot as usize].rest_mut().mailbox;
        if let Input::Message(_) = waiting.input {
            match mailbox.push(lane, waiting) {
                Accepted::Queued => {}
                Accepted::Refused(newest) => self.overflow(slot, newest, true),
                Accepted::DroppedNewest(item) | Accepted::DroppedOldest(item) => {
                    self.overflow(slot, item, false);
                }
            }
        } else {
            mailbox.admit(lane, waiting); // Signals, timers and syncs have a bound of their own making.
        }
        self.cells[slot as usize].waiting = true;
        self.schedule_dispatch(slot);
    }

    /// A message found no room, or another made room for it. What else stood there goes to the end of its lane: it is never lost.
    fn overflow(&mut self, slot: u32, item: Waiting<P>, refuse: bool) {
        let Input::Message(envelope) = item.input else {
            return self.cells[slot as usize].rest_mut().mailbox.admit(item.input.lane(), item);
        };
        self.bury(slot, DeadLetter::MailboxFull, &envelope, item.cause);
        let refusal = self.refusal(slot, &envelope);
        if refuse && refusal.ask.is_none() {
            self.refuse(slot, refusal, item.cause);
        }
    }

    /// Records that a message goes nowhere; if it is an ask, its sender is told.
    #[cold]
    pub(super) fn bury(
        &mut self,
        slot: u32,
        reason: DeadLetter,
        envelope: &Envelope<P::Message>,
        cause: u64,
    ) {
        self.scene.tally.dead += 1;
        let digest = crate::trace::digest::pair(reason as u64, digest(&envelope.message), 0);
        self.record_actor(EventKind::DeadLetter, slot, cause, digest, || Payload {
            text: format!("{reason:?}: {:?}", envelope.message),
            from: Some(envelope.from.slot()),
        });
        let refusal = self.refusal(slot, envelope);
        if refusal.ask.is_some() {
            self.refuse(slot, refusal, cause);
        }
    }

    /// Makes sure that a waiting mailbox is looked into when its actor is free.
    pub(super) fn schedule_dispatch(&mut self, slot: u32) {
        let paused = self.node_of(slot).pauses > 0;
        let cell = &mut self.cells[slot as usize];
        if cell.dispatching || !cell.waiting || !cell.started || paused {
            return;
        }
        cell.dispatching = true;
        let (at, incarnation) = (self.scene.now.max(cell.busy_until()), cell.incarnation);
        let cause = self.scene.recorder.count().saturating_sub(1);
        self.schedule(at, slot, cause, What::Dispatch(incarnation));
    }

    /// The actor takes the next item from its mailbox.
    fn dispatch(&mut self, slot: u32, checks: &mut Checks<P::Fact>) {
        let paused = self.node_of(slot).pauses > 0;
        let cell = &mut self.cells[slot as usize];
        cell.dispatching = false;
        if paused {
            return; // The end of the pause schedules it again.
        }
        if self.scene.now < cell.busy_until() {
            return self.schedule_dispatch(slot);
        }
        let Some(next) = cell.rest_mut().mailbox.pop() else { return };
        cell.waiting = !cell.rest_mut().mailbox.is_empty();
        let is_cancelled = matches!(next.input, Input::Timer(id) if !self.is_armed(slot, id, next.arm));
        if !is_cancelled {
            self.handle(slot, next.input, next.cause, checks);
        }
        if self.cells[slot as usize].actor.is_some() {
            self.schedule_dispatch(slot);
        }
    }

    /// Handles an input. A timer that runs out is armed no more.
    #[inline]
    fn handle(&mut self, slot: u32, input: Input<P>, cause: u64, checks: &mut Checks<P::Fact>) {
        if let Input::Timer(id) = input {
            self.cells[slot as usize].rest_mut().disarm(id);
        }
        self.turn(slot, input, cause, checks);
    }

    pub(crate) fn is_armed(&self, slot: u32, id: rehearsal_protocol::TimerId, arm: u32) -> bool {
        let cell = &self.cells[slot as usize];
        cell.actor.is_some() && cell.rest().is_some_and(|rest| rest.is_armed(id, arm))
    }

    fn is_alive(&self, slot: u32, incarnation: Incarnation) -> bool {
        let cell = &self.cells[slot as usize];
        cell.actor.is_some() && cell.incarnation == incarnation
    }
}
