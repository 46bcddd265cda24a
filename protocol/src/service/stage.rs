//! One stage of the line.

use std::collections::VecDeque;
use std::time::Duration;

use super::message::{Message, Work};
use super::tree::Shape;
use super::{Fact, Service};
use crate::actor::Actor;
use crate::address::{Address, Incarnation};
use crate::context::Context;
use crate::input::{Input, Signal, TimerId};
use crate::mailbox::DeadLetter;

/// The present work is done.
const WORK: TimerId = TimerId(1);
/// The link is to be renewed.
const RELINK: TimerId = TimerId(2);

/// How long a stage works on a request.
pub const WORK_TIME: Duration = Duration::from_millis(2);
/// How long a stage takes to find out that its link is of no use any more.
pub const RELINK_AFTER: Duration = Duration::from_millis(300);
/// One life in so many ends in its first turn, if chance has it.
const VIABLE: u32 = 48;
/// One stage in so many does not stop when it is asked, if chance has it.
const WILLING: u32 = 12;

/// Works on one request after another, and hands each on. What waits in it is lost with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stage {
    place: u8,
    shape: Shape,
    before: Address,
    after: Option<Address>,
    me: Incarnation,
    /// The life of the one before that it accepts work from.
    link: Option<Incarnation>,
    queue: VecDeque<Work>,
}

impl Stage {
    /// The stage at a place, counted from 0, between the one before, or the door, and the one after, if there is one.
    pub fn new(place: u8, before: Address, after: Option<Address>) -> Self {
        let (me, shape) = (Incarnation(0), Shape::Line);
        Self { place, shape, before, after, me, link: None, queue: VecDeque::new() }
    }

    /// One of a pool, which stands behind the door beside others.
    pub fn of_pool(place: u8, door: Address) -> Self {
        Self { shape: Shape::Pool, ..Self::new(place, door, None) }
    }

    /// One of a pool that is a group, which it joins.
    pub fn of_group(place: u8, group: Address) -> Self {
        Self { shape: Shape::Group, ..Self::new(place, group, None) }
    }

    fn begin(&mut self, cx: &mut Context<'_, Service>) {
        self.me = cx.incarnation();
        if cx.choose(VIABLE) == VIABLE - 1 {
            cx.announce(Fact::Stillborn { place: self.place });
            return cx.fail("it cannot do its work");
        }
        match self.shape {
            Shape::Group => {
                self.linked(cx, Incarnation(1));
                self.join(cx);
            }
            Shape::Line if self.place > 0 => cx.send(self.before, Message::Link),
            Shape::Line | Shape::Pool => {
                cx.send(self.before, Message::Open);
                self.linked(cx, Incarnation(1));
            }
        }
    }

    /// Joins the group, and asks again until it hears that it is a member.
    fn join(&self, cx: &mut Context<'_, Service>) {
        cx.send(self.before, Message::Join(self.me));
        cx.set_timer(RELINK, RELINK_AFTER);
    }

    fn relink(&self, cx: &mut Context<'_, Service>) {
        match self.shape {
            Shape::Group => self.join(cx),
            Shape::Line | Shape::Pool => cx.send(self.before, Message::Link),
        }
    }

    /// Ends in good order.
    fn stop(&self, cx: &mut Context<'_, Service>) {
        if self.shape == Shape::Group {
            cx.send(self.before, Message::Leave(self.me));
        }
        cx.shut_down();
    }

    fn linked(&mut self, cx: &mut Context<'_, Service>, to: Incarnation) {
        self.link = Some(to);
        cx.announce(Fact::Linked { place: self.place });
    }

    fn job(&mut self, cx: &mut Context<'_, Service>, work: Work, by: Incarnation) {
        if self.link != Some(by) {
            cx.announce(Fact::Refused { request: work.request });
            cx.dead_letter(DeadLetter::Undeliverable);
            // One that waits for an answer to its link does not find out sooner.
            if self.link.take().is_some() {
                cx.set_timer(RELINK, RELINK_AFTER);
            }
            return;
        }
        self.queue.push_back(work);
        if self.queue.len() == 1 {
            cx.set_timer(WORK, WORK_TIME);
        }
    }

    fn done(&mut self, cx: &mut Context<'_, Service>) {
        let Some(work) = self.queue.pop_front() else { return };
        let is_killed = work.poison && (self.shape != Shape::Line || self.place == 1);
        assert!(!is_killed, "{} is poison", work.request);
        match self.after {
            Some(after) => cx.send(after, Message::Job { work, by: self.me }),
            None => {
                cx.announce(Fact::Executed { request: work.request });
                cx.send(work.client, Message::Done(work.request));
            }
        }
        if !self.queue.is_empty() {
            cx.set_timer(WORK, WORK_TIME);
        }
    }
}

impl Actor<Service> for Stage {
    fn receive(&mut self, cx: &mut Context<'_, Service>, input: Input<Service>) {
        match input {
            Input::Start(_) => self.begin(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Job { work, by } => self.job(cx, work, by),
                Message::Link => cx.send(envelope.from, Message::Linked(self.me)),
                Message::Linked(_) if self.shape == Shape::Group => cx.cancel_timer(RELINK),
                Message::Linked(to) => self.linked(cx, to),
                Message::Arrives { .. }
                | Message::Request(_)
                | Message::Done(_)
                | Message::Failed(_)
                | Message::Ready(_)
                | Message::Call { .. }
                | Message::Returned { .. }
                | Message::Open
                | Message::Join(_)
                | Message::Leave(_)
                | Message::Command(_)
                | Message::Answer(_) => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(WORK) => self.done(cx),
            Input::Timer(_) => self.relink(cx),
            Input::Signal(Signal::Shutdown) => {
                if cx.choose(WILLING) != WILLING - 1 {
                    self.stop(cx);
                }
            }
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
