//! An input is handled, all of its effects or none.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use rehearsal_protocol::context::Turn;
use rehearsal_protocol::{Address, Context, Exit, Input, Protocol, Refusal, Stage, Time, WriteId};

use super::World;
use super::arrival::Arrived;
use super::cell::{Counts, Home};
use super::class::{class_of, class_of_message};
use super::directory::Directory;
use super::queue::{Due, Queue};
use super::rules::NO_PANIC;
use crate::check::Checks;
use crate::choice::generator::{self, Key};
use crate::choice::stream::kind;
use crate::choice::{Ahead, Choices, Stream};
use crate::topology::Topology;
use crate::trace::digest::digest;
use crate::trace::{Event, EventKind, Payload, Recording};

/// Where a turn is had, looked up once.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) home: Home,
    /// What the clock of the node shows.
    pub(super) now: Time,
    /// Whether a turn takes time there.
    pub(super) is_slow: bool,
}

impl<P: Protocol> World<P> {
    /// One turn of the actor in `slot`, which is alive.
    pub(super) fn turn(&mut self, slot: u32, input: Input<P>, cause: u64, checks: &mut Checks<P::Fact>) {
        let home = self.cells[slot as usize].home;
        let node = &self.scene.nodes[home.node as usize];
        let place = Place { home, now: node.clock.shows(self.scene.now), is_slow: node.slow > 0 };
        let (kind, digest) = match input {
            Input::Message(envelope) => {
                let arrived = self.lay(slot, envelope, cause);
                return self.message_turn(slot, place, arrived, checks);
            }
            Input::Start(ref recovered) => (EventKind::Start, u64::from(recovered.incarnation.0)),
            Input::Timer(id) => (EventKind::Timer, id.0),
            Input::Signal(ref signal) => (EventKind::Signal, digest(signal)),
            Input::Synced(id) => (EventKind::Synced, id.0),
        };
        if self.scene.choices.watches() {
            self.watch(slot, class_of(&input));
        }
        let text = || Payload::of(&input, None);
        let event = Event { at: self.scene.now, cause, digest, actor: slot, node: home.node, kind };
        let event = self.scene.recorder.record(event, text);
        self.begin_turn(slot, event);
        let result = self.receive(slot, place, None, |_| input);
        self.end_turn(slot, place, event, result, None, checks);
    }

    /// A turn that handles a message, as most do: a copy of the code for all, so that nothing is asked that is known. The message lies in the
    /// queue until the actor takes it.
    #[inline]
    pub(super) fn message_turn(
        &mut self,
        slot: u32,
        place: Place,
        arrived: Arrived,
        checks: &mut Checks<P::Fact>,
    ) {
        let Arrived { due, from, digest, asks, cause } = arrived;
        if self.scene.choices.watches() {
            let class = class_of_message(&self.queue.message(due).message);
            self.watch(slot, class);
        }
        self.scene.tally.handled += 1;
        let (node, kind) = (place.home.node, EventKind::Message);
        let event = Event { at: self.scene.now, cause, digest, actor: slot, node, kind };
        let event = self.scene.recorder.note(event);
        if self.scene.recorder.level().has_payloads() {
            self.keep_message(due, from.slot());
        }
        let refusal = asks.then(|| self.refusal(slot, self.queue.message(due)));
        self.begin_turn(slot, event);
        let input = |queue: &mut Queue<P>| Input::Message(queue.take_message(due));
        let result = self.receive(slot, place, Some(from), input);
        self.end_turn(slot, place, event, result, refusal, checks);
    }

    /// Keeps what a message said. By itself, so that a turn does nothing for it where nothing is kept.
    #[cold]
    fn keep_message(&mut self, due: Due, from: u32) {
        let payload = Payload::of(&self.queue.message(due).message, Some(from));
        self.scene.recorder.keep_payload(payload);
    }

    /// Counts a turn that begins with an event.
    #[inline]
    fn begin_turn(&mut self, slot: u32, event: u64) {
        self.scene.tally.turns += 1;
        self.scene.pulse.actor.store(slot, Ordering::Relaxed);
        self.scene.pulse.turns.store(self.scene.tally.turns, Ordering::Relaxed);
        if self.scene.recorder.level().has_payloads() {
            self.scene.log.at(event);
        }
    }

    /// What the turn asked for takes hold, or nothing of it: then an ask that it handled is refused.
    #[inline]
    fn end_turn(
        &mut self,
        slot: u32,
        place: Place,
        event: u64,
        result: Result<(), Box<dyn Any + Send>>,
        refusal: Option<Refusal>,
        checks: &mut Checks<P::Fact>,
    ) {
        match result {
            Ok(()) => self.take_hold(slot, event, checks),
            Err(panic) => {
                self.crash_of(slot, event, &*panic);
                if let Some(refusal) = refusal {
                    self.refuse(slot, refusal, event);
                }
            }
        }
        if place.is_slow {
            self.occupy(slot, place.home);
        }
        if self.scene.recorder.level() == Recording::States {
            self.keep_state(slot, event);
        }
    }

