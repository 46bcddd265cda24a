//! Starts agents in the process, which live until they end.

use std::collections::BTreeMap;

use crate::actor::Actor;
use crate::address::Address;
use crate::context::Context;
use crate::input::{Input, Signal};
use crate::mailbox::DeadLetter;

use super::router::Nested;
use super::{Agent, Boss, Message, Subagents, Variant, Way};

/// The parent of all agents that were delegated to: they do not end with whoever asked for them.
#[derive(Clone, Debug, Hash)]
pub struct Runner {
    /// Each child's address, and the router that asked for it.
    children: BTreeMap<Way, (Address, Address)>,
    nested: Nested,
    variant: Variant,
}

impl Runner {
    /// A runner without children.
    pub fn new(nested: Nested, variant: Variant) -> Self {
        Self { children: BTreeMap::new(), nested, variant }
    }
}

impl Actor<Subagents> for Runner {
    fn receive(&mut self, cx: &mut Context<'_, Subagents>, input: Input<Subagents>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Run { way, agent } => {
                    let router = envelope.from;
                    let actor =
                        Agent::new(way, agent, Boss::Router(router), cx.me(), self.nested, self.variant);
                    let child = cx.spawn(&format!("{:x}", way.0), actor);
                    self.children.insert(way, (child, router));
                }
                Message::CancelChild(way) => match self.children.get(&way) {
                    Some((child, _)) => cx.send(*child, Message::Cancel),
                    None => cx.dead_letter(DeadLetter::Undeliverable),
                },
                Message::Ask
                | Message::Answered
                | Message::Interrupt
                | Message::Spawn { .. }
                | Message::Completed { .. }
                | Message::CancelAll
                | Message::AllEnded
                | Message::Cancel
                | Message::ChildEnded { .. }
                | Message::ChildGone(_) => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(Signal::Exit { who, .. }) => {
                let found = self.children.iter().find(|(_, (child, _))| *child == who);
                if let Some((way, (_, router))) = found.map(|(way, known)| (*way, *known)) {
                    self.children.remove(&way);
                    cx.send(router, Message::ChildGone(way));
                }
            }
            Input::Start(_) | Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
