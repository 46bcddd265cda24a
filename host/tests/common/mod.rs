//! A small protocol for the tests, and a puppet: an actor that does what it is told and tells what it sees.

#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(clippy::allow_attributes, reason = "not every test leaves some of it unused")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rehearsal_host::facts::{Announced, Facts};
use rehearsal_host::{Node, Settings, System};
use rehearsal_protocol::{
    Actor, Address, Bounds, Context, Input, Lane, Overflow, Protocol, Recovered, Run, TimerId,
};
use serde::{Deserialize, Serialize};

pub(crate) struct Stageplay;

impl Protocol for Stageplay {
    type Message = Line;
    type Fact = String;

    fn lane(line: &Line) -> Lane {
        match line {
            Line::Aside(_) => Lane::Control,
            Line::Tell(_) => Lane::Result,
            _ => Lane::Work,
        }
    }
}

/// What a puppet is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Line {
    /// Announce it, in the lane of work.
    Say(String),
    /// Announce it, in the lane of results.
    Tell(String),
    /// Announce it, in the lane of control.
    Aside(String),
    /// Block the thread for so many milliseconds, then announce that.
    Block(u64),
    /// Do all of this in one turn.
    All(Vec<Line>),
    /// Send the line on.
    Pass(Address, Box<Line>),
    /// Panic.
    Panic,
    /// Start a puppet under this name.
    Spawn(String),
    /// Send the line to the child of this name.
    ToChild(String, Box<Line>),
    /// Ask for news of the end of an actor.
    Monitor(Address),
    /// Ask an actor to end.
    Stop(Address),
    /// End an actor.
    Kill(Address),
    /// Preempt the run of an actor.
    Interrupt(Address),
    /// Arm a timer, in milliseconds.
    Timer(u64, u64),
    /// Disarm it.
    Cancel(u64),
    /// Write a value under the key `k`.
    Write(String),
    /// Sync.
    Sync,
    /// End.
    Exit,
}

#[derive(Clone, Debug, Hash)]
pub(crate) struct Puppet {
    /// Whether it ends when asked to.
    pub(crate) obeys: bool,
    /// What it does first.
    pub(crate) first: Vec<Line>,
    pub(crate) room: u32,
}

impl Default for Puppet {
    fn default() -> Self {
        Self { obeys: true, first: Vec::new(), room: 4096 }
    }
}

impl Puppet {
    pub(crate) fn first(lines: impl Into<Vec<Line>>) -> Self {
        Self { first: lines.into(), ..Self::default() }
    }

    fn play(cx: &mut Context<'_, Stageplay>, line: Line) {
        match line {
            Line::Say(text) | Line::Tell(text) | Line::Aside(text) => cx.announce(text),
            Line::Block(millis) => {
                std::thread::sleep(Duration::from_millis(millis));
                cx.announce(format!("blocked {millis}"));
            }
            Line::All(lines) => lines.into_iter().for_each(|line| Self::play(cx, line)),
            Line::Pass(to, line) => cx.send(to, *line),
            Line::Panic => panic!("as told"),
            Line::Spawn(name) => drop(cx.spawn(&name, Self::default())),
            Line::ToChild(name, line) => {
                let child = cx.spawn(&name, Self::default());
                cx.send(child, *line);
            }
            Line::Monitor(who) => cx.monitor(who),
            Line::Stop(who) => cx.stop(who),
            Line::Kill(who) => cx.kill(who),
            Line::Interrupt(who) => cx.interrupt(who, Some(Run(7))),
            Line::Timer(id, millis) => cx.set_timer(TimerId(id), Duration::from_millis(millis)),
            Line::Cancel(id) => cx.cancel_timer(TimerId(id)),
            Line::Write(value) => cx.write("k", &value),
            Line::Sync => drop(cx.sync()),
            Line::Exit => cx.exit(),
        }
    }
}

impl Actor<Stageplay> for Puppet {
    fn receive(&mut self, cx: &mut Context<'_, Stageplay>, input: Input<Stageplay>) {
        match input {
            Input::Start(recovered) => {
                cx.announce(started(&recovered));
                for line in std::mem::take(&mut self.first) {
                    Self::play(cx, line);
                }
            }
            Input::Message(envelope) => Self::play(cx, envelope.message),
            Input::Timer(id) => cx.announce(id.to_string()),
            Input::Synced(id) => cx.announce(format!("synced {}", id.0)),
            Input::Signal(signal) => {
                cx.announce(format!("{signal:?}"));
                if self.obeys && signal == rehearsal_protocol::Signal::Shutdown {
                    cx.exit();
                }
            }
        }
    }

    fn mailbox(&self) -> Bounds {
        Bounds { work: self.room, overflow: Overflow::Reject, ..Bounds::default() }
    }
}

fn started(recovered: &Recovered) -> String {
    match recovered.get::<String>("k") {
        Some(value) => format!("start {} with {value}", recovered.incarnation.0),
        None => format!("start {}", recovered.incarnation.0),
    }
}

/// All facts of all nodes, in the order of their announcement: `path: fact`.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<String>>>);

impl Facts<Stageplay> for Told {
    fn keep(&self, announced: &Announced<'_, String>) {
        self.0.lock().unwrap().push(format!("{}: {}", announced.path, announced.fact));
    }
}

impl Told {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// What one path told.
    pub(crate) fn by(&self, path: &str) -> Vec<String> {
        let prefix = format!("{path}: ");
        self.all().iter().filter_map(|fact| fact.strip_prefix(&prefix).map(str::to_owned)).collect()
    }

    /// Waits until this is told.
    pub(crate) async fn hears(&self, fact: &str) {
        self.hears_times(fact, 1).await;
    }

    /// Waits until this is told so often.
    pub(crate) async fn hears_times(&self, fact: &str, times: usize) {
        let heard = async {
            while self.all().iter().filter(|known| *known == fact).count() < times {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let told = tokio::time::timeout(Duration::from_secs(10), heard).await;
        assert!(told.is_ok(), "`{fact}` was never told {times} times; told was {:#?}", self.all());
    }
}

pub(crate) fn say(text: &str) -> Line {
    Line::Say(text.to_owned())
}

pub(crate) fn pass(to: Address, line: Line) -> Line {
    Line::Pass(to, Box::new(line))
}

/// Settings that tell everything.
pub(crate) fn telling(told: &Told) -> Settings<Stageplay> {
    Settings { facts: Some(Arc::new(told.clone())), ..Settings::default() }
}

/// A node of its own, whose puppet `lead` first does this.
pub(crate) fn alone(lead: impl FnOnce(&mut System<Stageplay>) -> Puppet) -> (Node<Stageplay>, Told) {
    let told = Told::default();
    let mut system = System::new("play", 1);
    system.node("stage").declare("lead");
    let lead = lead(&mut system);
    system.node("stage").actor("lead", lead);
    let node = Node::start(&system, "stage", telling(&told)).unwrap();
    (node, told)
}
