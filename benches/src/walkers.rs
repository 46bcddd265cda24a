//! Tokens that walk between three actors, each a fixed number of hops: every order of their steps is a path through the same grid of states.

use rehearsal::check::Properties;
use rehearsal::protocol::{Actor, Address, Context, Input, NodeId, Protocol};
use rehearsal::{Scenario, Setup};

/// The protocol.
pub struct Walk;

impl Protocol for Walk {
    /// A token, and how many hops it has left.
    type Message = (u8, u8);
    type Fact = ();
}

/// At most so many tokens.
const MOST: usize = 4;

/// Passes tokens on, and counts how often it had each.
#[derive(Clone, Debug, Hash)]
struct Walker {
    me: u8,
    hops: u8,
    tokens: u8,
    seen: [u8; MOST],
}

impl Walker {
    fn next(&self, id: u8, left: u8) -> Address {
        let next = u32::from((self.me + 1 + (id + left) % 2) % 3);
        Address::new(NodeId(next), next)
    }
}

impl Actor<Walk> for Walker {
    fn receive(&mut self, cx: &mut Context<'_, Walk>, input: Input<Walk>) {
        match input {
            Input::Start(_) => {
                for id in (0..self.tokens).filter(|id| id % 3 == self.me) {
                    cx.send(self.next(id, self.hops), (id, self.hops - 1));
                }
            }
            Input::Message(envelope) => {
                let (id, left) = envelope.message;
                self.seen[id as usize] += 1;
                if left > 0 {
                    cx.send(self.next(id, left), (id, left - 1));
                }
            }
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

/// Three actors and some tokens.
#[derive(Clone, Copy, Debug)]
pub struct Walkers {
    /// How many tokens there are, up to 4.
    pub tokens: u8,
    /// How many hops each has.
    pub hops: u8,
}

impl Scenario for Walkers {
    type Protocol = Walk;

    fn set_up(&self, system: &mut Setup<Walk>) {
        for me in 0..3 {
            let walker = Walker { me, hops: self.hops, tokens: self.tokens, seen: [0; MOST] };
            system.node(format!("node-{me}")).actor("walker", walker);
        }
    }

    fn properties(&self, _: &mut Properties<()>) {}
}
