//! The screen: draws one frame at a time, some quickly and some not.

use std::collections::VecDeque;
use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{Lanes, Message};

/// How long a frame takes: the usual, a large one, one over a slow line.
const TIMES: [Duration; 4] = [
    Duration::from_millis(5),
    Duration::from_millis(5),
    Duration::from_millis(20),
    Duration::from_millis(45),
];

/// Draws frames in the order in which they are asked for.
#[derive(Clone, Debug, Default, Hash)]
pub struct Painter {
    wanted: VecDeque<(Address, u64)>,
}

impl Painter {
    fn begin(&mut self, cx: &mut Context<'_, Lanes>) {
        if !self.wanted.is_empty() {
            let time = TIMES[cx.choose(TIMES.len() as u32) as usize];
            cx.set_timer(TimerId(0), time);
        }
    }
}

impl Actor<Lanes> for Painter {
    fn receive(&mut self, cx: &mut Context<'_, Lanes>, input: Input<Lanes>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Draw { frame } => {
                    self.wanted.push_back((envelope.from, frame));
                    if self.wanted.len() == 1 {
                        self.begin(cx);
                    }
                }
                Message::Happened(_) | Message::Drawn { .. } => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(_) => {
                if let Some((to, frame)) = self.wanted.pop_front() {
                    cx.send(to, Message::Drawn { frame });
                }
                self.begin(cx);
            }
            Input::Start(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
