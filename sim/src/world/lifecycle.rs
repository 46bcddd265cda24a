//! Incarnations begin and end; nodes crash and restart.

use std::time::Duration;

use rehearsal_protocol::{Actor, Exit, Input, NodeId, Protocol, Recovered, Time};

use super::World;
use super::cell::{Affairs, Cell, Home};
use super::pending::What;
use super::rules::ONE_LIFE;
use crate::check::Checks;
use crate::choice::stream::kind;
use crate::choice::{Stream, generator};
use crate::trace::digest::digest;
use crate::trace::{EventKind, Payload};

/// After a panic, an actor that nobody spawned starts again after this time, as under a process manager.
const RESTART_DELAY: Duration = Duration::from_millis(100);
/// Of so many cells of spawned actors the memory is kept for later runs.
const MOST_SPARE: usize = 1_024;

impl<P: Protocol> World<P> {
    /// Every actor of the blueprint is about to start.
    pub(super) fn reset_cells(&mut self) {
        let blueprint = self.blueprint.clone();
        let infos = &blueprint.topology.actors;
        while self.cells.len() > infos.len() {
            let Some(cell) = self.cells.pop() else { break };
            if self.spare.len() < MOST_SPARE {
                self.spare.push(cell);
            }
        }
        for (slot, actor) in blueprint.actors.iter().enumerate() {
            let home = Home::new(infos[slot].node, infos[slot].key, None);
            if slot == self.cells.len() {
                self.cells.push(Cell::empty(home));
            }
            self.cells[slot].reset(home, actor.clone());
        }
    }

    /// The next actor of the blueprint has its first turn, at time 0.
    #[cold]
    pub(super) fn begin_next(&mut self, checks: &mut Checks<P::Fact>) {
        let slot = self.scene.begun;
        self.scene.begun += 1;
        let cause = self.scene.recorder.count();
        self.first_turn(slot, cause, checks);
        self.loosen();
    }

    /// A turn asked for a child.
    pub(super) fn spawn(&mut self, parent: u32, child: u32, actor: Box<dyn Actor<P>>, event: u64) {
        self.make_room_for(child);
        let cell = &self.cells[child as usize];
        if cell.actor.is_some() {
            return self.tell_exit(child, parent, Exit::NameTaken, event);
        }
        Affairs::add(&mut self.cells[parent as usize].rest_mut().children, child);
        self.begin(child, actor, event);
    }

    /// Cells for all paths up to a slot.
    fn make_room_for(&mut self, slot: u32) {
        while self.cells.len() <= slot as usize {
            let spawned = self.scene.directory.get(self.cells.len() as u32);
            self.scene.keys.push(spawned.key);
            let home = Home::new(spawned.node, spawned.key, Some(spawned.parent));
            let mut cell = self.spare.pop().unwrap_or_else(|| Cell::empty(home));
            cell.vacate(home);
            self.cells.push(cell);
        }
    }

    /// A new incarnation of a path.
    fn begin(&mut self, slot: u32, actor: Box<dyn Actor<P>>, event: u64) {
        let cell = &mut self.cells[slot as usize];
        #[cfg(test)]
        let second_life = self.scene.sabotage == Some(super::rules::Sabotage::SecondLife);
        #[cfg(not(test))]
        let second_life = false;
        if cell.actor.is_some() || second_life {
            let message = format!("a second life of {} begins beside the first", self.path(slot));
            return self.scene.break_rule(&ONE_LIFE, message);
        }
        cell.actor = Some(actor);
        cell.incarnation = cell.incarnation.next();
        cell.started = false;
        cell.counts.writes = 0;
        if let Some(rest) = cell.existing_rest() {
            rest.busy_until = Time::ZERO;
        }
        let incarnation = cell.incarnation;
        self.schedule(self.scene.now, slot, event, What::Start(incarnation));
    }

    /// The first turn of an incarnation, with what its disk kept.
    pub(super) fn first_turn(&mut self, slot: u32, cause: u64, checks: &mut Checks<P::Fact>) {
        if self.node_of(slot).pauses > 0 {
            // It starts when the pause ends.
            let incarnation = self.cells[slot as usize].incarnation;
            return self.scene.active.start_later(slot, incarnation);
        }
        let cell = &mut self.cells[slot as usize];
        cell.started = true;
        let kept = cell.rest().map(|rest| rest.disk.kept()).unwrap_or_default();
        let recovered = Recovered { incarnation: cell.incarnation, kept };
        self.turn(slot, Input::Start(recovered), cause, checks);
        if self.cells[slot as usize].actor.is_some() {
            self.schedule_dispatch(slot);
        }
    }

