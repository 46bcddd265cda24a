//! The actors behind the numbers, and the only place of the search where their code runs: once for each event in each local state.

mod effects;
mod lender;
mod lifecycle;

use std::any::Any;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rehearsal_protocol::context::Turn;
use rehearsal_protocol::{Actor, Address, Context, Effect, Envelope, Input, MessageId, Protocol, Time};

use super::event::{Event, LOOSE, Route, What};
use super::local::{Life, Local, Rest};
use super::network::Network;
use super::numbering::Numbering;
use super::refused::Refused;
use super::row::Row;
use super::tables::{AT_ONCE, Kind, Learnt, Tables};
use crate::erased::{Erased, Fact};
use crate::fingerprint::Fingerprinter;
use crate::world::Pulse;
use crate::world::blueprint::Blueprint;
use crate::world::directory::Directory;
use lender::{Asked, Lender};

/// Everything behind the numbers of local states, events and facts.
pub(super) struct Actors {
    blueprint: Arc<Blueprint<Erased>>,
    pulse: Arc<Pulse>,
    beats: u64,
    network: Network,
    directory: Directory,
    /// By slot.
    paths: Vec<Path>,
    events: Vec<Event>,
    event_numbers: Numbering,
    channels: BTreeMap<(u32, u32), u32>,
    facts: Vec<(Address, Fact)>,
    fact_numbers: Numbering,
    /// Facts that were announced in one turn, by their numbers; the first is none.
    announced: Vec<Box<[u32]>>,
    announced_numbers: BTreeMap<Box<[u32]>, u32>,
    /// What was chosen in an outcome, by its place, if there was a choice.
    chosen: BTreeMap<u32, Box<[u32]>>,
    panics: Vec<String>,
    /// How many turns were had.
    turns: u64,
}

/// The local states of one slot.
struct Path {
    numbers: Numbering,
    actors: Vec<Option<Box<dyn Actor<Erased>>>>,
    rest_numbers: Numbering,
    rests: Vec<Rest>,
}

impl Actors {
    /// The actors of a scenario, and the row in which none of them had its first turn.
    pub(super) fn of(
        blueprint: Arc<Blueprint<Erased>>,
        pulse: Arc<Pulse>,
        network: Network,
        tables: &mut Tables,
    ) -> (Self, Row) {
        let mut directory = Directory::default();
        directory.reset(blueprint.actors.len() as u32);
        let mut actors = Self {
            blueprint,
            pulse,
            beats: 0,
            network,
            directory,
            paths: Vec::new(),
            events: Vec::new(),
            event_numbers: Numbering::default(),
            channels: BTreeMap::new(),
            facts: Vec::new(),
            fact_numbers: Numbering::default(),
            announced: vec![Box::default()],
            announced_numbers: BTreeMap::new(),
            chosen: BTreeMap::new(),
            panics: Vec::new(),
            turns: 0,
        };
        actors.make_room(tables);
        let locals = vec![0; actors.paths.len()];
        (actors, Row { locals, ..Row::default() })
    }

    /// Who is where at the start of every run.
    pub(super) fn blueprint(&self) -> &Arc<Blueprint<Erased>> {
        &self.blueprint
    }

    /// How many actors the blueprint has; they have the first slots.
    pub(super) fn placed(&self) -> u32 {
        self.blueprint.actors.len() as u32
    }

    /// Paths for all slots that were ever mentioned. The local state 0 of each is that in which a run finds it.
    fn make_room(&mut self, tables: &mut Tables) {
        while self.paths.len() < (self.placed() + self.directory.len()) as usize {
            let slot = self.paths.len();
            let path = Path {
                numbers: Numbering::default(),
                actors: Vec::new(),
                rest_numbers: Numbering::default(),
                rests: Vec::new(),
            };
            self.paths.push(path);
            tables.add_slot();
            let mut local = Local::nobody();
            if let Some(pristine) = self.blueprint.actors.get(slot) {
                local.actor = Some(pristine.clone());
                local.rest.begin();
            }
            assert_eq!(self.local_number(slot as u32, local, tables), 0);
        }
    }

    /// The address of a slot.
    pub(super) fn address(&self, slot: u32) -> Address {
        let known = self.blueprint.topology.actors.get(slot as usize);
        Address::new(known.map_or_else(|| self.directory.get(slot).node, |info| info.node), slot)
    }

    /// The path of a slot.
    pub(super) fn path(&self, slot: u32) -> &str {
        let known = self.blueprint.topology.actors.get(slot as usize);
        known.map_or_else(|| self.directory.path(slot), |info| &*info.path)
    }

    /// The event of a number.
    pub(super) fn event(&self, number: u32) -> &Event {
        &self.events[number as usize]
    }

    /// What the actor chose in the outcome at a place.
    pub(super) fn chosen(&self, place: u32) -> &[u32] {
        self.chosen.get(&place).map_or(&[], |chosen| chosen)
    }