    /// Keeps the state after a turn.
    #[cold]
    fn keep_state(&mut self, slot: u32, event: u64) {
        if let Some(actor) = &self.cells[slot as usize].actor {
            self.scene.recorder.states_mut().after(event, slot, actor);
        }
    }

    /// Lets the actor handle the input, which is made where the actor takes it; the effects are left in the buffer.
    #[inline]
    fn receive(
        &mut self,
        slot: u32,
        place: Place,
        sender: Option<Address>,
        input: impl FnOnce(&mut Queue<P>) -> Input<P>,
    ) -> Result<(), Box<dyn Any + Send>> {
        let cell = &mut self.cells[slot as usize];
        let Place { home, now, .. } = place;
        let turn = Turn { me: home.address(slot), incarnation: cell.incarnation, now, sender };
        let mut lender = Lender {
            choices: &mut self.scene.choices,
            directory: &mut self.scene.directory,
            counts: &mut cell.counts,
            menus: cell.rest.as_deref_mut().filter(|_| cell.has_rest).map(|rest| &mut rest.ahead.menus),
            topology: &self.blueprint.topology,
            key: home.key,
            slot,
            benign_draws: 0,
        };
        let mut cx = Context::new(turn, &mut lender, &mut self.effects);
        let actor = cell.actor.as_deref_mut().expect("only the living have turns");
        let queue = &mut self.queue;
        catch_unwind(AssertUnwindSafe(|| actor.receive(&mut cx, input(queue))))
    }

    /// A turn panicked: its effects are discarded and the actor ends.
    #[cold]
    fn crash_of(&mut self, slot: u32, event: u64, panic: &(dyn Any + Send)) {
        self.effects.clear();
        let text = text_of(panic);
        if !self.blueprint.topology.panics_are_crashes {
            let message = format!("{} panicked: {text}", self.path(slot));
            self.scene.break_rule(&NO_PANIC, message);
        }
        self.end(slot, Exit::Panicked(text), event);
    }

    /// On a slow node, a turn takes time.
    #[cold]
    fn occupy(&mut self, slot: u32, home: Home) {
        let slow = self.scene.nodes[home.node as usize].slow;
        let cell = &mut self.cells[slot as usize];
        let key = generator::join(kind::TURN, home.key);
        let rest = cell.rest_mut();
        let n = rest.turns;
        rest.turns += 1;
        let value = self.scene.choices.pick(Stream::Turn(slot), key, n, &self.scene.plan.weather.turn);
        let span = crate::choice::menu::between(0, slow, value.share());
        rest.busy_until = Time::from_nanos(self.scene.now.as_nanos() + span);
    }
}

/// What a panic says.
pub(crate) fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
    text.unwrap_or_else(|| "a panic without a text".to_owned())
}

/// What the world lends an actor for the length of one turn.
struct Lender<'a> {
    choices: &'a mut Choices,
    directory: &'a mut Directory,
    counts: &'a mut Counts,
    /// What is known of its menus, for those that have more than most actors.
    menus: Option<&'a mut Ahead>,
    topology: &'a Topology,
    key: Key,
    slot: u32,
    benign_draws: u32,
}

/// After so many zeros in one turn, raw draws vary again: rejection sampling would loop for ever on zeros.
pub(crate) const MOST_ZEROS: u32 = 4;

impl Stage for Lender<'_> {
    fn draw(&mut self) -> u64 {
        let key = generator::join(kind::DRAW, self.key);
        let n = self.counts.draws;
        self.counts.draws += 1;
        let bits = self.choices.bits(Stream::Draw(self.slot), key, n);
        if bits != 0 {
            return bits;
        }
        self.benign_draws += 1;
        if self.benign_draws <= MOST_ZEROS { 0 } else { generator::draw(0, key, n) }
    }

    fn choose(&mut self, options: u32) -> u32 {
        let (slot, name) = (self.slot, self.key);
        let key = || generator::join(kind::MENU, name);
        let n = self.counts.menus;
        self.counts.menus += 1;
        match &mut self.menus {
            Some(ahead) => {
                let bits = self.choices.ahead(ahead, n, key);
                self.choices.pick_of_drawn(|| (Stream::Menu(slot), key()), (n, bits), options)
            }
            None => self.choices.pick_of(Stream::Menu(slot), key(), n, options),
        }
    }

    fn child(&mut self, parent: Address, name: &str) -> Address {
        match self.topology.actors.get(parent.slot() as usize) {
            Some(info) => self.directory.child(parent, name, &info.path),
            None => {
                let path = self.directory.path(parent.slot()).to_owned();
                self.directory.child(parent, name, &path)
            }
        }
    }

    fn next_write(&mut self) -> WriteId {
        self.counts.writes += 1;
        WriteId(u64::from(self.counts.writes))
    }
}
