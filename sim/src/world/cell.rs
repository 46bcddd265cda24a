//! One actor with its mailbox, timers, watchers and disk.

use std::hash::Hash;
use std::ops::{Deref, DerefMut};

use rehearsal_protocol::mailbox::Bounds;
use rehearsal_protocol::{Actor, Address, Incarnation, Input, Mailbox, NodeId, Protocol, Time, TimerId};

use super::disk::Disk;
use crate::choice::Ahead;
use crate::choice::generator::Key;
use crate::fingerprint::Fingerprinter;

/// Where an actor lives and whose child it is: the same for every life of its path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    /// The key of its path.
    pub(crate) key: Key,
    pub(crate) node: u32,
    parent: u32,
}

const NO_PARENT: u32 = u32::MAX;

impl Home {
    pub(crate) fn new(node: NodeId, key: Key, parent: Option<u32>) -> Self {
        Self { key, node: node.0, parent: parent.unwrap_or(NO_PARENT) }
    }

    pub(crate) fn parent(self) -> Option<u32> {
        (self.parent != NO_PARENT).then_some(self.parent)
    }

    #[inline]
    pub(crate) fn address(self, slot: u32) -> Address {
        Address::new(NodeId(self.node), slot)
    }
}

/// One actor, in one cache line. What most actors never need lies behind one pointer.
#[repr(align(64))]
pub(crate) struct Cell<P: Protocol> {
    pub(crate) actor: Option<Box<dyn Actor<P>>>,
    pub(crate) home: Home,
    pub(crate) incarnation: Incarnation,
    /// Whether `Start` was handled; until then arrivals wait.
    pub(crate) started: bool,
    /// Whether a dispatch is scheduled.
    pub(crate) dispatching: bool,
    /// Whether something waits in the mailbox.
    pub(crate) waiting: bool,
    pub(crate) counts: Counts,
    /// Whether the rest is that of this run, and not only memory that is left from an earlier one.
    pub(super) has_rest: bool,
    pub(super) rest: Option<Box<Rest<P>>>,
}

/// The ordinals of those of an actor's own streams that it asks most.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) draws: u32,
    pub(crate) menus: u32,
    pub(crate) timers: u32,
    pub(crate) writes: u32,
}

/// What most actors never need.
pub(crate) struct Rest<P: Protocol> {
    pub(crate) mailbox: Mailbox<Waiting<P>>,
    affairs: Affairs,
}

/// The part of that which is the same for all protocols.
#[derive(Clone, Default)]
pub(crate) struct Affairs {
    /// Whether what waits in the mailbox outlives the life of the actor.
    pub(crate) keeps_mail: bool,
    pub(crate) timers: Vec<(TimerId, u32)>,
    pub(crate) arms: u32,
    pub(crate) watchers: Vec<u32>,
    pub(crate) children: Vec<u32>,
    pub(crate) disk: Disk,
    /// How many crashes its node had.
    pub(crate) crashes: u32,
    /// How many syncs it asked for.
    pub(crate) syncs: u32,
    /// How many turns took time.
    pub(crate) turns: u32,
    /// When the last of those is over.
    pub(crate) busy_until: Time,
    pub(crate) ahead: Streams,
}

impl<P: Protocol> Deref for Rest<P> {
    type Target = Affairs;

    #[inline]
    fn deref(&self) -> &Affairs {
        &self.affairs
    }
}

impl<P: Protocol> DerefMut for Rest<P> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Affairs {
        &mut self.affairs
    }
}

/// Those of an actor's own streams that are asked most.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Streams {
    pub(crate) menus: Ahead,
    pub(crate) timers: Ahead,
    pub(crate) syncs: Ahead,
}

/// An input in a mailbox.
pub(crate) struct Waiting<P: Protocol> {
    pub(crate) input: Input<P>,
    pub(crate) cause: u64,
    /// Which arming of the timer, if it is a timer.
    pub(crate) arm: u32,
}

impl<P: Protocol> Clone for Waiting<P> {
    fn clone(&self) -> Self {
        Self { input: self.input.clone(), cause: self.cause, arm: self.arm }
    }
}

impl Affairs {
    /// A timer is armed; which arming this is.
    pub(crate) fn arm(&mut self, id: TimerId) -> u32 {
        self.arms += 1;
        match self.timers.iter_mut().find(|(known, _)| *known == id) {
            Some(armed) => armed.1 = self.arms,
            None => self.timers.push((id, self.arms)),
        }
        self.arms
    }

    /// A timer does not run out any more.
    pub(crate) fn disarm(&mut self, id: TimerId) {
        if let Some(place) = self.timers.iter().position(|(known, _)| *known == id) {
            self.timers.swap_remove(place);
        }
    }

    pub(crate) fn is_armed(&self, id: TimerId, arm: u32) -> bool {
        self.timers.contains(&(id, arm))
    }