    /// The facts of a number, with those who announced them.
    pub(super) fn announced(&self, facts: u32) -> impl Iterator<Item = (u32, &(Address, Fact))> {
        self.announced[facts as usize].iter().map(|fact| (*fact, &self.facts[*fact as usize]))
    }

    /// All facts that are announced in some state.
    pub(super) fn facts(&self) -> impl Iterator<Item = &Fact> + Clone {
        self.facts.iter().map(|(_, fact)| fact)
    }

    /// The text of a panic.
    pub(super) fn panic(&self, number: u32) -> &str {
        &self.panics[number as usize]
    }

    /// How many turns were had, and how many local states there are.
    pub(super) fn counted(&self) -> (u64, u64) {
        (self.turns, self.paths.iter().map(|path| path.numbers.len() as u64).sum())
    }

    /// How much memory the numbers take, in bytes, and not what lies behind them.
    pub(super) fn bytes(&self) -> usize {
        let of = |path: &Path| {
            path.numbers.bytes() + path.actors.capacity() * size_of::<Option<Box<dyn Actor<Erased>>>>()
        };
        self.paths.iter().map(of).sum::<usize>() + self.event_numbers.bytes()
    }

    /// Shows the watchdog that the search goes on.
    pub(super) fn beat(&mut self) {
        self.beats += 1;
        self.pulse.turns.store(self.beats, Ordering::Relaxed);
    }

    /// The first turn of the actor in a slot, as an event.
    pub(super) fn start_of(&mut self, slot: u32, tables: &mut Tables) -> u32 {
        self.event_number(slot, What::Start, LOOSE, tables)
    }

    /// Finds out what comes of an event in a local state.
    pub(super) fn find_out(&mut self, event: u32, local: u32, tables: &mut Tables) -> Result<(), Refused> {
        let slot = self.events[event as usize].to;
        let outcomes = self.come(event, slot, local, tables)?;
        let chosen: Vec<_> = outcomes.iter().map(|outcome| outcome.chosen.clone()).collect();
        for (place, chosen) in tables.learn((event, local), &outcomes).into_iter().zip(chosen) {
            if !chosen.is_empty() {
                self.chosen.insert(place, chosen.into());
            }
        }
        Ok(())
    }

    /// A copy of a local state.
    fn local(&self, slot: u32, local: u32, tables: &Tables) -> Local {
        let path = &self.paths[slot as usize];
        let rest = tables.rests[slot as usize][local as usize];
        Local { actor: path.actors[local as usize].clone(), rest: path.rests[rest as usize].clone() }
    }

    #[inline(never)] // Several outcomes end here, none of them often: one copy is enough.
    fn local_number(&mut self, slot: u32, local: Local, tables: &mut Tables) -> u32 {
        let mut to = Fingerprinter::default();
        local.rest.hash(&mut to);
        let (rest, new) = self.paths[slot as usize].rest_numbers.of(to.fingerprint());
        if new {
            let own = self.own_events(slot, &local.rest, tables);
            tables.add_rest(slot, &own);
            self.paths[slot as usize].rests.push(local.rest);
        }
        let path = &mut self.paths[slot as usize];
        let mut to = Fingerprinter::default();
        rest.hash(&mut to);
        if let Some(actor) = &local.actor {
            actor.fingerprint(&mut to as &mut dyn Hasher);
        }
        let (number, new) = path.numbers.of(to.fingerprint());
        if new {
            path.actors.push(local.actor);
            tables.rests[slot as usize].push(rest);
        }
        number
    }

    /// The events that follow from a state itself.
    fn own_events(&mut self, slot: u32, rest: &Rest, tables: &mut Tables) -> Box<[u32]> {
        match rest.life {
            Life::None => Box::default(),
            Life::Begun => [self.event_number(slot, What::Start, LOOSE, tables)].into(),
            Life::Panicked => [self.event_number(slot, What::Restart, LOOSE, tables)].into(),
            Life::Started => {
                let timers = rest.timers.iter();
                timers
                    .map(|(id, after)| self.event_number(slot, What::Timer(*id, *after), LOOSE, tables))
                    .collect()
            }
        }
    }

    #[inline(never)] // As above.
    fn event_number(&mut self, to: u32, what: What, channel: u32, tables: &mut Tables) -> u32 {
        let event = Event { to, what };
        let (number, new) = self.event_numbers.of(event.fingerprint());
        if new {
            let own = matches!(event.what, What::Start | What::Restart | What::Timer(..));
            let travels = matches!(event.what, What::Message(..)) && channel == LOOSE;
            let kept = travels && self.network == Network::Kept;
            tables.add_event(Route { to, channel, kept, own });
            self.events.push(event);
        }
        number
    }

    /// The channel of messages from one actor to another.
    fn channel(&mut self, from: u32, to: u32) -> u32 {
        let together = self.address(from).node() == self.address(to).node();
        if together || self.network == Network::InOrder { self.channel_of(from, to) } else { LOOSE }
    }

    /// Signals and completed syncs share a channel with what the actor sends itself.
    fn channel_of(&mut self, from: u32, to: u32) -> u32 {
        let next = self.channels.len() as u32 + 1;
        *self.channels.entry((from, to)).or_insert(next)
    }

