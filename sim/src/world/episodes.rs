//! Faults begin and end, and the core is healed.

use std::hash::{Hash, Hasher};

use rehearsal_protocol::{Exit, Incarnation, NodeId, Protocol, Time};

use super::World;
use super::pending::What;
use super::scene::Scene;
use crate::choice::generator::Key;
use crate::choice::{Menu, Stream, generator};
use crate::fault::Harm;
use crate::fault::cut::Cut;
use crate::fault::plan::Victim;
use crate::topology::Topology;
use crate::trace::{Event, EventKind, Payload};

/// The episodes that go on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Active {
    cuts: Vec<(u32, Cut)>,
    clogs: Vec<(u32, Cut, Time)>,
    /// How many crashes hold each node down; by node.
    crashes: Vec<(NodeId, u32)>,
    /// Those whose first turn waits for the end of a pause.
    starts: Vec<(u32, Incarnation)>,
}

impl Active {
    pub(crate) fn reset(&mut self) {
        self.cuts.clear();
        self.clogs.clear();
        self.crashes.clear();
        self.starts.clear();
    }

    /// Whether any link is cut or clogged.
    #[inline]
    pub(crate) fn has_links(&self) -> bool {
        !self.cuts.is_empty() || !self.clogs.is_empty()
    }

    /// Feeds which episodes go on.
    pub(crate) fn feed(&self, to: &mut impl Hasher) {
        self.cuts.len().hash(to);
        self.cuts.iter().for_each(|(_, cut)| cut.hash(to));
        self.clogs.len().hash(to);
        self.clogs.iter().for_each(|(_, cut, until)| (cut, until).hash(to));
        let mut crashes: Vec<_> = self.crashes.iter().filter(|(_, count)| *count > 0).collect();
        crashes.sort_unstable();
        crashes.hash(to);
        self.starts.hash(to);
    }

    /// An episode that cuts or clogs links is over.
    fn mend(&mut self, index: u32) {
        self.cuts.retain(|(known, _)| *known != index);
        self.clogs.retain(|(known, _, _)| *known != index);
    }

    /// Takes those whose first turn waits for the end of a pause.
    fn take_starts(&mut self) -> Vec<(u32, Incarnation)> {
        std::mem::take(&mut self.starts)
    }

    pub(crate) fn start_later(&mut self, slot: u32, incarnation: Incarnation) {
        self.starts.push((slot, incarnation));
    }

    /// Counts crashes that hold a node down; the first takes it down and the last lets it up.
    pub(super) fn crashes_on(&mut self, node: NodeId) -> &mut u32 {
        let at = self.crashes.iter().position(|(known, _)| *known == node).unwrap_or_else(|| {
            self.crashes.push((node, 0));
            self.crashes.len() - 1
        });
        &mut self.crashes[at].1
    }
}

#[cfg(test)]
impl Active {
    /// Links are cut, or clogged until a time.
    pub(super) fn sever(&mut self, cut: Cut, until: Option<Time>) {
        match until {
            None => self.cuts.push((0, cut)),
            Some(until) => self.clogs.push((0, cut, until)),
        }
    }
}

impl<P: Protocol> World<P> {
    /// Puts the beginnings and ends of all episodes into the queue. None goes on beyond the faulty phase, but for those of
    /// expendable nodes that choose to stay broken.
    pub(super) fn schedule_episodes(&mut self) {
        if !self.scene.plan.faulty {
            return;
        }
        let heal = Time::from_nanos(self.blueprint.topology.faulty_phase);
        for index in 0..self.scene.plan.episodes.len() {
            let episode = self.scene.plan.episodes[index];
            self.schedule(episode.from, index as u32, 0, What::EpisodeBegins);
            if episode.until < heal || !self.scene.stays_broken(episode.harm, &self.blueprint.topology) {
                self.scene.plan.episodes[index].until = episode.until.min(heal);
                self.schedule(episode.until.min(heal), index as u32, 0, What::EpisodeEnds);
            }
        }
        self.schedule(heal, 0, 0, What::Heal);
    }

    pub(super) fn episode_begins(&mut self, index: u32) {
        let episode = self.scene.plan.episodes[index as usize];
        let event = self.record_episode(EventKind::FaultBegins, index);
        match episode.harm {
            Harm::Crash(node) => {
                let crashes = self.scene.active.crashes_on(node);
                *crashes += 1;
                if *crashes == 1 {
                    self.crash_node(node.0, event);
                }
            }
            Harm::Pause(node) => self.scene.nodes[node.index()].pauses += 1,
            Harm::Slow(node, longest) => self.scene.nodes[node.index()].slow = longest,
            Harm::Cut(cut) => self.scene.active.cuts.push((index, cut)),
            Harm::Clog(cut) => self.scene.active.clogs.push((index, cut, episode.until)),
            Harm::Kill(victim) => self.kill_one(victim, episode.until, event),
        }
    }

