//! The simulated operator: looks at what sessions are at, switches their agents, rotates models, and asks an agent by name.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::catalog::AgentName;
use super::fact::Fact;
use super::id::{CommandId, Key};
use super::message::{Command, GatewayMessage, GetState, Kind, Message, SwitchAgent, Work};
use super::models::ModelId;
use super::{Cx, Session, Workload};

/// Time to do the next thing.
const THINK: TimerId = TimerId(1);

/// An operator. What it does next is chosen from menus whose first entry is the dull one.
///
/// It does not repeat itself: what the network loses of it is lost, and nobody waits for that.
#[derive(Clone, Debug, Hash)]
pub struct Operator {
    number: u16,
    gateway: Address,
    workload: Workload,
    rounds: u32,
}

impl Operator {
    /// Operator `number` of the runtime behind `gateway`; the numbers of clients and operators do not overlap.
    pub fn new(number: u16, gateway: Address, workload: Workload) -> Self {
        Self { number, gateway, workload, rounds: 0 }
    }

    fn act(&mut self, cx: &mut Cx<'_>) {
        let key = Workload::key(cx.choose(self.workload.keys));
        let (command, reply_to) = (self.mint(cx), cx.me());
        let message = match cx.choose(12) {
            0..=3 => Message::Command(Command::GetState(GetState { key, question: command, reply_to })),
            4 | 5 => Message::Command(Command::SwitchAgent(SwitchAgent {
                key,
                command,
                agent: choose_agent(cx),
                reply_to,
            })),
            10 | 11 => Message::Command(Command::GetMetrics(GetState { key, question: command, reply_to })),
            6 | 7 => Message::Gateway(GatewayMessage::Rotate {
                agent: choose_agent(cx),
                model: ModelId(1 + cx.choose(3) as u8),
            }),
            _ => say(cx, key, command),
        };
        cx.send(self.gateway, message);
        self.think(cx);
    }

    fn think(&mut self, cx: &mut Cx<'_>) {
        if self.rounds < self.workload.rounds {
            self.rounds += 1;
            let pause = [50, 5, 500, 1_000, 3_000, 10_000][cx.choose(6) as usize];
            cx.set_timer(THINK, Duration::from_millis(pause));
        }
    }

    fn mint(&self, cx: &Cx<'_>) -> CommandId {
        let life = u16::try_from(cx.incarnation().0).expect("an operator lives less than 65,536 times");
        CommandId { client: self.number, life, number: self.rounds }
    }
}

/// Says something to an agent by its name.
fn say(cx: &mut Cx<'_>, key: Key, command: CommandId) -> Message {
    let kind = Kind::MessageTo(choose_agent(cx));
    cx.announce(Fact::Said { key, command, kind });
    Message::Command(Command::Work(Work { key, command, kind, content: command.number, reply_to: cx.me() }))
}

/// One that people may run, or now and then one that they may not.
fn choose_agent(cx: &mut Cx<'_>) -> AgentName {
    match cx.choose(8) {
        0..=4 => AgentName::Deep,
        5 | 6 => AgentName::Cowork,
        _ => AgentName::Title,
    }
}

impl Actor<Session> for Operator {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            Input::Start(_) => self.think(cx),
            Input::Timer(THINK) => self.act(cx),
            Input::Timer(id) => unreachable!("an operator sets no {id}"),
            Input::Message(envelope) => match envelope.message {
                Message::Answer { .. } | Message::State(_) | Message::Metrics { .. } => {}
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Synced(_) => unreachable!("an operator writes nothing"),
            Input::Signal(Signal::Shutdown) => cx.exit(),
            Input::Signal(Signal::Exit { .. } | Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}