    fn announced_number(&mut self, facts: Vec<(Address, Fact)>) -> u32 {
        if facts.is_empty() {
            return 0;
        }
        let mut number_of = |(who, fact): (Address, Fact)| {
            let mut to = Fingerprinter::default();
            (who, &fact).hash(&mut to);
            let (number, new) = self.fact_numbers.of(to.fingerprint());
            if new {
                self.facts.push((who, fact));
            }
            number
        };
        let numbers: Box<[u32]> = facts.into_iter().map(&mut number_of).collect();
        let announced = &mut self.announced;
        *self.announced_numbers.entry(numbers).or_insert_with_key(|numbers| {
            announced.push(numbers.clone());
            announced.len() as u32 - 1
        })
    }

    /// A turn, with every alternative if the actor has choices.
    fn turns(
        &mut self,
        slot: u32,
        before: (u32, &Local),
        after: Duration,
        input: &Input<Erased>,
        tables: &mut Tables,
    ) -> Result<Vec<Learnt>, Refused> {
        let mut outcomes = Vec::new();
        let mut script: Vec<Asked> = Vec::new();
        loop {
            let actor = before.1.actor.clone().expect("only the living have turns");
            let mut local = Local { actor: Some(actor), rest: before.1.rest.clone() };
            let now = Time::ZERO + after;
            let done = self.turn(slot, &mut local, now, input.clone(), &mut script)?;
            self.make_room(tables);
            let chosen = script.iter().map(|asked| asked.chosen).collect();
            let outcome = match done {
                Ok(effects) if effects.iter().any(is_mail) => {
                    return Err(Refused::Mail { actor: self.path(slot).to_owned() });
                }
                Ok(effects) => self.take_hold(slot, before.0, local, effects, tables),
                Err(panic) => self.crash_of(slot, before.0, local, &*panic, tables),
            };
            outcomes.push(Learnt { chosen, asks: once_each(outcome.asks, tables), ..outcome });
            if outcomes.len() > MOST_ALTERNATIVES {
                return Err(Refused::Alternatives {
                    actor: self.path(slot).to_owned(),
                    most: MOST_ALTERNATIVES,
                });
            }
            while script.last().is_some_and(|asked| asked.is_last()) {
                script.pop();
            }
            let Some(asked) = script.last_mut() else { return Ok(outcomes) };
            asked.chosen += 1;
        }
    }

    #[expect(clippy::type_complexity, reason = "a turn is refused, panics, or leaves effects")]
    fn turn(
        &mut self,
        slot: u32,
        local: &mut Local,
        now: Time,
        input: Input<Erased>,
        script: &mut Vec<Asked>,
    ) -> Result<Result<Vec<Effect<Erased>>, Box<dyn Any + Send>>, Refused> {
        let sender = match &input {
            Input::Message(envelope) => Some(envelope.from),
            Input::Start(_) | Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => None,
        };
        let me = self.address(slot);
        let turn = Turn { me, incarnation: local.rest.incarnation, now, sender };
        let path = self.path(slot).to_owned();
        self.turns += 1;
        self.pulse.actor.store(slot, Ordering::Relaxed);
        self.beat();
        let mut lender = Lender::new(&mut self.directory, &path, &mut local.rest.syncs, script);
        let mut effects = Vec::new();
        let mut cx = Context::new(turn, &mut lender, &mut effects);
        let actor = local.actor.as_deref_mut().expect("only the living have turns");
        let done = catch_unwind(AssertUnwindSafe(|| actor.receive(&mut cx, input)));
        if lender.drew_too_much() {
            return Err(Refused::Draws { actor: path });
        }
        Ok(done.map(|()| effects))
    }
}

/// Whether an effect is about mail that is kept, or an ask.
fn is_mail(effect: &Effect<Erased>) -> bool {
    match effect {
        Effect::KeepMail { .. } => true,
        Effect::Send { message, .. } => Erased::ask(message).is_some(),
        _ => false,
    }
}

/// More alternatives than this in one turn are too many to go into.
const MOST_ALTERNATIVES: usize = 4_096;

/// The message of an envelope; the ids of all are the same, for they differ with the path to a state.
fn envelope<M>(from: Address, message: M) -> Envelope<M> {
    Envelope { from, id: MessageId(0), message }
}

/// The same without what changes nothing because it is asked for already: equal messages that are kept are one.
fn once_each(asks: Vec<u32>, tables: &Tables) -> Vec<u32> {
    let mut once: Vec<u32> = Vec::with_capacity(asks.len());
    for ask in asks {
        let kept = ask & AT_ONCE == 0 && tables.routes[ask as usize].kept;
        if !kept || !once.contains(&ask) {
            once.push(ask);
        }
    }
    once
}

/// An outcome in which nothing changes.
fn stands_still(local: u32, kind: Kind) -> Learnt {
    Learnt { local, kind, facts: 0, asks: Vec::new(), chosen: Vec::new() }
}
