//! An input is handled, all of its effects or none.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use rehearsal_protocol::context::Turn;
use rehearsal_protocol::{Address, Context, Exit, Input, Protocol, Stage, Time, WriteId};

use super::World;
use super::cell::Counts;
use super::directory::Directory;
use super::rules::NO_PANIC;
use crate::check::Checks;
use crate::choice::generator::{self, Key};
use crate::choice::stream::kind;
use crate::choice::{Choices, Stream};
use crate::trace::digest::digest;
use crate::trace::{EventKind, Payload};

impl<P: Protocol> World<P> {
    /// One turn of the actor in `slot`, which is alive.
    pub(super) fn turn(&mut self, slot: u32, input: Input<P>, cause: u64, checks: &mut Checks<P::Fact>) {
        if self.choices.watches() {
            self.watch(slot, &input);
        }
        let (kind, digest, sender) = match &input {
            Input::Message(envelope) => {
                self.tally.handled += 1;
                (EventKind::Message, digest(&envelope.message), Some(envelope.from))
            }
            Input::Start(recovered) => (EventKind::Start, u64::from(recovered.incarnation.0), None),
            Input::Timer(id) => (EventKind::Timer, id.0, None),
            Input::Signal(signal) => (EventKind::Signal, digest(signal), None),
            Input::Synced(id) => (EventKind::Synced, id.0, None),
        };
        let event = self.record_actor(kind, slot, cause, digest, || Payload {
            text: format!("{input:?}"),
            from: sender.map(Address::slot),
        });
        self.tally.turns += 1;
        self.pulse.actor.store(slot, Ordering::Relaxed);
        self.pulse.turns.store(self.tally.turns, Ordering::Relaxed);
        self.log.at(event);
        match self.receive(slot, input, sender) {
            Ok(()) => self.take_hold(slot, event, checks),
            Err(panic) => self.crash_of(slot, event, &*panic),
        }
        self.occupy(slot);
    }

    /// Lets the actor handle the input; the effects are left in the buffer.
    #[inline]
    fn receive(
        &mut self,
        slot: u32,
        input: Input<P>,
        sender: Option<Address>,
    ) -> Result<(), Box<dyn Any + Send>> {
        let cell = &mut self.cells[slot as usize];
        let now = self.nodes[cell.node as usize].clock.shows(self.now);
        let turn = Turn { me: cell.address(slot), incarnation: cell.incarnation, now, sender };
        let mut lender = Lender {
            choices: &mut self.choices,
            directory: &mut self.directory,
            counts: &mut cell.counts,
            paths: &self.blueprint.topology.actors,
            key: cell.key,
            slot,
            benign_draws: 0,
        };
        let mut cx = Context::new(turn, &mut lender, &mut self.effects);
        let actor = cell.actor.as_deref_mut().expect("only the living have turns");
        catch_unwind(AssertUnwindSafe(|| actor.receive(&mut cx, input)))
    }

    /// A turn panicked: its effects are discarded and the actor ends.
    #[cold]
    fn crash_of(&mut self, slot: u32, event: u64, panic: &(dyn Any + Send)) {
        self.effects.clear();
        let text = text_of(panic);
        if !self.blueprint.topology.panics_are_crashes {
            let message = format!("{} panicked: {text}", self.path(slot));
            self.break_rule(&NO_PANIC, message);
        }
        self.end(slot, Exit::Panicked(text), event);
    }

    /// On a slow node, a turn takes time.
    #[inline]
    fn occupy(&mut self, slot: u32) {
        let slow = self.node_of(slot).slow;
        if slow == 0 {
            return;
        }
        let cell = &mut self.cells[slot as usize];
        let key = generator::join(kind::TURN, cell.key);
        let n = cell.counts.turns;
        cell.counts.turns += 1;
        let value = self.choices.pick(Stream::Turn(slot), key, n, &self.weather.turn);
        let span = crate::choice::menu::between(0, slow, value.share());
        cell.busy_until = Time::from_nanos(self.now.as_nanos() + span);
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
    paths: &'a [super::blueprint::ActorInfo],
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
        let key = generator::join(kind::MENU, self.key);
        let n = self.counts.menus;
        self.counts.menus += 1;
        self.choices.pick_of(Stream::Menu(self.slot), key, n, options)
    }

    fn child(&mut self, parent: Address, name: &str) -> Address {
        match self.paths.get(parent.slot() as usize) {
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
