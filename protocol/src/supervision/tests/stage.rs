//! Just enough of a stage for trees of supervisors: inputs are handled in their order, time stands still until nothing else is left.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::company::{Company, Job};
use crate::actor::Actor;
use crate::address::{Address, Incarnation, NodeId};
use crate::context::{Context, Effect, Stage, Turn};
use crate::input::{Envelope, Exit, Input, MessageId, Recovered, Signal, TimerId, WriteId};
use crate::supervision::{ChildSpec, Policy, Supervisor, Variant};
use crate::time::Time;

/// A tree of supervisors with its stage.
pub(super) struct Tree {
    pub(super) now: Time,
    table: Table,
    actors: BTreeMap<Address, Life>,
    inputs: VecDeque<(Address, Input<Company>)>,
    timers: BTreeMap<(Address, TimerId), Time>,
    /// What began and ended, by path: `+/a` and `-/a`.
    pub(super) diary: Vec<String>,
}

struct Life {
    actor: Box<dyn Actor<Company>>,
    children: BTreeSet<Address>,
}

#[derive(Default)]
struct Table {
    paths: Vec<String>,
    parents: Vec<Option<Address>>,
    starts: VecDeque<u8>,
}

const ROOT: Address = Address::new(NodeId(0), 0);

impl Tree {
    /// A tree under this policy, whose starts go as this list says, and well after it; a bug may be planted into its root.
    pub(super) fn new(
        policy: Policy,
        children: Vec<ChildSpec<Job>>,
        starts: Vec<u8>,
        variant: Variant,
    ) -> Self {
        let table = Table { paths: vec![String::new()], parents: vec![None], starts: starts.into() };
        let mut tree = Self {
            now: Time::ZERO,
            table,
            actors: BTreeMap::new(),
            inputs: VecDeque::new(),
            timers: BTreeMap::new(),
            diary: Vec::new(),
        };
        tree.begin(ROOT, Box::new(Supervisor::new(policy, children).planted(variant)));
        tree.settle();
        tree
    }

    pub(super) fn advance(&mut self, span: Duration) {
        self.now += span;
    }

    /// Whether there is an actor at a path.
    pub(super) fn runs(&self, path: &str) -> bool {
        self.address(path).is_some_and(|address| self.actors.contains_key(&address))
    }

    /// The actor at a path ends, for this reason, and what follows from it happens.
    pub(super) fn fail(&mut self, path: &str, reason: Exit) {
        let address = self.address(path).expect("it has lived");
        self.end(address, reason);
        self.settle();
    }

    /// The root is asked to end.
    pub(super) fn shut_down(&mut self) {
        self.inputs.push_back((ROOT, Input::Signal(Signal::Shutdown)));
        self.settle();
    }

    fn address(&self, path: &str) -> Option<Address> {
        let slot = self.table.paths.iter().position(|known| known == path)?;
        Some(Address::new(NodeId(0), slot as u32))
    }

    /// Until nothing is left to be done.
    fn settle(&mut self) {
        loop {
            while let Some((to, input)) = self.inputs.pop_front() {
                self.turn(to, input);
            }
            let next = self.timers.iter().min_by_key(|((who, id), due)| (**due, *who, *id));
            let Some((&(who, id), &due)) = next else { return };
            self.timers.remove(&(who, id));
            self.now = self.now.max(due);
            self.inputs.push_back((who, Input::Timer(id)));
        }
    }

    fn turn(&mut self, me: Address, input: Input<Company>) {
        let Some(mut life) = self.actors.remove(&me) else { return };
        let sender = match &input {
            Input::Message(envelope) => Some(envelope.from),
            _ => None,
        };
        let turn = Turn { me, incarnation: Incarnation(1), now: self.now, sender };
        let mut effects = Vec::new();
        life.actor.receive(&mut Context::new(turn, &mut self.table, &mut effects), input);
        self.actors.insert(me, life);
        for effect in effects {
            self.take(me, effect);
        }
    }

    fn take(&mut self, me: Address, effect: Effect<Company>) {
        match effect {
            Effect::Send { to, message } => {
                let envelope = Envelope { from: me, id: MessageId(0), message };
                self.inputs.push_back((to, Input::Message(envelope)));
            }
            Effect::Spawn { child, actor } => {
                self.actors.get_mut(&me).expect("it has a turn").children.insert(child);
                self.begin(child, actor);
            }
            Effect::Stop(who) => self.inputs.push_back((who, Input::Signal(Signal::Shutdown))),
            Effect::Kill(who) => self.end(who, Exit::Killed),
            Effect::Exit(reason) => self.end(me, *reason),
            Effect::SetTimer { id, after } => drop(self.timers.insert((me, id), self.now + after)),
            Effect::CancelTimer(id) => drop(self.timers.remove(&(me, id))),
            Effect::Announce(_) => {}
            other => unreachable!("supervisors and workers ask for nothing else: {other:?}"),
        }
    }

    fn begin(&mut self, who: Address, actor: Box<dyn Actor<Company>>) {
        self.diary.push(format!("+{}", self.table.paths[who.slot() as usize]));
        let known = self.actors.insert(who, Life { actor, children: BTreeSet::new() });
        assert!(
            known.is_none(),
            "a second life of {} begins beside the first",
            self.table.paths[who.slot() as usize]
        );
        self.inputs.push_back((who, Input::Start(Recovered::default())));
    }

    /// An actor ends, and those who are linked to it with it: at the same time, which is told by their names, the last first.
    fn end(&mut self, who: Address, reason: Exit) {
        let Some(life) = self.actors.remove(&who) else { return };
        self.timers.retain(|(owner, _), _| *owner != who);
        self.inputs.retain(|(to, _)| *to != who);
        let mut children: Vec<Address> = life.children.into_iter().collect();
        children.sort_by_key(|child| std::cmp::Reverse(self.table.paths[child.slot() as usize].clone()));
        for child in children {
            self.end(child, Exit::Shutdown);
        }
        self.diary.push(format!("-{}", self.table.paths[who.slot() as usize]));
        if let Some(parent) = self.table.parents[who.slot() as usize] {
            let news = Signal::Exit { who, incarnation: Incarnation(1), reason };
            self.inputs.push_back((parent, Input::Signal(news)));
        }
    }
}

impl Stage for Table {
    fn draw(&mut self) -> u64 {
        0
    }

    fn choose(&mut self, _: u32) -> u32 {
        self.starts.pop_front().unwrap_or(0).into()
    }

    fn child(&mut self, parent: Address, name: &str) -> Address {
        let path = format!("{}/{name}", self.paths[parent.slot() as usize]);
        let known = self.paths.iter().position(|known| *known == path);
        let slot = known.unwrap_or_else(|| {
            self.paths.push(path);
            self.parents.push(Some(parent));
            self.paths.len() - 1
        });
        Address::new(NodeId(0), slot as u32)
    }

    fn next_write(&mut self) -> WriteId {
        unreachable!("nobody writes")
    }
}