    /// An incarnation ends: its children with it, its mailbox to the dead letters, the news to those who watch.
    pub(super) fn end(&mut self, slot: u32, reason: Exit, cause: u64) {
        let Some(cell) = self.cells.get_mut(slot as usize) else { return };
        if cell.actor.take().is_none() {
            return;
        }
        (cell.started, cell.dispatching) = (false, false);
        let parent = cell.home.parent();
        let (mut children, mut watchers, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(rest) = cell.existing_rest() {
            (children, watchers) = rest.end();
            if rest.keeps_mail {
                rest.mailbox.retain(|waiting| matches!(waiting.input, Input::Message(_)));
            } else {
                unread = rest.take_mail();
            }
        }
        cell.waiting = cell.waiting_messages() > 0;
        let text = || Payload::of(&reason, None);
        let event = self.record_actor(EventKind::Ended, slot, cause, digest(&reason), text);
        self.scene.recorder.states_mut().ended(event, slot);
        let crashed = matches!(reason, Exit::NodeDown(_));
        self.settle_disk(slot, crashed);
        self.bury_all(slot, unread, event);
        while let Some(child) = children.pop() {
            self.release_mail(child, event);
            let why = if crashed { reason.clone() } else { Exit::Shutdown };
            self.end(child, why, event);
        }
        self.tell_watchers(slot, parent, watchers, &reason, event);
        if parent.is_none() && matches!(reason, Exit::Panicked(_)) {
            self.schedule(self.scene.now + RESTART_DELAY, slot, event, What::Restart);
        }
    }

    /// What was written survives the end of an actor; what a crash of its node leaves is a choice.
    fn settle_disk(&mut self, slot: u32, crashed: bool) {
        let cell = &mut self.cells[slot as usize];
        if cell.rest().is_none() {
            return;
        }
        if !crashed {
            return cell.rest_mut().disk.flush();
        }
        let key = generator::join(kind::TORN, cell.home.key);
        let rest = cell.rest_mut();
        let n = rest.crashes;
        rest.crashes += 1;
        let value = self.scene.choices.pick(Stream::Torn(slot), key, n, &self.scene.plan.weather.torn);
        cell.rest_mut().disk.crash(value);
    }

    fn tell_watchers(
        &mut self,
        slot: u32,
        parent: Option<u32>,
        mut watchers: Vec<u32>,
        reason: &Exit,
        event: u64,
    ) {
        if let Some(parent) = parent {
            Affairs::add(&mut watchers, parent);
        }
        for watcher in watchers {
            if self.cells[watcher as usize].actor.is_some() {
                self.tell_exit(slot, watcher, reason.clone(), event);
            }
        }
    }

    /// An actor that nobody spawned starts again from its blueprint, if it is not alive and its node is up.
    pub(super) fn restart(&mut self, slot: u32, cause: u64) {
        let blueprint = self.blueprint.clone();
        let cell = &self.cells[slot as usize];
        let Some(pristine) = blueprint.actors.get(slot as usize) else { return };
        if cell.actor.is_none() && self.node_of(slot).up {
            self.begin(slot, pristine.clone(), cause);
        }
    }

    /// A node crashes: its actors end, the last started first.
    pub(super) fn crash_node(&mut self, node: u32, cause: u64) {
        let blueprint = self.blueprint.clone();
        self.scene.nodes[node as usize].up = false;
        let event = self.scene.record_node(EventKind::NodeDown, node, cause, &blueprint.topology);
        let actors = &blueprint.topology.nodes[node as usize].actors;
        for place in (0..actors.len()).rev() {
            self.end(actors[place], Exit::NodeDown(NodeId(node)), event);
        }
    }

    /// A node starts again, with the actors of its blueprint.
    pub(super) fn restart_node(&mut self, node: u32, cause: u64) {
        let blueprint = self.blueprint.clone();
        self.scene.nodes[node as usize].up = true;
        let event = self.scene.record_node(EventKind::NodeUp, node, cause, &blueprint.topology);
        for slot in &blueprint.topology.nodes[node as usize].actors {
            self.restart(*slot, event);
        }
    }
}
