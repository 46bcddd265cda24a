//! Where requests come in of a pool: a group that workers join when they begin, and leave when they end.

use std::collections::{BTreeMap, VecDeque};

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal};
use rehearsal_protocol::mailbox::DeadLetter;

use super::message::{EntranceMessage, Message, Work, WorkerMessage};
use super::variant::Variant;
use super::{Fact, Service};

/// Passes requests on to its members in turn. It lives elsewhere, so the news of a worker's end and what that worker has said before come in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Group {
    members: VecDeque<(Address, Incarnation)>,
    /// The last life of each worker that has left, and of each that has ended. Whatever it still says comes too late.
    left: BTreeMap<Address, Incarnation>,
    ended: BTreeMap<Address, Incarnation>,
    variant: Variant,
}

impl Group {
    /// A group without members.
    pub fn new(variant: Variant) -> Self {
        Self { variant, ..Self::default() }
    }

    fn join(&mut self, cx: &mut Context<'_, Service>, worker: Address, life: Incarnation) {
        let (has_left, has_ended) = (is_past(&self.left, worker, life), is_past(&self.ended, worker, life));
        if has_left || has_ended {
            cx.announce(Fact::JoinedTooLate { worker, life });
            if has_left || self.variant != Variant::JoinsAfterEnd {
                return cx.dead_letter(DeadLetter::LateResult);
            }
        } else if !self.members.contains(&(worker, life)) {
            cx.monitor(worker);
        }
        // It asks until it hears that it is a member.
        cx.send(worker, Message::Worker(WorkerMessage::Linked(Incarnation(1))));
        if !self.members.iter().any(|(member, present)| *member == worker && *present >= life) {
            self.members.retain(|(member, _)| *member != worker);
            self.members.push_back((worker, life));
            cx.announce(Fact::Joined { worker, life });
        }
    }

    /// A worker leaves of its own accord.
    fn leave(&mut self, cx: &mut Context<'_, Service>, worker: Address, life: Incarnation) {
        let is_late = is_past(&self.left, worker, life) || is_past(&self.ended, worker, life);
        let is_back = self.members.iter().any(|(member, present)| *member == worker && *present > life);
        if is_late && !(is_back && self.variant == Variant::LeavesTwice) {
            return cx.dead_letter(DeadLetter::LateResult);
        }
        if is_late || self.members.contains(&(worker, life)) {
            cx.announce(Fact::Left { worker, life });
        }
        self.remove(worker, life);
        pass(&mut self.left, worker, life);
    }

    /// The news that a worker has ended comes from whoever watches it.
    fn ended(&mut self, cx: &mut Context<'_, Service>, worker: Address, life: Incarnation) {
        cx.announce(Fact::Ended { worker, life });
        if self.members.contains(&(worker, life)) {
            cx.announce(Fact::Left { worker, life });
        }
        self.remove(worker, life);
        pass(&mut self.ended, worker, life);
    }

    fn remove(&mut self, worker: Address, life: Incarnation) {
        self.members.retain(|(member, present)| *member != worker || *present > life);
    }

    fn pass_on(&mut self, cx: &mut Context<'_, Service>, work: Work) {
        let Some((worker, life)) = self.members.front().copied() else {
            return cx.dead_letter(DeadLetter::Undeliverable);
        };
        cx.announce(Fact::PassedOn { request: work.request, worker, life });
        // The group never changes: it is always the same life.
        cx.send(worker, Message::Worker(WorkerMessage::Job { work, by: Incarnation(1) }));
        self.members.rotate_left(1);
    }
}

/// Whether a life of a worker is over, as far as that is known.
fn is_past(last: &BTreeMap<Address, Incarnation>, worker: Address, life: Incarnation) -> bool {
    last.get(&worker).is_some_and(|last| life <= *last)
}

/// A life of a worker is over, and with it all that were before.
fn pass(last: &mut BTreeMap<Address, Incarnation>, worker: Address, life: Incarnation) {
    let last = last.entry(worker).or_insert(life);
    *last = life.max(*last);
}

impl Actor<Service> for Group {
    fn receive(&mut self, cx: &mut Context<'_, Service>, input: Input<Service>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Entrance(message) => match message {
                    EntranceMessage::Join(life) => self.join(cx, envelope.from, life),
                    EntranceMessage::Leave(life) => self.leave(cx, envelope.from, life),
                    EntranceMessage::Request(work) => self.pass_on(cx, work),
                    EntranceMessage::Open | EntranceMessage::Ready(_) => {
                        cx.dead_letter(DeadLetter::Malformed);
                    }
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(Signal::Exit { who, incarnation, .. }) => self.ended(cx, who, incarnation),
            Input::Start(_) | Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
