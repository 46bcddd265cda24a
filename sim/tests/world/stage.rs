//! A stage for plays: actors made of one function, messages that are numbers, facts that are words.

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::play::Played;
use rehearsal::protocol::{Actor, Address, Bounds, Context, Input, Lane, Protocol};
use rehearsal::{Scenario, Setup};

pub(crate) struct Words;

impl Protocol for Words {
    type Message = u32;
    type Fact = String;

    /// 100 and above is control, 10 and above result, the rest work.
    fn lane(message: &u32) -> Lane {
        match message {
            100.. => Lane::Control,
            10..100 => Lane::Result,
            0..10 => Lane::Work,
        }
    }

    /// 7 is an ask.
    fn ask(message: &u32) -> Option<u64> {
        (*message == 7).then_some(7)
    }
}

pub(crate) type Cx<'a, 'b> = &'a mut Context<'b, Words>;

/// An actor made of one function and a few numbers.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Player {
    pub(crate) act: fn(&mut Player, Cx<'_, '_>, Input<Words>),
    pub(crate) peers: Vec<Address>,
    pub(crate) count: u32,
    pub(crate) bounds: Bounds,
}

impl Actor<Words> for Player {
    fn receive(&mut self, cx: &mut Context<'_, Words>, input: Input<Words>) {
        (self.act)(self, cx, input);
    }

    fn mailbox(&self) -> Bounds {
        self.bounds
    }
}

pub(crate) fn player(act: fn(&mut Player, Cx<'_, '_>, Input<Words>)) -> Player {
    Player { act, peers: Vec::new(), count: 0, bounds: Bounds::default() }
}

/// States whatever it handles.
pub(crate) fn listener() -> Player {
    player(|_, cx, input| cx.announce(format!("{input:?}")))
}

/// A scenario made of two functions.
pub(crate) struct Stage {
    pub(crate) set_up: fn(&mut Setup<Words>),
    pub(crate) properties: fn(&mut Properties<String>),
}

impl Scenario for Stage {
    type Protocol = Words;

    fn set_up(&self, system: &mut Setup<Words>) {
        system.latency(ms(1), ms(10));
        (self.set_up)(system);
    }

    fn properties(&self, check: &mut Properties<String>) {
        (self.properties)(check);
    }
}

pub(crate) fn stage(set_up: fn(&mut Setup<Words>)) -> Stage {
    Stage { set_up, properties: |_| {} }
}

/// `/left/teller` tells `/right/listener` 1, 2, 3, one every 100 ms from 100 ms on.
pub(crate) fn teller_and_listener() -> Stage {
    stage(|system| {
        let listener = system.node("right").actor("listener", listener());
        let mut teller = player(|me, cx, input| match input {
            Input::Start(_) => cx.set_timer(rehearsal::protocol::TimerId(0), ms(100)),
            Input::Timer(id) if me.count < 3 => {
                me.count += 1;
                cx.send(me.peers[0], me.count);
                cx.set_timer(id, ms(100));
            }
            _ => {}
        });
        teller.peers = vec![listener];
        system.node("left").actor("teller", teller);
    })
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Everything that an actor stated, with the time in milliseconds.
pub(crate) fn stated(played: &Played<Words>, by: &str) -> Vec<String> {
    let facts = played.facts.iter().filter(|(_, path, _)| path == by);
    facts.map(|(at, _, fact)| format!("{} {fact}", at.as_nanos() / 1_000_000)).collect()
}
