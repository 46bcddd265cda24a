//! Has opinions: far away, now and then slow, silent or wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Gates;
use super::message::{Answer, Message};
use crate::actor::Actor;
use crate::address::Address;
use crate::context::Context;
use crate::input::{Input, TimerId};
use crate::mailbox::DeadLetter;

/// How long an answer takes; the first is the dull one.
pub const TIMES: [Duration; 6] = [
    Duration::from_secs(20),
    Duration::from_secs(20),
    Duration::from_secs(20),
    Duration::from_secs(21),
    Duration::from_secs(24),
    Duration::from_secs(60),
];

/// How many entries the menu of answers has.
const ANSWERS: u32 = 64;

/// What an entry of the menu means; the first is the dull one, `None` is silence.
fn answer(entry: u32) -> Option<Answer> {
    match entry {
        0..48 => Some(Answer::Opinion(1)),
        48..56 => Some(Answer::Opinion(2)),
        56..60 => Some(Answer::Opinion(3)),
        60..62 => Some(Answer::Error),
        62 => Some(Answer::Garbage),
        _ => None,
    }
}

/// Answers each prompt once, in its time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Provider {
    asked: u64,
    open: BTreeMap<u64, (Address, Answer)>,
}

impl Provider {
    fn prompted(&mut self, cx: &mut Context<'_, Gates>, by: Address) {
        let answer = answer(cx.choose(ANSWERS));
        let time = TIMES[cx.choose(TIMES.len() as u32) as usize];
        let Some(answer) = answer else { return };
        self.asked += 1;
        self.open.insert(self.asked, (by, answer));
        cx.set_timer(TimerId(self.asked), time);
    }
}

impl Actor<Gates> for Provider {
    fn receive(&mut self, cx: &mut Context<'_, Gates>, input: Input<Gates>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Prompt(_) => self.prompted(cx, envelope.from),
                Message::Command(_)
                | Message::News(_)
                | Message::Answer(_)
                | Message::Report(_)
                | Message::Abort
                | Message::Show(_)
                | Message::Refill
                | Message::Keep(_)
                | Message::Kept(_) => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(TimerId(asked)) => {
                if let Some((by, answer)) = self.open.remove(&asked) {
                    cx.send(by, Message::Answer(answer));
                }
            }
            Input::Start(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
