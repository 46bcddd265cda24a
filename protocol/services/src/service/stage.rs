//! One stage of the line.

use std::collections::VecDeque;
use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::message::{ClientMessage, EntranceMessage, LoadId, Message, Work, WorkerMessage};
use super::tree::Shape;
use super::{Fact, Service};

/// The present work is done.
const WORK: TimerId = TimerId(1);
/// The link is to be renewed.
const RELINK: TimerId = TimerId(2);
/// What is loaded is to be asked for again.
const RELOAD: TimerId = TimerId(3);
/// The door is to be told again that this stage is open.
const REOPEN: TimerId = TimerId(4);

/// How long a stage works on a request.
pub const WORK_TIME: Duration = Duration::from_millis(2);
/// How long a stage takes to find out that its link is of no use any more, and then waits before it asks for one again.
pub const RELINK_AFTER: Duration = Duration::from_millis(40);
/// So often it asks: for longer than any restart is put off.
const MOST_ASKED: u8 = 75;
/// How long a worker waits to hear that it is a member of the group.
const JOIN_AFTER: Duration = Duration::from_millis(300);
/// How long a stage waits for what it loads: longer than the store ever takes.
pub const LOAD_PATIENCE: Duration = Duration::from_secs(3);
/// One life in so many ends in its first turn, if chance has it.
const VIABLE: u32 = 48;
/// One stage in so many does not stop when it is asked, if chance has it.
const WILLING: u32 = 12;

/// Works on one request after another, and hands each on. What waits in it is lost with it.
///
/// A stage of a line loads what it needs when it begins, and once more when the one before it is another one: what it had goes with the work of
/// that one's former life. While it loads, requests wait in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stage {
    place: u8,
    shape: Shape,
    before: Address,
    after: Option<Address>,
    /// Where it loads from what it needs, if it needs anything.
    store: Option<Address>,
    /// Its last load.
    load: LoadId,
    /// Whether it waits for that.
    is_loading: bool,
    me: Incarnation,
    link: Link,
    /// How often it has asked for a link in vain.
    asked: u8,
    queue: VecDeque<Work>,
}

/// The life of the one before that a stage accepts work from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Link {
    /// It has asked for it, or will.
    Open,
    /// This one.
    To(Incarnation),
    /// The one before is another one now, and it has not found out.
    Stale,
}

impl Stage {
    /// The stage at a place, counted from 0, between the one before, or the door, and the one after, if there is one.
    pub fn new(place: u8, before: Address, after: Option<Address>) -> Self {
        Self {
            place,
            shape: Shape::Line,
            before,
            after,
            store: None,
            load: LoadId::default(),
            is_loading: false,
            me: Incarnation(0),
            link: Link::Open,
            asked: 0,
            queue: VecDeque::new(),
        }
    }

