//! Asks a provider for one opinion, and reports it. It is never started again, unless its gate gives it several tries.

use std::time::Duration;

use super::Gates;
use super::message::{Answer, Message, Report};
use super::record::{AgentId, Opinion};
use crate::actor::Actor;
use crate::address::Address;
use crate::context::Context;
use crate::input::{Input, TimerId};
use crate::mailbox::DeadLetter;
use crate::supervision::Restart;

/// How long an agent takes from its answer to its report. It waits for nothing more then, and so does not hear that it is not needed.
pub const FINISH: Duration = Duration::from_millis(200);

/// One run of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Agent {
    id: AgentId,
    supervisor: Address,
    provider: Address,
    restart: Restart,
    /// What it is about to report.
    opinion: Option<Opinion>,
}

impl Agent {
    /// An agent that asks there, and reports to its supervisor.
    pub fn new(id: AgentId, supervisor: Address, provider: Address) -> Self {
        Self { id, supervisor, provider, restart: Restart::Temporary, opinion: None }
    }

    /// The same, which fails where it would report that it has: it may be started again.
    #[must_use]
    pub fn transient(self) -> Self {
        Self { restart: Restart::Transient, ..self }
    }

    fn answered(&mut self, cx: &mut Context<'_, Gates>, answer: Answer) {
        match answer {
            Answer::Opinion(opinion) => {
                self.opinion = Some(opinion);
                cx.set_timer(TimerId(0), FINISH);
            }
            Answer::Error if self.restart == Restart::Transient => cx.fail("its provider cannot answer"),
            Answer::Error => {
                cx.send(self.supervisor, Message::Report(Report::Failed(self.id)));
                cx.exit();
            }
            Answer::Garbage => panic!("{} cannot read its answer", self.id),
        }
    }

    fn report(&self, cx: &mut Context<'_, Gates>) {
        let Some(opinion) = self.opinion else { return };
        cx.send(self.supervisor, Message::Report(Report::Completed { agent: self.id, opinion }));
        cx.exit();
    }
}

impl Actor<Gates> for Agent {
    fn receive(&mut self, cx: &mut Context<'_, Gates>, input: Input<Gates>) {
        match input {
            Input::Start(_) => cx.send(self.provider, Message::Prompt(self.id)),
            Input::Timer(_) => self.report(cx),
            Input::Message(envelope) => match (envelope.message, self.opinion) {
                (Message::Answer(answer), None) => self.answered(cx, answer),
                (Message::Answer(_), Some(_)) => cx.dead_letter(DeadLetter::LateResult),
                (Message::Abort, None) => cx.shut_down(),
                (Message::Abort, Some(_)) => cx.dead_letter(DeadLetter::Dropped), // Its report is on its way.
                (
                    Message::Command(_)
                    | Message::News(_)
                    | Message::Prompt(_)
                    | Message::Report(_)
                    | Message::Show(_)
                    | Message::Refill
                    | Message::Keep(_)
                    | Message::Kept(_),
                    _,
                ) => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
