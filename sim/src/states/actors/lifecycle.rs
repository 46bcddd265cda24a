//! What comes of an event, by where its actor is in its life.

use std::time::Duration;

use rehearsal_protocol::{Actor, Exit, Input, Recovered, Signal};

use super::{Actors, envelope, stands_still};
use crate::erased::Erased;
use crate::states::event::What;
use crate::states::local::{Life, Local};
use crate::states::refused::Refused;
use crate::states::tables::{Kind, Learnt, Tables};
use crate::world::network::concerns;

/// What an event is to an actor where it is in its life.
enum Coming {
    /// A turn; a timer's shows the time for which it was armed.
    Turn(Input<Erased>, Duration),
    /// Nothing changes.
    Still(Kind),
    /// It ends from outside.
    Killed,
    /// It starts again.
    Again,
    /// It takes hold at once, and nobody has a turn.
    AtOnce,
}

impl Actors {
    /// All outcomes of an event in a local state.
    pub(super) fn come(
        &mut self,
        event: u32,
        slot: u32,
        number: u32,
        tables: &mut Tables,
    ) -> Result<Vec<Learnt>, Refused> {
        let mut local = self.local(slot, number, tables);
        let one = match coming(&self.events[event as usize].what, &mut local) {
            Coming::Turn(input, after) => return self.turns(slot, (number, &local), after, &input, tables),
            Coming::Still(kind) => stands_still(number, kind),
            Coming::Killed => self.end(slot, local, Exit::Killed, tables),
            Coming::Again => {
                local.actor = Some(self.blueprint.actors[slot as usize].clone());
                local.rest.begin();
                self.without_a_turn(slot, local, Vec::new(), tables)
            }
            Coming::AtOnce => self.takes_hold(event, slot, number, local, tables),
        };
        Ok(vec![one])
    }

    /// What takes hold at once is no turn.
    fn takes_hold(
        &mut self,
        event: u32,
        slot: u32,
        number: u32,
        mut local: Local,
        tables: &mut Tables,
    ) -> Learnt {
        let alive = local.actor.is_some();
        let mut asks = Vec::new();
        match self.events[event as usize].what.clone() {
            What::Begin(parent, actor) => return self.begin(slot, local, parent, actor, tables),
            What::End(reason) if alive => return self.end(slot, local, reason, tables),
            What::Adopt(child) if local.rest.children.contains(&child) => {}
            What::Adopt(child) => local.rest.children.push(child),
            What::Watch(watcher) if alive => local.rest.watch(watcher),
            What::Watch(watcher) => asks.extend(self.news(slot, &local, watcher, Exit::NoActor, tables)),
            // An interrupt concerns the path, so it may reach a later life; any other signal is void.
            What::Tell(signal) if alive || matches!(signal, Signal::Interrupt { .. }) => {
                let what = What::Signal(signal, local.rest.incarnation);
                let channel = self.channel_of(slot, slot);
                asks.push(self.event_number(slot, what, channel, tables));
            }
            What::Tell(_) | What::End(_) => return stands_still(number, Kind::Step),
            What::Start
            | What::Restart
            | What::Timer(..)
            | What::Message(..)
            | What::Signal(..)
            | What::Synced(..)
            | What::Kill => unreachable!("it is a step of its own"),
        }
        self.without_a_turn(slot, local, asks, tables)
    }

    /// A parent starts a child.
    fn begin(
        &mut self,
        slot: u32,
        mut local: Local,
        parent: u32,
        actor: Box<dyn Actor<Erased>>,
        tables: &mut Tables,
    ) -> Learnt {
        if local.actor.is_some() {
            let news = self.news(slot, &local, parent, Exit::NameTaken, tables);
            return self.without_a_turn(slot, local, news.into_iter().collect(), tables);
        }
        local.actor = Some(actor);
        local.rest.begin();
        let adopted = self.at_once(parent, What::Adopt(slot), tables);
        self.without_a_turn(slot, local, adopted.into_iter().collect(), tables)
    }

    /// A life ends: its children with it, the last started first, and the news goes to those who watch.
    #[inline(never)] // An end is seldom, and there are two ways to it.
    fn end(&mut self, slot: u32, mut local: Local, reason: Exit, tables: &mut Tables) -> Learnt {
        let (children, watchers) = (local.rest.children.clone(), local.rest.watchers.clone());
        let mut asks = Vec::new();
        for child in children.into_iter().rev() {
            asks.extend(self.at_once(child, What::End(Exit::Shutdown), tables));
        }
        let parent = (slot >= self.placed()).then(|| self.directory.get(slot).parent);
        for watcher in watchers.iter().copied().chain(parent.filter(|parent| !watchers.contains(parent))) {
            asks.extend(self.news(slot, &local, watcher, reason.clone(), tables));
        }
        local.actor = None;
        let starts_again = parent.is_none() && matches!(reason, Exit::Panicked(_));
        local.rest.end(if starts_again { Life::Panicked } else { Life::None });
        self.without_a_turn(slot, local, asks, tables)
    }

    /// The news of an end, for one who is alive.
    fn news(&mut self, of: u32, local: &Local, to: u32, reason: Exit, tables: &mut Tables) -> Option<u32> {
        let signal = Signal::Exit { who: self.address(of), incarnation: local.rest.incarnation, reason };
        self.at_once(to, What::Tell(signal), tables)
    }

    fn without_a_turn(&mut self, slot: u32, local: Local, asks: Vec<u32>, tables: &mut Tables) -> Learnt {
        let local = self.local_number(slot, local, tables);
        Learnt { local, kind: Kind::Step, facts: 0, asks, chosen: Vec::new() }
    }
}

/// What an event is to an actor; what it changes besides the actor is changed.
fn coming(what: &What, local: &mut Local) -> Coming {
    let (life, incarnation) = (local.rest.life, local.rest.incarnation);
    let turn = |input| Coming::Turn(input, Duration::ZERO);
    match (what, life) {
        (What::Start, _) => {
            assert_eq!(life, Life::Begun, "a first turn follows from that");
            local.rest.life = Life::Started;
            turn(Input::Start(Recovered { incarnation, kept: local.rest.disk.kept() }))
        }
        (What::Timer(id, after), _) => {
            assert_eq!(local.rest.timers.remove(id), Some(*after), "only what is armed runs out");
            Coming::Turn(Input::Timer(*id), *after)
        }
        (What::Restart, _) => Coming::Again,
        (What::Message(from, message), Life::Started) => {
            turn(Input::Message(envelope(*from, message.clone())))
        }
        (What::Message(..) | What::Kill, Life::None | Life::Panicked) => Coming::Still(Kind::Nowhere),
        (What::Message(..), Life::Begun) => Coming::Still(Kind::Blocked),
        (What::Signal(signal, sent_to), Life::Started) if concerns(signal, *sent_to, incarnation) => {
            turn(Input::Signal(signal.clone()))
        }
        (What::Signal(signal, sent_to), Life::Begun) if concerns(signal, *sent_to, incarnation) => {
            Coming::Still(Kind::Blocked)
        }
        (What::Synced(id, of), Life::Started) if *of == incarnation => {
            local.rest.disk.complete();
            turn(Input::Synced(*id))
        }
        // It was sent to a life that is over.
        (What::Signal(..) | What::Synced(..), _) => Coming::Still(Kind::Step),
        (What::Kill, Life::Begun | Life::Started) => Coming::Killed,
        (What::Begin(..) | What::Adopt(_) | What::Watch(_) | What::Tell(_) | What::End(_), _) => {
            Coming::AtOnce
        }
    }
}