    /// The same, and it needs what is in a store.
    #[must_use]
    pub fn loading_from(self, store: Option<Address>) -> Self {
        Self { store, ..self }
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
            Shape::Line if self.place > 0 => self.ask_for_link(cx),
            Shape::Line => {
                self.open(cx);
                self.linked(cx, Incarnation(1));
            }
            Shape::Pool => {
                cx.send(self.before, Message::Entrance(EntranceMessage::Open));
                self.linked(cx, Incarnation(1));
            }
        }
        self.load = LoadId { life: self.me, number: 0 };
        self.load(cx);
    }

    /// Tells the door that requests can come, and again when the door has ended: its next life knows nobody.
    fn open(&self, cx: &mut Context<'_, Service>) {
        cx.send(self.before, Message::Entrance(EntranceMessage::Open));
        cx.monitor(self.before);
    }

    /// Asks the one before for a link, and again if that is not there.
    fn ask_for_link(&self, cx: &mut Context<'_, Service>) {
        cx.send(self.before, Message::Worker(WorkerMessage::Link));
        cx.set_timer(RELINK, RELINK_AFTER);
    }

    /// Loads what it needs. Until it has that it works on nothing.
    fn load(&mut self, cx: &mut Context<'_, Service>) {
        let Some(store) = self.store else { return };
        self.load.number += 1;
        self.is_loading = true;
        cx.announce(Fact::Loading { place: self.place, again: self.load.number > 1 });
        cx.cancel_timer(WORK);
        cx.send(store, Message::Load(self.load));
        cx.set_timer(RELOAD, LOAD_PATIENCE);
    }

    fn loaded(&mut self, cx: &mut Context<'_, Service>, load: LoadId) {
        if !self.is_loading || load != self.load {
            return cx.dead_letter(DeadLetter::LateResult);
        }
        self.is_loading = false;
        cx.cancel_timer(RELOAD);
        cx.announce(Fact::Loaded { place: self.place });
        if !self.queue.is_empty() {
            cx.set_timer(WORK, WORK_TIME);
        }
    }

    /// What it needs has not come: the store may have lost it with a life.
    fn reload(&self, cx: &mut Context<'_, Service>) {
        if let Some(store) = self.store {
            cx.send(store, Message::Load(self.load));
            cx.set_timer(RELOAD, LOAD_PATIENCE);
        }
    }

    /// Joins the group, and asks again until it hears that it is a member.
    fn join(&self, cx: &mut Context<'_, Service>) {
        cx.send(self.before, Message::Entrance(EntranceMessage::Join(self.me)));
        cx.set_timer(RELINK, JOIN_AFTER);
    }

    /// It finds out that its link is of no use any more, or has waited long enough for an answer.
    fn relink(&mut self, cx: &mut Context<'_, Service>) {
        match (self.shape, self.link) {
            (Shape::Group, _) => self.join(cx),
            (Shape::Line | Shape::Pool, Link::To(_)) => {}
            (Shape::Line | Shape::Pool, Link::Open) => {
                self.asked += 1;
                if self.asked == MOST_ASKED {
                    return cx.fail("the one before does not come back");
                }
                self.ask_for_link(cx);
            }
            (Shape::Line | Shape::Pool, Link::Stale) => {
                self.link = Link::Open;
                self.ask_for_link(cx);
                self.load(cx);
            }
        }
    }

    /// Ends in good order.
    fn stop(&self, cx: &mut Context<'_, Service>) {
        if self.shape == Shape::Group {
            cx.send(self.before, Message::Entrance(EntranceMessage::Leave(self.me)));
        }
        cx.shut_down();
    }

    fn linked(&mut self, cx: &mut Context<'_, Service>, to: Incarnation) {
        (self.link, self.asked) = (Link::To(to), 0);
        cx.announce(Fact::Linked { place: self.place });
    }

    fn job(&mut self, cx: &mut Context<'_, Service>, work: Work, by: Incarnation) {
        if self.link != Link::To(by) {
            cx.announce(Fact::Refused { request: work.request });
            cx.dead_letter(DeadLetter::Undeliverable);
            // One that waits for an answer to its link does not find out sooner.
            if matches!(self.link, Link::To(_)) {
                self.link = Link::Stale;
                cx.set_timer(RELINK, RELINK_AFTER);
            }
            return;
        }
        self.queue.push_back(work);
        if self.queue.len() == 1 && !self.is_loading {
            cx.set_timer(WORK, WORK_TIME);
        }
    }

    fn done(&mut self, cx: &mut Context<'_, Service>) {
        let Some(work) = self.queue.pop_front() else { return };
        let is_killed = work.poison && (self.shape != Shape::Line || self.place == 1);
        assert!(!is_killed, "{} is poison", work.request);
        match self.after {
            Some(after) => cx.send(after, Message::Worker(WorkerMessage::Job { work, by: self.me })),
            None => {
                cx.announce(Fact::Executed { request: work.request });
                cx.send(work.client, Message::Client(ClientMessage::Done(work.request)));
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
                Message::Worker(message) => match message {
                    WorkerMessage::Job { work, by } => self.job(cx, work, by),
                    WorkerMessage::Link => {
                        cx.send(envelope.from, Message::Worker(WorkerMessage::Linked(self.me)));
                    }
                    WorkerMessage::Linked(_) if self.shape == Shape::Group => cx.cancel_timer(RELINK),
                    WorkerMessage::Linked(to) => {
                        cx.cancel_timer(RELINK);
                        self.linked(cx, to);
                    }
                    WorkerMessage::Loaded(load) => self.loaded(cx, load),
                    WorkerMessage::Returned { .. } => cx.dead_letter(DeadLetter::Malformed),
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(WORK) => self.done(cx),
            Input::Timer(RELOAD) => self.reload(cx),
            Input::Timer(REOPEN) => self.open(cx),
            Input::Timer(_) => self.relink(cx),
            Input::Signal(Signal::Shutdown) => {
                if cx.choose(WILLING) != WILLING - 1 {
                    self.stop(cx);
                }
            }
            Input::Signal(Signal::Exit { who, .. }) if who == self.before => {
                cx.set_timer(REOPEN, RELINK_AFTER);
            }
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