    /// Adds an actor to a list, unless it is there.
    pub(crate) fn add(to: &mut Vec<u32>, slot: u32) {
        if !to.contains(&slot) {
            to.push(slot);
        }
    }

    /// The life of the actor is over: its children and who watches it.
    pub(crate) fn end(&mut self) -> (Vec<u32>, Vec<u32>) {
        self.timers.clear();
        (std::mem::take(&mut self.children), std::mem::take(&mut self.watchers))
    }

    /// Feeds what the future depends on.
    pub(crate) fn feed(&self, now: Time, to: &mut Fingerprinter) {
        let mut armed: Vec<_> = self.timers.iter().map(|(id, _)| *id).collect();
        armed.sort_unstable();
        armed.hash(to);
        self.watchers.hash(to);
        self.children.hash(to);
        self.disk.feed(now, to);
    }

    /// Makes these those of a path that has not lived yet, and keeps the memory.
    fn reset(&mut self) {
        let Self { timers, watchers, children, disk, .. } = self;
        timers.clear();
        watchers.clear();
        children.clear();
        disk.reset();
        (self.keeps_mail, self.arms, self.crashes) = (false, 0, 0);
        (self.syncs, self.turns, self.busy_until) = (0, 0, Time::ZERO);
        self.ahead = Streams::default();
    }
}

impl<P: Protocol> Clone for Rest<P> {
    fn clone(&self) -> Self {
        Self { mailbox: self.mailbox.clone(), affairs: self.affairs.clone() }
    }
}

impl<P: Protocol> Clone for Cell<P> {
    fn clone(&self) -> Self {
        let rest = self.has_rest.then(|| self.rest.clone()).flatten();
        Self { actor: self.actor.clone(), rest, ..*self }
    }
}

impl<P: Protocol> Cell<P> {
    /// The cell of a path that has not lived yet.
    pub(crate) fn empty(home: Home) -> Self {
        Self {
            actor: None,
            home,
            incarnation: Incarnation(0),
            started: false,
            dispatching: false,
            waiting: false,
            counts: Counts::default(),
            has_rest: false,
            rest: None,
        }
    }

    /// Makes this the cell of a path whose first life begins.
    pub(crate) fn reset(&mut self, home: Home, actor: Box<dyn Actor<P>>) {
        self.vacate(home);
        (self.actor, self.incarnation) = (Some(actor), Incarnation(1));
    }

    /// Makes this the cell of a path that has not lived yet, and keeps the memory.
    pub(crate) fn vacate(&mut self, home: Home) {
        *self = Self { rest: self.rest.take(), ..Self::empty(home) };
    }

    pub(crate) fn rest(&self) -> Option<&Rest<P>> {
        self.rest.as_deref().filter(|_| self.has_rest)
    }

    /// The part that most actors never need, made now if it is not there.
    #[inline]
    pub(crate) fn rest_mut(&mut self) -> &mut Rest<P> {
        if !self.has_rest {
            self.make_rest();
        }
        self.rest.as_mut().expect("it was made")
    }

    #[cold]
    fn make_rest(&mut self) {
        let bounds = self.actor.as_ref().map(|actor| actor.mailbox()).unwrap_or_default();
        match &mut self.rest {
            Some(rest) => rest.reset(bounds),
            None => self.rest = Some(Box::new(Rest::new(bounds))),
        }
        self.has_rest = true;
    }

    /// The part that most actors never need, if it is there.
    pub(crate) fn existing_rest(&mut self) -> Option<&mut Rest<P>> {
        self.rest.as_deref_mut().filter(|_| self.has_rest)
    }

    /// When the actor is free again, if its last turn took time.
    pub(crate) fn busy_until(&self) -> Time {
        self.rest().map_or(Time::ZERO, |rest| rest.busy_until)
    }

    /// How many messages wait in the mailbox.
    pub(crate) fn waiting_messages(&self) -> u64 {
        let Some(rest) = self.rest() else { return 0 };
        let mut messages = 0;
        for waiting in rest.mailbox.iter() {
            messages += u64::from(matches!(waiting.input, Input::Message(_)));
        }
        messages
    }
}

impl<P: Protocol> Rest<P> {
    fn new(bounds: Bounds) -> Self {
        Self { mailbox: Mailbox::new(bounds), affairs: Affairs::default() }
    }

    /// Makes this that of a path that has not lived yet, and keeps the memory.
    fn reset(&mut self, bounds: Bounds) {
        self.mailbox.reset(bounds);
        self.affairs.reset();
    }

    /// Takes what waits.
    pub(crate) fn take_mail(&mut self) -> Vec<Waiting<P>> {
        let mut mail = Vec::new();
        while let Some(waiting) = self.mailbox.pop() {
            mail.push(waiting);
        }
        mail
    }
}
