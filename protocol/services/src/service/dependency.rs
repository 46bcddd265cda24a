//! What a service depends on, and does not supervise: it is up for a while, down for a while, and so on.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::message::{Message, WorkerMessage};
use super::{Fact, Service};

/// It goes down, or comes up again.
const FLAP: TimerId = TimerId(0);

/// How long it stays up; the first, which is the dull one, is for good.
const UP: [Option<Duration>; 7] = [
    None,
    None,
    None,
    Some(Duration::from_millis(60)),
    Some(Duration::from_millis(150)),
    Some(Duration::from_millis(300)),
    Some(Duration::from_millis(600)),
];
/// How long it stays down; the first is the dull one.
const DOWN: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(150),
    Duration::from_millis(400),
    Duration::from_millis(900),
];
/// So often it goes down at most.
const FLAPS: u8 = 6;

/// Carries out calls while it is up. It hears of nobody's failures: so when it is down depends on nothing that anybody does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dependency {
    flaps: u8,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum State {
    #[default]
    Up,
    /// It says so.
    Down,
    /// It says nothing.
    Silent,
}

impl Dependency {
    fn stay_up(&mut self, cx: &mut Context<'_, Service>) {
        if self.flaps < FLAPS
            && let Some(up) = UP[cx.choose(UP.len() as u32) as usize]
        {
            cx.set_timer(FLAP, up);
        }
    }

    fn flap(&mut self, cx: &mut Context<'_, Service>) {
        match self.state {
            State::Up => {
                let down = DOWN[cx.choose(DOWN.len() as u32) as usize];
                self.state = if cx.choose(2) == 0 { State::Down } else { State::Silent };
                self.flaps += 1;
                cx.announce(Fact::DependencyDown { silent: self.state == State::Silent });
                cx.set_timer(FLAP, down);
            }
            State::Down | State::Silent => {
                self.state = State::Up;
                cx.announce(Fact::DependencyUp);
                self.stay_up(cx);
            }
        }
    }

    fn called(&self, cx: &mut Context<'_, Service>, by: Address, message: Message) {
        let Message::Call { call, request } = message else { return cx.dead_letter(DeadLetter::Malformed) };
        match self.state {
            State::Up => {
                cx.announce(Fact::Executed { request });
                cx.send(by, Message::Worker(WorkerMessage::Returned { call, ok: true }));
            }
            State::Down => {
                cx.announce(Fact::CalledInVain);
                cx.send(by, Message::Worker(WorkerMessage::Returned { call, ok: false }));
            }
            State::Silent => {
                cx.announce(Fact::CalledInVain);
                cx.dead_letter(DeadLetter::Dropped);
            }
        }
    }
}

impl Actor<Service> for Dependency {
    fn receive(&mut self, cx: &mut Context<'_, Service>, input: Input<Service>) {
        match input {
            Input::Start(_) => self.stay_up(cx),
            Input::Timer(_) => self.flap(cx),
            Input::Message(envelope) => self.called(cx, envelope.from, envelope.message),
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