    pub(super) fn episode_ends(&mut self, index: u32) {
        let episode = self.scene.plan.episodes[index as usize];
        let event = self.record_episode(EventKind::FaultEnds, index);
        match episode.harm {
            Harm::Crash(node) => {
                let crashes = self.scene.active.crashes_on(node);
                *crashes -= 1;
                if *crashes == 0 {
                    self.restart_node(node.0, event);
                }
            }
            Harm::Pause(node) => {
                self.scene.nodes[node.index()].pauses -= 1;
                self.resume(node.0);
            }
            Harm::Slow(node, _) => {
                self.scene.nodes[node.index()].slow = 0;
                self.resume(node.0);
            }
            Harm::Cut(_) | Harm::Clog(_) => self.scene.active.mend(index),
            Harm::Kill(_) => {}
        }
    }

    /// Lets everything on a node go on that waited for the end of a pause.
    fn resume(&mut self, node: u32) {
        if self.scene.nodes[node as usize].pauses > 0 {
            return;
        }
        let cause = self.scene.recorder.count().saturating_sub(1);
        for (slot, incarnation) in self.scene.active.take_starts() {
            if self.cells[slot as usize].home.node == node {
                self.schedule(self.scene.now, slot, cause, What::Start(incarnation));
            } else {
                self.scene.active.start_later(slot, incarnation);
            }
        }
        for slot in 0..self.cells.len() as u32 {
            if self.cells[slot as usize].home.node == node && self.cells[slot as usize].waiting {
                self.schedule_dispatch(slot);
            }
        }
    }

    /// Kills an actor; one that is drawn lives on a node that faults may touch.
    fn kill_one(&mut self, victim: Victim, again: Time, event: u64) {
        let slot = match victim {
            Victim::Slot(slot) => Some(slot),
            Victim::Drawn(salt) => self.drawn(u64::from(salt)),
        };
        let Some(slot) = slot else { return };
        self.end(slot, Exit::Killed, event);
        if self.cells[slot as usize].home.parent().is_none() {
            self.schedule(again, slot, event, What::Restart);
        }
    }

    /// Of the living on nodes that faults may touch, the one with the greatest key; of several, the last.
    fn drawn(&self, salt: u64) -> Option<u32> {
        let mut drawn: Option<(Key, u32)> = None;
        for slot in 0..self.cells.len() as u32 {
            let cell = &self.cells[slot as usize];
            if cell.actor.is_none() || self.blueprint.topology.nodes[cell.home.node as usize].steady {
                continue;
            }
            let key = generator::join(cell.home.key, salt);
            if drawn.is_none_or(|(greatest, _)| key >= greatest) {
                drawn = Some((key, slot));
            }
        }
        drawn.map(|(_, slot)| slot)
    }

    fn record_episode(&mut self, kind: EventKind, index: u32) -> u64 {
        self.scene.record_episode(kind, index, &self.blueprint.topology)
    }

    pub(super) fn heal(&mut self) {
        self.scene.heal(&self.blueprint.topology);
    }
}

impl Scene {
    /// The faulty phase is over: from here on nothing goes wrong that is not wrong already.
    fn heal(&mut self, topology: &Topology) {
        self.healed = Some(self.now);
        self.choices.heal();
        self.plan.weather.clone_from(&topology.weather);
        let cause = self.recorder.count();
        let event = Event {
            at: self.now,
            cause,
            digest: 0,
            actor: Event::NOBODY,
            node: Event::NOBODY,
            kind: EventKind::Healed,
        };
        self.recorder.record(event, Payload::default);
    }

    /// Whether nothing passes from one node to another.
    pub(super) fn is_cut(&self, from: u32, to: u32, topology: &Topology) -> bool {
        self.active.cuts.iter().any(|(_, cut)| severs(*cut, from, to, topology))
    }

    /// When what is sent now from one node to another is released.
    pub(super) fn clogged_until(&self, from: u32, to: u32, topology: &Topology) -> Time {
        let clogs = self.active.clogs.iter().filter(|(_, cut, _)| severs(*cut, from, to, topology));
        clogs.map(|(_, _, until)| *until).max().unwrap_or(Time::ZERO)
    }

    fn record_episode(&mut self, kind: EventKind, index: u32, topology: &Topology) -> u64 {
        let episode = self.plan.episodes[index as usize];
        let node = match episode.harm {
            Harm::Crash(node) | Harm::Pause(node) | Harm::Slow(node, _) => node.0,
            Harm::Kill(_) | Harm::Cut(_) | Harm::Clog(_) => Event::NOBODY,
        };
        let digest = generator::name(episode.kind);
        let cause = self.recorder.count();
        let event = Event { at: self.now, cause, digest, actor: Event::NOBODY, node, kind };
        self.recorder.record(event, || Payload { text: episode.in_words(topology), from: None })
    }

    /// Whether a node does not recover from what goes wrong with it.
    fn stays_broken(&mut self, harm: Harm, topology: &Topology) -> bool {
        let (Harm::Crash(node) | Harm::Pause(node)) = harm else { return false };
        let info = &topology.nodes[node.index()];
        if !info.expendable {
            return false;
        }
        let key = generator::join(generator::name("frozen"), info.key);
        let menu = Menu::weighted(&[1, 1]);
        !self.choices.pick(Stream::OnNode("frozen", node.0), key, 0, &menu).is_benign()
    }
}

fn severs(cut: Cut, from: u32, to: u32, topology: &Topology) -> bool {
    let end = |node: u32| (NodeId(node), topology.nodes[node as usize].key);
    cut.severs(end(from), end(to))
}
