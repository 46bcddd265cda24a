//! Has opinions: far away, now and then slow, silent or wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::message::{AgentMessage, Answer, Message};
use super::protocol::Gates;

/// How long an answer takes; the first is the dull one.
pub const TIMES: [Duration; 6] = [
    Duration::from_secs(20),
    Duration::from_secs(20),
    Duration::from_secs(20),
    Duration::from_secs(21),
    Duration::from_secs(24),
    Duration::from_secs(60),
];

/// How long a provider takes for a line of its answer, which it tells before the whole. No answer is there before its lines.
pub const LINE: Duration = Duration::from_secs(5);
/// How many lines are told.
pub const LINES: u8 = 2;

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
    open: BTreeMap<u64, Open>,
}

/// A prompt that is not answered yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Open {
    by: Address,
    answer: Answer,
    /// How many lines were told.
    lines: u8,
    /// What it takes beside its lines.
    rest: Duration,
}

impl Provider {
    fn prompted(&mut self, cx: &mut Context<'_, Gates>, by: Address) {
        let answer = answer(cx.choose(ANSWERS));
        let time = TIMES[cx.choose(TIMES.len() as u32) as usize];
        let Some(answer) = answer else { return };
        self.asked += 1;
        let rest = time.saturating_sub(LINE * u32::from(LINES));
        self.open.insert(self.asked, Open { by, answer, lines: 0, rest });
        cx.set_timer(TimerId(self.asked), LINE);
    }

    /// Another line is there, or all of an answer.
    fn came(&mut self, cx: &mut Context<'_, Gates>, asked: u64) {
        let Some(open) = self.open.get_mut(&asked) else { return };
        if open.lines == LINES {
            cx.send(open.by, Message::Agent(AgentMessage::Answer(open.answer)));
            self.open.remove(&asked);
            return;
        }
        open.lines += 1;
        cx.send(open.by, Message::Agent(AgentMessage::Answer(Answer::Line(open.lines))));
        cx.set_timer(TimerId(asked), if open.lines == LINES { open.rest } else { LINE });
    }
}

impl Actor<Gates> for Provider {
    fn receive(&mut self, cx: &mut Context<'_, Gates>, input: Input<Gates>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Prompt(_) => self.prompted(cx, envelope.from),
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(TimerId(asked)) => self.came(cx, asked),
            Input::Start(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
