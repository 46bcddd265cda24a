//! One server that carries out one request after another, and fails now and then with all that waits in it.

use std::collections::VecDeque;
use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::message::{ClientMessage, EntranceMessage, Message, RequestId, WorkerMessage};
use super::{Fact, Service};

/// The present request is carried out.
const WORK: TimerId = TimerId(0);
/// It has started up.
const BOOT: TimerId = TimerId(1);
/// It fails.
const FAIL: TimerId = TimerId(2);

/// How long it works on a request.
pub const SERVICE_TIME: Duration = Duration::from_millis(6);
/// How long it takes to start up; the first is the dull one.
const BOOTS: [Duration; 4] = [
    Duration::from_millis(20),
    Duration::from_millis(150),
    Duration::from_millis(400),
    Duration::from_millis(800),
];
/// How long it lives from then on; the first, which is the dull one, is for good.
const LIVES: [Option<Duration>; 6] = [
    None,
    None,
    None,
    Some(Duration::from_millis(60)),
    Some(Duration::from_millis(150)),
    Some(Duration::from_millis(300)),
];

/// Works on one request after another. It does not look whether anybody still waits for one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    front: Address,
    life: Option<Duration>,
    queue: VecDeque<RequestId>,
}

impl Server {
    /// The server behind a front.
    pub fn new(front: Address) -> Self {
        Self { front, life: None, queue: VecDeque::new() }
    }

    fn begin(&mut self, cx: &mut Context<'_, Service>) {
        self.life = LIVES[cx.choose(LIVES.len() as u32) as usize];
        let boot = BOOTS[cx.choose(BOOTS.len() as u32) as usize];
        cx.set_timer(BOOT, boot);
    }

    fn booted(&self, cx: &mut Context<'_, Service>) {
        cx.send(self.front, Message::Entrance(EntranceMessage::Ready(cx.incarnation())));
        if let Some(life) = self.life {
            cx.set_timer(FAIL, life);
        }
    }

    fn job(&mut self, cx: &mut Context<'_, Service>, request: RequestId) {
        self.queue.push_back(request);
        if self.queue.len() == 1 {
            cx.set_timer(WORK, SERVICE_TIME);
        }
    }

    fn done(&mut self, cx: &mut Context<'_, Service>) {
        let Some(request) = self.queue.pop_front() else { return };
        cx.announce(Fact::Executed { request });
        cx.send(self.front, Message::Client(ClientMessage::Done(request)));
        if !self.queue.is_empty() {
            cx.set_timer(WORK, SERVICE_TIME);
        }
    }
}

impl Actor<Service> for Server {
    fn receive(&mut self, cx: &mut Context<'_, Service>, input: Input<Service>) {
        match input {
            Input::Start(_) => self.begin(cx),
            Input::Timer(BOOT) => self.booted(cx),
            Input::Timer(FAIL) => cx.fail("it has run out of memory"),
            Input::Timer(_) => self.done(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Worker(message) => match message {
                    WorkerMessage::Job { work, .. } => self.job(cx, work.request),
                    WorkerMessage::Link
                    | WorkerMessage::Linked(_)
                    | WorkerMessage::Returned { .. }
                    | WorkerMessage::Loaded(_) => cx.dead_letter(DeadLetter::Malformed),
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(Signal::Shutdown) => cx.shut_down(),
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
