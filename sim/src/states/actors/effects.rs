//! What a turn asked for, as a change of the actor's own local state and a list of events.

use std::any::Any;

use rehearsal_protocol::{Address, Effect, Exit, Incarnation, Signal};

use super::{Actors, stands_still};
use crate::erased::{Erased, Message};
use crate::states::event::{LOOSE, What};
use crate::states::local::Local;
use crate::states::tables::{AT_ONCE, Kind, Learnt, Tables};
use crate::world::turn::text_of;

impl Actors {
    /// The effects of a turn, in their order.
    pub(super) fn take_hold(
        &mut self,
        slot: u32,
        before: u32,
        mut local: Local,
        effects: Vec<Effect<Erased>>,
        tables: &mut Tables,
    ) -> Learnt {
        let (mut asks, mut facts) = (Vec::new(), Vec::new());
        let (mut exits, mut dead) = (None, false);
        let me = self.address(slot);
        for effect in effects {
            match effect {
                Effect::Send { to, message } => asks.extend(self.message(me, to.slot(), message, tables)),
                Effect::Announce(fact) => facts.push((me, fact)),
                Effect::SetTimer { id, after } => drop(local.rest.timers.insert(id, after)),
                Effect::CancelTimer(id) => drop(local.rest.timers.remove(&id)),
                Effect::Write { key, value } => local.rest.disk.write(key.into(), value.into()),
                Effect::Sync(id) => {
                    local.rest.disk.sync();
                    let what = What::Synced(id, local.rest.incarnation);
                    let channel = self.channel_of(slot, slot);
                    asks.push(self.event_number(slot, what, channel, tables));
                }
                Effect::Exit(reason) => exits = Some(reason),
                Effect::DeadLetter(_) => dead = true,
                other => asks.extend(self.concerning_another(me, other, tables)),
            }
        }
        if let Some(reason) = exits {
            asks.extend(self.at_once(slot, What::End(*reason), tables));
        }
        let nothing = asks.is_empty() && facts.is_empty();
        let local = self.local_number(slot, local, tables);
        let kind = if dead && nothing && local == before { Kind::Nowhere } else { Kind::Step };
        Learnt { local, kind, facts: self.announced_number(facts), asks, chosen: Vec::new() }
    }

    /// What a turn asks for beside messages that concerns another actor.
    fn concerning_another(
        &mut self,
        me: Address,
        effect: Effect<Erased>,
        tables: &mut Tables,
    ) -> Option<u32> {
        match effect {
            Effect::Interrupt { to, expected } => {
                let signal = Signal::Interrupt { from: me, expected };
                self.at_once(to.slot(), What::Tell(signal), tables)
            }
            Effect::Spawn { child, actor } => {
                self.at_once(child.slot(), What::Begin(me.slot(), actor), tables)
            }
            Effect::Stop(who) => self.at_once(who.slot(), What::Tell(Signal::Shutdown), tables),
            Effect::Kill(who) => {
                self.is_path(who.slot()).then(|| self.event_number(who.slot(), What::Kill, LOOSE, tables))
            }
            Effect::Monitor(who) => {
                let watched = self.at_once(who.slot(), What::Watch(me.slot()), tables);
                watched.or_else(|| self.nobody_there(me, who, tables))
            }
            Effect::Send { .. }
            | Effect::Announce(_)
            | Effect::SetTimer { .. }
            | Effect::CancelTimer(_)
            | Effect::Write { .. }
            | Effect::Sync(_)
            | Effect::Exit(_)
            | Effect::DeadLetter(_) => unreachable!("it concerns the actor itself"),
            Effect::KeepMail { .. } => unreachable!("the search ends where mail is kept"),
        }
    }

    /// A turn panicked: its effects are discarded and the actor ends.
    pub(super) fn crash_of(
        &mut self,
        slot: u32,
        before: u32,
        local: Local,
        panic: &(dyn Any + Send),
        tables: &mut Tables,
    ) -> Learnt {
        let text = text_of(panic);
        if !self.blueprint.topology.panics_are_crashes {
            self.panics.push(format!("{} panicked: {text}", self.path(slot)));
            let facts = self.panics.len() as u32;
            return Learnt { facts, ..stands_still(before, Kind::Violation) };
        }
        let asks = self.at_once(slot, What::End(Exit::Panicked(text)), tables).into_iter().collect();
        let local = self.local_number(slot, local, tables);
        Learnt { local, kind: Kind::Step, facts: 0, asks, chosen: Vec::new() }
    }

    /// A message on its way; one to an address that was made up goes nowhere.
    fn message(&mut self, from: Address, to: u32, message: Message, tables: &mut Tables) -> Option<u32> {
        self.is_path(to).then(|| {
            let channel = self.channel(from.slot(), to);
            self.event_number(to, What::Message(from, message), channel, tables)
        })
    }

    /// Something that takes hold at once, if there is such a path.
    pub(super) fn at_once(&mut self, to: u32, what: What, tables: &mut Tables) -> Option<u32> {
        self.is_path(to).then(|| self.event_number(to, what, LOOSE, tables) | AT_ONCE)
    }

    /// The news that at an address that was made up nobody lives.
    fn nobody_there(&mut self, watcher: Address, who: Address, tables: &mut Tables) -> Option<u32> {
        let who = Address::new(watcher.node(), who.slot());
        let signal = Signal::Exit { who, incarnation: Incarnation(0), reason: Exit::NoActor };
        self.at_once(watcher.slot(), What::Tell(signal), tables)
    }

    fn is_path(&self, slot: u32) -> bool {
        (slot as usize) < self.paths.len()
    }
}
