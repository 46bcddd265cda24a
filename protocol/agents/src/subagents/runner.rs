//! Starts agents in the process, which live until they end.

use std::collections::BTreeMap;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{Agent, AgentMessage, Boss, Config, Message, Outcome, RunnerMessage, Subagents, Variant, Way};

/// The parent of all agents that were delegated to: they do not end with whoever asked for them.
///
/// What a child came to is kept until its router has seen it, for whoever delegated may be down when the child ends.
#[derive(Clone, Debug, Hash)]
pub struct Runner {
    children: BTreeMap<Way, Child>,
    config: Config,
    variant: Variant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Child {
    agent: Address,
    router: Address,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Runs,
    Ended(Outcome),
}

impl Runner {
    /// A runner without children.
    pub fn new(config: Config, variant: Variant) -> Self {
        Self { children: BTreeMap::new(), config, variant }
    }

    fn ended(&mut self, cx: &mut Context<'_, Subagents>, way: Way, outcome: Outcome) {
        let Some(child) = self.children.get_mut(&way) else {
            return cx.dead_letter(DeadLetter::Undeliverable);
        };
        child.state = State::Ended(outcome);
        cx.send(child.router, Message::ChildEnded { way, outcome });
    }

    /// A router that has begun a new life asks for a child: what it came to may have been said to nobody.
    fn attach(&self, cx: &mut Context<'_, Subagents>, way: Way) {
        match self.children.get(&way).map(|child| child.state) {
            Some(State::Runs) => {} // It will report.
            Some(State::Ended(outcome)) => cx.reply(Message::ChildEnded { way, outcome }),
            None => cx.reply(Message::ChildEnded { way, outcome: Outcome::Failed }),
        }
    }

    fn cancel(&self, cx: &mut Context<'_, Subagents>, way: Way) {
        match self.children.get(&way) {
            Some(Child { agent, state: State::Runs, .. }) => {
                cx.send(*agent, Message::Agent(AgentMessage::Cancel));
            }
            Some(Child { state: State::Ended(_), .. }) => {} // Its report is on its way.
            None => cx.dead_letter(DeadLetter::Undeliverable),
        }
    }
}

impl Actor<Subagents> for Runner {
    fn receive(&mut self, cx: &mut Context<'_, Subagents>, input: Input<Subagents>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Runner(message) => match message {
                    RunnerMessage::Run { way, agent } => {
                        let actor = Agent::new(way, agent, Boss::Runner, cx.me(), self.config, self.variant);
                        let agent = cx.spawn(&format!("{:x}", way.0), actor);
                        let child = Child { agent, router: envelope.from, state: State::Runs };
                        self.children.insert(way, child);
                    }
                    RunnerMessage::Attach(way) => self.attach(cx, way),
                    RunnerMessage::Seen(way) => drop(self.children.remove(&way)),
                    RunnerMessage::CancelChild(way) => self.cancel(cx, way),
                },
                Message::ChildEnded { way, outcome } => {
                    self.ended(cx, way, outcome);
                    cx.stop(envelope.from); // It waits for that, so an end without a report is a death.
                }
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(Signal::Exit { who, .. }) if self.variant != Variant::ExitUnseen => {
                let died = |child: &Child| child.agent == who && child.state == State::Runs;
                if let Some(way) = self.children.iter().find(|(_, child)| died(child)).map(|(way, _)| *way) {
                    self.ended(cx, way, Outcome::Failed);
                }
            }
            Input::Start(_) | Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
