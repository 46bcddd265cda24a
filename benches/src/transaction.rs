//! Two-phase commit as Gray and Lamport state it ("Consensus on Transaction Commit", 2006), with general actors: the yardstick of tools that
//! search states.
//!
//! A resource manager prepares or gives up by itself: two timers, which are cancelled when it has done either. The transaction manager
//! commits when it knows all to be prepared, or aborts: two timers more. Messages are never lost and may arrive again and again.

use std::time::Duration;

use rehearsal::check::{Monitor, Properties, fold};
use rehearsal::protocol::{Actor, Address, Context, DeadLetter, Input, NodeId, Protocol, TimerId};
use rehearsal::{Scenario, Setup};
use serde::{Deserialize, Serialize};

/// The protocol.
pub struct Transaction;

impl Protocol for Transaction {
    type Message = Message;
    type Fact = Fact;
}

/// What managers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// A resource manager is prepared.
    Prepared,
    /// The transaction is committed.
    Commit,
    /// The transaction is aborted.
    Abort,
}

/// What is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// A resource manager committed.
    Committed,
    /// A resource manager aborted.
    Aborted,
}

const PREPARE: TimerId = TimerId(0);
const GIVE_UP: TimerId = TimerId(1);
const COMMIT: TimerId = TimerId(2);
const ABORT: TimerId = TimerId(3);
const SOME_TIME: Duration = Duration::from_millis(10);

/// A resource manager.
#[derive(Clone, Debug, Hash)]
struct Resource {
    manager: Address,
    phase: Phase,
    states_facts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Working,
    Prepared,
    Committed,
    Aborted,
}

impl Resource {
    fn leave(&mut self, cx: &mut Context<'_, Transaction>, phase: Phase) {
        if self.phase == Phase::Working {
            cx.cancel_timer(PREPARE);
            cx.cancel_timer(GIVE_UP);
        }
        if self.states_facts && self.phase != phase {
            match phase {
                Phase::Committed => cx.announce(Fact::Committed),
                Phase::Aborted => cx.announce(Fact::Aborted),
                Phase::Working | Phase::Prepared => {}
            }
        }
        self.phase = phase;
    }
}

impl Actor<Transaction> for Resource {
    fn receive(&mut self, cx: &mut Context<'_, Transaction>, input: Input<Transaction>) {
        match input {
            Input::Start(_) => {
                cx.set_timer(PREPARE, SOME_TIME);
                cx.set_timer(GIVE_UP, SOME_TIME);
            }
            Input::Timer(PREPARE) => {
                self.leave(cx, Phase::Prepared);
                cx.send(self.manager, Message::Prepared);
            }
            Input::Timer(_) => self.leave(cx, Phase::Aborted),
            Input::Message(envelope) => match envelope.message {
                Message::Commit => self.leave(cx, Phase::Committed),
                Message::Abort => self.leave(cx, Phase::Aborted),
                Message::Prepared => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

/// The transaction manager.
#[derive(Clone, Debug, Hash)]
struct Manager {
    resources: u32,
    prepared: u64,
    decided: bool,
}

impl Manager {
    fn decide(&mut self, cx: &mut Context<'_, Transaction>, decision: Message) {
        self.decided = true;
        cx.cancel_timer(COMMIT);
        cx.cancel_timer(ABORT);
        for resource in 0..self.resources {
            cx.send(address(resource), decision);
        }
    }
}

impl Actor<Transaction> for Manager {
    fn receive(&mut self, cx: &mut Context<'_, Transaction>, input: Input<Transaction>) {
        match input {
            Input::Start(_) => cx.set_timer(ABORT, SOME_TIME),
            Input::Timer(COMMIT) => self.decide(cx, Message::Commit),
            Input::Timer(_) => self.decide(cx, Message::Abort),
            Input::Message(_) if self.decided => cx.dead_letter(DeadLetter::LateResult),
            Input::Message(envelope) => {
                self.prepared |= 1 << envelope.from.slot();
                if self.prepared.count_ones() == self.resources {
                    cx.set_timer(COMMIT, SOME_TIME);
                }
            }
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

fn address(resource: u32) -> Address {
    Address::new(NodeId(resource), resource)
}

/// A transaction over some resources.
#[derive(Clone, Copy, Debug)]
pub struct TwoPhase {
    /// How many resource managers there are.
    pub resources: u32,
    /// Whether a monitor judges that none commits while another aborts.
    pub judged: bool,
}

impl Scenario for TwoPhase {
    type Protocol = Transaction;

    fn set_up(&self, system: &mut Setup<Transaction>) {
        let manager = address(self.resources);
        for n in 0..self.resources {
            let resource = Resource { manager, phase: Phase::Working, states_facts: self.judged };
            let placed = system.node(format!("resource-{n}")).actor("resource", resource);
            assert_eq!(placed, address(n), "slots are given in order");
        }
        let actor = Manager { resources: self.resources, prepared: 0, decided: false };
        assert_eq!(system.node("manager").actor("manager", actor), manager, "the manager comes last");
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        if self.judged {
            check.always("TC-1", "no resource commits while another aborts", consistent());
        }
    }
}

/// TC-1: no resource commits while another aborts.
fn consistent() -> impl Monitor<Fact> {
    fold(None, |first: &mut Option<Fact>, _, fact: &Fact| match first {
        Some(first) if first != fact => Err(format!("{fact:?} after {first:?}")),
        _ => {
            *first = Some(*fact);
            Ok(())
        }
    })
}
